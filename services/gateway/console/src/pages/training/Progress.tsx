import type { ReactNode } from "react";
import { Label, ProgressBar } from "react-aria-components";
import type { Run } from "../../api/generated";
import { Said } from "../../parts/Said";
import { useTrainingWords } from "./words";

/** How far a run is, with what it does now. */
export function Progress({ run }: { run: Run }) {
  const words = useTrainingWords().runs;
  const stage = <Said sentence={run.stage} wording={run.stage_wording} />;
  return <Bar share={run.progress} label={words.progress} now={stage} />;
}

/** How far something is, 0 to 1, with what it does now. */
export function Bar({ share, label, now = "" }: { share: number; label: string; now?: ReactNode }) {
  return (
    <ProgressBar className="training-progress" value={100 * share} aria-label={label}>
      {({ percentage, valueText }) => (
        <>
          <Label className="small soft foreign">{now}</Label>
          <span className="training-bar" aria-hidden="true">
            <span style={{ inlineSize: `${percentage ?? 0}%` }} />
          </span>
          <span className="small">{valueText}</span>
        </>
      )}
    </ProgressBar>
  );
}
