import { expect, test } from "vitest";
import { refusals as german } from "./de/refusals";
import { sentences } from "./de/sentences";
import { agoIn, bytesIn, distanceIn, moneyIn } from "./formats";
import { regionalOf } from "./language";
import { pluralsOf } from "./plurals";
import { loadSentences, named, wordIn } from "./sentences";
import { fill, placesOf } from "./templates";

const pages = import.meta.glob<Record<string, unknown>>("./{de,en}/*.ts", { eager: true });

test("every page that speaks English speaks German", () => {
  const names = (language: string) =>
    Object.keys(pages)
      .filter((path) => path.startsWith(`./${language}/`))
      .map((path) => path.slice(5))
      .sort();
  expect(names("de")).toEqual(names("en"));
});

/** Every text of a page; of one that is made, what it makes of numbers and names. */
function texts(words: unknown, path = ""): [string, string][] {
  if (typeof words === "string") return [[path, words]];
  if (typeof words === "function" || typeof words !== "object" || words === null) return [];
  return Object.entries(words).flatMap(([name, word]) => texts(word, `${path}.${name}`));
}

test("no text is empty, and none has a straight apostrophe or three dots for an ellipsis", () => {
  const bad = Object.entries(pages).flatMap(([file, words]) =>
    texts(words, file).filter(([, text]) => text.trim() === "" || /\w'\w|\.\.\./.test(text)),
  );
  expect(bad).toEqual([]);
});

test("counts are said as the language says them", () => {
  expect(pluralsOf("en")(1, { one: "asset", other: "assets" })).toBe("1 asset");
  expect(pluralsOf("de")(1204, { one: "Beitrag", other: "Beiträge" })).toBe("1.204 Beiträge");
});

test("dates are written as the browser's region writes them, else as Europe does", () => {
  expect(["en-US", "en-GB", "en", "de-DE"].map((spoken) => regionalOf("en", spoken))).toEqual([
    "en-US",
    "en-GB",
    "en-GB",
    "en-GB",
  ]);
  expect(["de-AT", "de", "en-US"].map((spoken) => regionalOf("de", spoken))).toEqual(["de-AT", "de-DE", "de-DE"]);
});

test("amounts stay exact, sizes and times read as people write them", () => {
  expect([distanceIn("en", 6.5), distanceIn("de", 0.314)]).toEqual(["6.50", "0,31"]);
  expect(moneyIn("en", "0.05", "EUR")).toBe("€0.05");
  expect(moneyIn("de", "1234.5", "EUR").replace(/\s/g, " ")).toBe("1.234,50 €");
  expect(bytesIn("en", 1_500_000)).toBe("1.5 MB");
  const now = new Date("2026-11-30T12:00:00Z");
  expect(agoIn("en", new Date("2026-11-30T11:57:00Z"), now)).toBe("3 minutes ago");
  expect(agoIn("de", new Date("2026-11-29T11:00:00Z"), now)).toBe("gestern");
});

const refusals = import.meta.glob<string>("../../../../../docs/refusals.md", {
  eager: true,
  query: "?raw",
  import: "default",
});

test("every refusal that has a word is said in German", () => {
  const listed = Object.values(refusals)[0]?.matchAll(/^\| `([a-z_]+)` \|/gm) ?? [];
  const words = [...listed].map((match) => match[1] ?? "");
  expect(words.length).toBeGreaterThan(50);
  const said = new Set([...Object.keys(german), ...Object.keys(sentences).map((code) => code.split(".")[0] ?? "")]);
  expect(words.filter((word) => !said.has(word))).toEqual([]);
});

const catalogues = import.meta.glob<Record<string, string>>(
  "../../../../../libs/contracts/framewell_contracts/sentences.json",
  { eager: true, import: "default" },
);

test("every sentence that a service makes is said in German, with the same params", () => {
  const catalogue = Object.values(catalogues)[0] ?? {};
  expect(Object.keys(catalogue).length).toBeGreaterThan(400);
  expect(Object.keys(sentences).sort()).toEqual(Object.keys(catalogue).sort());
  const differ = Object.entries(catalogue).filter(
    ([code, template]) => [...placesOf(template)].sort().join() !== [...placesOf(sentences[code] ?? "")].sort().join(),
  );
  expect(differ).toEqual([]);
});

test("a sentence is worded with the sentences in it, and left to English where it has no words", async () => {
  await loadSentences("de");
  const params = { service: "dataset", why: "it is on fire", "why-template": "no_answer_in_time" };
  const away = { template: "service_away", params };
  expect(wordIn("de", away)).toBe("dataset ist gerade nicht erreichbar: Er hat nicht rechtzeitig geantwortet.");
  const unknown = { template: "service_away", params: { ...params, "why-template": "of_tomorrow" } };
  expect(wordIn("de", unknown)).toBe("dataset ist gerade nicht erreichbar: it is on fire");
  expect(wordIn("de", { template: "of_tomorrow", params })).toBeUndefined();
  expect(wordIn("de", { template: "service_away", params: {} })).toBeUndefined();
  expect(wordIn("en", away)).toBeUndefined();
});

test("templates count and choose as the language does", () => {
  const plural = "{n, plural, =0 {keine} one {# Stelle} other {# Stellen}} in {where, select, a {A} other {{where}}}";
  expect(fill(plural, { n: "0", where: "a" }, "de")).toBe("keine in A");
  expect(fill(plural, { n: "1", where: "x" }, "de")).toBe("1 Stelle in x");
  expect(fill(plural, { n: "12000", where: "#" }, "de")).toBe("12.000 Stellen in #");
  expect(fill("{n, number} Bytes", { n: "1234567" }, "de")).toBe("1.234.567 Bytes");
  expect(fill("Abstand {n, number}", { n: "0.30" }, "de")).toBe("Abstand 0,30");
  expect(fill("{n, number} erlaubt", { n: "12.5%" }, "de")).toBe("12,5\u00a0% erlaubt");
  expect(fill("Fassung {n, number}", { n: "3.0-rc1" }, "de")).toBe("Fassung 3.0-rc1");
  expect(fill("'{n}'", {}, "de")).toBeUndefined();
  expect(() => placesOf("{n, plural, one {x}")).toThrow();
});

const sources = import.meta.glob<string>(
  ["../**/*.{ts,tsx}", "!./*/*.ts", "!../api/generated.ts", "!../**/*.test.ts"],
  {
    eager: true,
    query: "?raw",
    import: "default",
  },
);

/** Said by code, of which other tests hold the list. */
const BY_CODE = ["refusals", "sentences", "purposes", "stores"];

/** The path of every word of a page, of those that are made of numbers and names, too. */
function paths(words: unknown, path: readonly string[] = []): string[][] {
  if (typeof words !== "object" || words === null) return [[...path]];
  return Object.entries(words).flatMap(([name, word]) => paths(word, [...path, name]));
}

/** The code that may say the words of a file: that of the folders in which somebody imports them, or what gives them. */
function codeOf(name: string): string {
  const imports = new RegExp(`/(en/)?${name}"`);
  const folder = (path: string) => path.slice(0, path.lastIndexOf("/"));
  const folders = new Set(
    Object.keys(sources)
      .filter((path) => imports.test(sources[path] ?? ""))
      .map(folder),
  );
  return Object.keys(sources)
    .filter((path) => folders.has(folder(path)))
    .map((path) => sources[path])
    .join("\n");
}

/** The words of a file that are said neither by name nor out of a list that is looked into. */
function unsaid(file: string, words: unknown): string[] {
  const code = codeOf(file.slice(5, -3));
  const found = (pattern: RegExp) => new Set([...code.matchAll(pattern)].map((match) => match[1] ?? ""));
  const named = new Set([...found(/\.\s*([A-Za-z_]\w*)/g), ...found(/"(\w+)"/g), ...found(/^\s+(\w+): /gm)]);
  const listed = found(/\.(\w+)\s*(?:\[|\)|\}|\s+as\s)/g);
  return paths(words)
    .filter((path) => !named.has(path.at(-1) ?? "") && !path.slice(1, -1).some((one) => listed.has(one)))
    .map((path) => `${file} ${path.join(".")}`);
}

test("every word is said somewhere", () => {
  const written = Object.entries(pages).filter(([file]) => file.startsWith("./en/"));
  const looked = written.filter(([file]) => !BY_CODE.some((name) => file === `./en/${name}.ts`));
  expect(looked.flatMap(([file, words]) => unsaid(file, words))).toEqual([]);
});

test("a name stands in a sentence as it is written, whatever signs it has", () => {
  for (const name of ["Ke$$ha", "A$`B", "$' and $&"]) {
    expect(named("Known as {class}: {class}.", name)).toBe(`Known as ${name}: ${name}.`);
  }
});
