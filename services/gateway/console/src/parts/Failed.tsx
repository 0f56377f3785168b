import { CloudOff } from "lucide-react";
import { ProblemError } from "../api/problems";
import { useShellWords } from "../words/shell";
import { Button } from "./Button";
import { useSentence } from "./useSentence";
import "./states.css";

/** What could not be shown: why, in whose words, the id of the request for whoever looks into the logs, and Retry. */
export function Failed({ error, retry, small = false }: { error: unknown; retry?: () => void; small?: boolean }) {
  const words = useShellWords();
  const { own, detail } = useSentence()(error);
  return (
    <div className={small ? "state state-small" : "state"} role="alert">
      <CloudOff aria-hidden="true" />
      {!small && <h2>{words.failed.title}</h2>}
      {own !== "" && <p className="foreign">{own}</p>}
      {detail !== "" && (
        <p className="foreign soft" lang="en">
          {detail}
        </p>
      )}
      {error instanceof ProblemError && error.requestId !== "" && (
        <p className="small soft foreign">
          {words.failed.request} <code>{error.requestId}</code>
        </p>
      )}
      {retry !== undefined && <Button onPress={retry}>{words.retry}</Button>}
    </div>
  );
}

/** The same as one sentence, beside what was tried. */
export function Sentence({ error }: { error: unknown }) {
  const { own, detail } = useSentence()(error);
  if (error === null || error === undefined) return null;
  return (
    <p className="sentence-bad foreign" role="alert">
      {own}
      {detail !== "" && (
        <>
          {" "}
          <span lang="en">{detail}</span>
        </>
      )}
    </p>
  );
}
