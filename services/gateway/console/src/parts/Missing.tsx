import { Unplug } from "lucide-react";
import type { Wording } from "../words/sentences";
import { useShellWords } from "../words/shell";
import { Said } from "./Said";
import "./states.css";

/** Keeps the place of a part whose service is away, with the sentences of `missing` in the answer and what they are made of. */
export function Missing({
  sentences,
  wordings = [],
}: {
  sentences: readonly string[];
  wordings?: readonly (Wording | undefined)[] | undefined;
}) {
  const words = useShellWords();
  if (sentences.length === 0) return null;
  return (
    <div className="missing" role="status">
      <Unplug aria-hidden="true" />
      <div>
        <strong>{words.missing}</strong>
        {sentences.map((sentence, index) => (
          <p key={sentence} className="foreign">
            <Said sentence={sentence} wording={wordings[index]} />
          </p>
        ))}
      </div>
    </div>
  );
}
