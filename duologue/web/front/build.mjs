// Builds the pages' scripts, styles, fonts and icons into ../assets. Run by build_hook.py; node build.mjs --watch while drawing.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import { build, context } from "esbuild";
import { purged } from "./purge.mjs";

const out = new URL("../assets/", import.meta.url).pathname;
const styles = existsSync("public.css") ? { public: "public.css" } : {};
const above = () => Promise.all(["theme", "pages"].map((name) => readFile(`styles/${name}.css`, "utf8")));
const leanTabler = { name: "lean-tabler", setup(building) {
  building.onLoad({ filter: /tabler\.min\.css$/ }, async ({ path }) => {
    const whole = await readFile(path, "utf8"), [licence] = whole.match(/\/\*![^]*?\*\//) ?? [""];
    const { css, gone } = await purged(whole, (await above()).join("\n"));
    await writeFile(`${out}.left-out`, `${gone.sort().join("\n")}\n`); // a test looks that nothing names one of them
    return { contents: licence + css, loader: "css" };
  });
} };
const options = {
  entryPoints: { theme: "scripts/theme.js", app: "scripts/app.js", charts: "scripts/charts.js", look: "styles/look.css", ...styles },
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome120", "firefox121", "safari17.5"],
  loader: { ".woff2": "file" },
  assetNames: "fonts/[name]",
  legalComments: "linked",
  plugins: [leanTabler],
  logLevel: "warning",
};

// The script for a brand's own site runs in older browsers, by itself, and stays under 10 kB.
const site = { ...options, entryPoints: { site: "scripts/site.js" }, format: "iife", target: ["es2019"], legalComments: "none" };

async function icons() {
  const names = (await readFile("icons.txt", "utf8")).split(/\s+/).filter(Boolean);
  const symbols = await Promise.all(names.map(async (name) => {
    const svg = await readFile(`node_modules/@tabler/icons/icons/outline/${name}.svg`, "utf8");
    const inner = svg.replace(/[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`;
  }));
  await writeFile(`${out}icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

// Beside each text file its compressed forms, which the server hands to browsers that take them.
async function compressed() {
  const texts = (await readdir(out)).filter((name) => /\.(css|js|svg)$/.test(name));
  await Promise.all(texts.map(async (name) => {
    const plain = await readFile(out + name);
    await writeFile(`${out}${name}.br`, await promisify(brotliCompress)(plain));
    await writeFile(`${out}${name}.gz`, await promisify(gzip)(plain, { level: 9 }));
  }));
}

await rm(out, { recursive: true, force: true });
await mkdir(out);
if (process.argv.includes("--watch")) {
  const watcher = await context(options);
  await watcher.watch();
} else {
  await Promise.all([build(options), build(site)]);
}
await icons();
if (!process.argv.includes("--watch")) await compressed();
