// Leaves out of Tabler's styles what nothing here names: nine tenths of them, which every page would have to be matched against.
import { readdir, readFile } from "node:fs/promises";
import { transform } from "lightningcss";

const web = new URL("..", import.meta.url).pathname;
const CLASS = /\.(-?[a-zA-Z_](?:[\w-]|\\.)*)/g;

// All words of the templates, the Python beside them and our scripts: a class may be put together of whole words, never of parts.
async function words() {
  const ours = (await readdir(web, { recursive: true, withFileTypes: true })).filter((one) => one.isFile())
    .map((one) => `${one.parentPath ?? one.path}/${one.name}`.replaceAll("//", "/"))
    .filter((path) => /\.(html|py)$/.test(path) && !path.startsWith(`${web}front/`) || path.startsWith(`${web}front/scripts/`));
  const texts = await Promise.all(ours.map((path) => readFile(path, "utf8")));
  return new Set(texts.join(" ").split(/[^\w-]+/));
}

const all = (text, pattern) => new Set(Array.from(text.matchAll(pattern), ([, name]) => name.replaceAll("\\", "")));
const without = (names, kept) => [...names].filter((name) => !kept.has(name));

// Returns Tabler's styles without the unnamed, and the classes that are gone. `above` are the styles that build on them.
export async function purged(tabler, above) {
  const named = await words(), gone = without(all(tabler, CLASS), named);
  let unused = gone, css = tabler, before;
  do { // what only the gone used is used no more
    before = css.length;
    css = transform({ filename: "tabler.css", code: Buffer.from(css), minify: true, unusedSymbols: unused }).code.toString();
    const used = new Set([...named, ...all(css + above, /var\(\s*(--[\w-]+)/g)]);
    const moves = new Set([...all(css + above, /animation(?:-name)?:([^;}]*)/g)].join(" ").split(/[\s,]+/));
    unused = [...without(all(css, /[{;](--[\w-]+):/g), used), ...without(all(css, /@keyframes ([\w-]+)/g), moves)];
  } while (unused.length && css.length < before);
  return { css, gone };
}
