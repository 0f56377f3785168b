// console-sizes.mjs FOLDER: hold the built console to its budgets, in kB (1000 bytes) gzipped as a server sends it.
// What the first page needs is the shell; what a page loads beyond it is that page's; hls.js is the player's. What is
// opened from pages alone, as a dialog is, counts beyond what they have loaded already.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const SHELL = 190;
const PAGE = 50;
const PLAYER = 240;

const folder = process.argv[2];
const manifest = JSON.parse(await readFile(join(folder, ".vite/manifest.json"), "utf8"));
const entries = Object.entries(manifest);

const sizes = new Map();
async function size(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(await readFile(join(folder, file))).length / 1000);
  return sizes.get(file);
}

/** Files that come with an entry: its own, its styles, and those of everything that it imports at once. */
function filesOf(name, seen = new Set()) {
  const chunk = manifest[name];
  if (seen.has(chunk.file)) return seen;
  for (const file of [chunk.file, ...(chunk.css ?? [])]) seen.add(file);
  for (const imported of chunk.imports ?? []) filesOf(imported, seen);
  return seen;
}

/** Files that are there whenever an entry is asked for: those of the shell, and those that all have who ask for it. */
function loadedBefore(name) {
  const askers = entries.filter(([, chunk]) => chunk.dynamicImports?.includes(name)).map(([asker]) => filesOf(asker));
  const [first, ...others] = askers;
  return new Set([...shell, ...[...first].filter((file) => others.every((files) => files.has(file)))]);
}

const shell = filesOf(entries.find(([, chunk]) => chunk.isEntry)[0]);
const isPlayer = (name) => name.includes("hls");
const failures = [];

async function hold(what, files, most) {
  let total = 0;
  for (const file of files) total += await size(file);
  const line = `${what}: ${total.toFixed(1)} kB of ${most}`;
  console.log(line);
  if (total > most) failures.push(line);
}

await hold("shell", shell, SHELL);
for (const [name, chunk] of entries) {
  if (!chunk.isDynamicEntry) continue;
  const loaded = loadedBefore(name);
  const own = [...filesOf(name)].filter((file) => !loaded.has(file));
  await hold(name, own, isPlayer(name) ? PLAYER : PAGE);
}
if (failures.length > 0) {
  console.error(`Too large for the console's budgets:\n  ${failures.join("\n  ")}`);
  process.exit(1);
}
