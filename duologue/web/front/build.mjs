// Builds the pages' scripts, styles, fonts and icons into ../assets. Run by build_hook.py; node build.mjs --watch while drawing.
import { readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { build, context } from "esbuild";

const out = new URL("../assets/", import.meta.url).pathname;
const styles = existsSync("public.css") ? { public: "public.css" } : {};
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
  logLevel: "warning",
};

async function icons() {
  const names = (await readFile("icons.txt", "utf8")).split(/\s+/).filter(Boolean);
  const symbols = await Promise.all(names.map(async (name) => {
    const svg = await readFile(`node_modules/@tabler/icons/icons/outline/${name}.svg`, "utf8");
    const inner = svg.replace(/[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`;
  }));
  await writeFile(`${out}icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

await rm(out, { recursive: true, force: true });
if (process.argv.includes("--watch")) {
  const watcher = await context(options);
  await watcher.watch();
} else {
  await build(options);
}
await icons();
