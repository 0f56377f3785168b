import { Ban } from "lucide-react";
import type { Wording } from "../words/sentences";
import { useShellWords } from "../words/shell";
import { ChangeLink } from "./rights_links";
import { Said } from "./Said";
import "./Refusal.css";

/** As `RightsStatement` of the REST API, as far as it is shown. */
export interface Ground {
  holder: string;
  verbatim: string;
  found_at: string;
}

/** Whether the words that something rests on have yet to be said: a sentence may quote them to the letter. */
export function isUnquoted(sentence: string, verbatim: string): boolean {
  return verbatim !== "" && !sentence.includes(verbatim);
}

/**
 * Why something must not be: the mesh's sentence, and the words it rests on as they were found. Of a programme that
 * is named, whoever may change rights gets there from here.
 */
export function Refusal({
  sentence,
  wording,
  grounds = [],
  assetId,
}: {
  sentence: string;
  wording?: Wording | undefined;
  grounds?: readonly Ground[];
  assetId?: string | undefined;
}) {
  const words = useShellWords();
  const spoken = grounds.filter((one) => one.verbatim !== "");
  return (
    <section className="refusal" aria-label={words.refusal.title}>
      <p className="refusal-sentence foreign">
        <Ban aria-hidden="true" />
        <Said sentence={sentence} wording={wording} />
      </p>
      {spoken.map((ground) => (
        <figure key={`${ground.holder}${ground.found_at}${ground.verbatim}`}>
          {isUnquoted(sentence, ground.verbatim) && (
            <blockquote className="foreign" dir="auto">
              {ground.verbatim}
            </blockquote>
          )}
          <figcaption className="small soft foreign">
            {[ground.holder, ground.found_at].filter(Boolean).join(" · ")}
          </figcaption>
        </figure>
      ))}
      {assetId && (
        <div>
          <ChangeLink about={{ asset_id: assetId }} />
        </div>
      )}
    </section>
  );
}
