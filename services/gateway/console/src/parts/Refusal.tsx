import { Ban } from "lucide-react";
import { useShellWords } from "../words/shell";
import "./Refusal.css";

/** As `RightsStatement` of the REST API, as far as it is shown. */
export interface Ground {
  holder: string;
  verbatim: string;
  found_at: string;
}

/** Why something must not be: the mesh's sentence, and the words it rests on as they were found. */
export function Refusal({ sentence, grounds = [] }: { sentence: string; grounds?: readonly Ground[] }) {
  const words = useShellWords();
  const spoken = grounds.filter((one) => one.verbatim !== "");
  return (
    <section className="refusal" aria-label={words.refusal.title}>
      <p className="refusal-sentence foreign" lang="en">
        <Ban aria-hidden="true" />
        {sentence}
      </p>
      {spoken.map((ground) => (
        <figure key={`${ground.holder}${ground.found_at}${ground.verbatim}`}>
          <blockquote className="foreign" dir="auto">
            {ground.verbatim}
          </blockquote>
          <figcaption className="small soft foreign">
            {[ground.holder, ground.found_at].filter(Boolean).join(" · ")}
          </figcaption>
        </figure>
      ))}
    </section>
  );
}
