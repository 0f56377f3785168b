/** The texts that the player may show over the pictures of a programme. */

import type { AssetView, CaptionTrack } from "../../api/generated";
import type { TextSource } from "../../player/texts";
import type { Language } from "../../words/language";

/** Texts of the media first, the one that its file has shown before the others; then what a model heard. */
export function textsOf(assetId: string, view: AssetView, language: Language): TextSource[] {
  const own = [...(view.captions ?? [])].sort((a, b) => Number(b.is_default) - Number(a.is_default));
  const sources = own.flatMap((one): TextSource[] =>
    one.cues === undefined
      ? []
      : [
          {
            id: one.cues.key,
            name: nameOf(one, language),
            language: one.language,
            address: `/v1/assets/${assetId}/objects/${one.cues.key}`,
          },
        ],
  );
  const isHeard = (view.speech ?? []).some((one) => one.text !== "");
  const heard = { id: "heard", name: "", language: "", address: `/v1/assets/${assetId}/transcript.vtt` };
  return isHeard ? [...sources, heard] : sources;
}

/** Title and language of a text of the media, its format where it has neither. */
function nameOf({ title, language, format }: CaptionTrack, inLanguage: Language): string {
  const named = language === "" ? "" : (languageName(language, inLanguage) ?? language);
  return [title, named].filter((one) => one !== "").join(", ") || format;
}

function languageName(code: string, inLanguage: Language): string | undefined {
  try {
    return new Intl.DisplayNames([inLanguage], { type: "language" }).of(code);
  } catch {
    return undefined; // what no language is called
  }
}
