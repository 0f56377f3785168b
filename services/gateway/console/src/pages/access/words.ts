import { webhooks as de } from "../../words/de/webhooks";
import { webhooks as en } from "../../words/en/webhooks";
import { useWords } from "../../words/language";

/** Words of webhooks in the language that is spoken. */
export function useWebhookWords() {
  return useWords({ en, de });
}

/** `framewell.asset.analysed.v1` as `asset.analysed`, and back. */
export function shortened(type: string): string {
  return type.replace(/^framewell\./, "").replace(/\.v1$/, "");
}

export function typeOf(name: string): string {
  return `framewell.${name}.v1`;
}
