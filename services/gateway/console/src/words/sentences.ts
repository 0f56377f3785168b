/** What the mesh says, in the language of the console: by what a sentence was made of, beside which it came. */

import { useCallback, useSyncExternalStore } from "react";
import { type Language, useLanguage } from "./language";
import { fill, type Params } from "./templates";

/** As `Wording` of the REST API. */
export interface Wording {
  template: string;
  params?: Params;
}

type Templates = Readonly<Record<string, string>>;

/** Languages whose templates are loaded when somebody speaks them; English comes with every answer. */
const LOADERS: Partial<Record<Language, () => Promise<{ sentences: Templates }>>> = {
  de: () => import("./de/sentences"),
};

const loaded = new Map<Language, Templates>();
const watching = new Set<() => void>();

/** Loads the templates of a language once; nothing where it needs none. */
export async function loadSentences(language: Language): Promise<void> {
  const load = LOADERS[language];
  if (load === undefined || loaded.has(language)) return;
  loaded.set(language, (await load()).sentences);
  for (const tell of watching) tell();
}

/** What a wording says in a language; undefined where that language has no words for it. */
export function wordIn(language: Language, wording: Wording | undefined): string | undefined {
  const templates = loaded.get(language);
  if (templates === undefined || wording === undefined || wording.template === "") return undefined;
  return worded(templates, language, wording.template, wording.params ?? {});
}

function worded(templates: Templates, language: Language, code: string, params: Params): string | undefined {
  const template = templates[code];
  if (template === undefined) return undefined;
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) {
    const inner = params[`${name}-template`];
    const said = inner === undefined ? value : (worded(templates, language, inner, paramsOf(name, params)) ?? value);
    own[name] = template.includes(`{${name}}.`) ? said.replace(/\.$/, "") : said;
  }
  return fill(template, own, language);
}

/** The params of a param that is a sentence itself: those behind its name. */
function paramsOf(name: string, params: Params): Params {
  const found: Record<string, string> = {};
  for (const [key, value] of Object.entries(params)) {
    if (key.startsWith(`${name}-`) && key !== `${name}-template`) found[key.slice(name.length + 1)] = value;
  }
  return found;
}

/** Words what was said in the language of the console; undefined where it has no words, or not yet. */
export function useWording(): (wording: Wording | undefined) => string | undefined {
  const language = useLanguage();
  const has = useSyncExternalStore(watch, () => loaded.has(language));
  void loadSentences(language);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once its templates are there it says something else
  return useCallback((wording) => wordIn(language, wording), [language, has]);
}

/** Evidence has `{class}` where the name of the person would stand: it stands there as it is written. */
export function named(said: string, name: string): string {
  return name === "" ? said : said.replaceAll("{class}", () => name);
}

function watch(tell: () => void): () => void {
  watching.add(tell);
  return () => watching.delete(tell);
}
