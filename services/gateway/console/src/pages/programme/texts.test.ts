import { expect, test } from "vitest";
import type { AssetView } from "../../api/generated";
import { textsOf } from "./texts";

const ASSET = "1c5b2c1e-0000-4000-8000-00000000000a";

function view(more: object): AssetView {
  return { captions: [], speech: [], ...more } as unknown as AssetView;
}

const german = { cues: { key: "ab/ab1.vtt" }, language: "de", title: "", format: "mov_text", is_default: false };
const chosen = { ...german, cues: { key: "cd/cd2.vtt" }, language: "en", title: "For the deaf", is_default: true };

test("the text that the file has shown stands first, named by title and language", () => {
  expect(textsOf(ASSET, view({ captions: [german, chosen] }), "de")).toEqual([
    {
      id: "cd/cd2.vtt",
      name: "For the deaf, Englisch",
      language: "en",
      address: `/v1/assets/${ASSET}/objects/cd/cd2.vtt`,
    },
    { id: "ab/ab1.vtt", name: "Deutsch", language: "de", address: `/v1/assets/${ASSET}/objects/ab/ab1.vtt` },
  ]);
});

test("what a model heard comes last, and only where it wrote something down", () => {
  expect(textsOf(ASSET, view({ speech: [{ text: "" }] }), "en")).toEqual([]);
  const found = textsOf(ASSET, view({ captions: [german], speech: [{ text: "Guten Abend" }] }), "en");
  expect(found.map((one) => one.id)).toEqual(["ab/ab1.vtt", "heard"]);
  expect(found[1]?.address).toBe(`/v1/assets/${ASSET}/transcript.vtt`);
});

test("a text without title and language is called by its format, a language that nobody knows by its code", () => {
  const names = (more: object) => textsOf(ASSET, view({ captions: [{ ...german, ...more }] }), "en")[0]?.name;
  expect(names({ language: "" })).toBe("mov_text");
  expect(names({ language: "!" })).toBe("!");
});
