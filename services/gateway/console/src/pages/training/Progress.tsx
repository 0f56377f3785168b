import { Label, ProgressBar } from "react-aria-components";
import type { Run } from "../../api/generated";
import { useTrainingWords } from "./words";

/** How far a run is, with what it does now. */
export function Progress({ run }: { run: Run }) {
  const words = useTrainingWords().runs;
  return (
    <ProgressBar className="training-progress" value={100 * run.progress} aria-label={words.progress}>
      {({ percentage, valueText }) => (
        <>
          <Label className="small soft foreign" lang="en">
            {run.stage}
          </Label>
          <span className="training-bar" aria-hidden="true">
            <span style={{ inlineSize: `${percentage ?? 0}%` }} />
          </span>
          <span className="small">{valueText}</span>
        </>
      )}
    </ProgressBar>
  );
}
