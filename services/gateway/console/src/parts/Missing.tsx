import { Unplug } from "lucide-react";
import { useShellWords } from "../words/shell";
import "./states.css";

/** Keeps the place of a part whose service is away, with the sentences of `missing` in the answer. */
export function Missing({ sentences }: { sentences: readonly string[] }) {
  const words = useShellWords();
  if (sentences.length === 0) return null;
  return (
    <div className="missing" role="status">
      <Unplug aria-hidden="true" />
      <div>
        <strong>{words.missing}</strong>
        {sentences.map((sentence) => (
          <p key={sentence} lang="en" className="foreign">
            {sentence}
          </p>
        ))}
      </div>
    </div>
  );
}
