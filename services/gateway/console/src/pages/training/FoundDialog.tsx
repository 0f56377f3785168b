import type { ReactNode } from "react";
import type { Reanalysis, ReasonCount } from "../../api/generated";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Said } from "../../parts/Said";
import { Sheet } from "../../parts/Sheet";
import { Count } from "../../parts/values";
import { reanalyses as de } from "../../words/de/reanalyses";
import { reanalyses as en } from "../../words/en/reanalyses";
import { useWords } from "../../words/language";
import { useShellWords } from "../../words/shell";

/** What a look at the archive again has changed, passed over and failed at. */
export function FoundDialog({ one, onClose }: { one: Reanalysis; onClose: () => void }) {
  const words = useWords({ en, de }).found;
  const shell = useShellWords();
  return (
    <Dialog title={words.title} open wide onClose={onClose} actions={<Button onPress={onClose}>{shell.close}</Button>}>
      {one.changes.length === 0 ? (
        <p className="soft">{words.none}</p>
      ) : (
        <Sheet
          label={words.changes}
          rows={one.changes}
          keyOf={(change) => `${change.kind} ${change.label}`}
          columns={[
            {
              id: "what",
              label: words.changes,
              render: (change) => <bdi>{[change.kind, change.label].filter(Boolean).join(": ")}</bdi>,
            },
            { id: "before", label: words.before, align: "end", render: (change) => <Count value={change.before} /> },
            { id: "after", label: words.after, align: "end", render: (change) => <Count value={change.after} /> },
          ]}
        />
      )}
      <Reasons title={words.passed} reasons={one.skipped} />
      <Reasons title={words.failed} reasons={one.failed} />
    </Dialog>
  );
}

function Reasons({ title, reasons }: { title: string; reasons: readonly ReasonCount[] }): ReactNode {
  const words = useWords({ en, de });
  if (reasons.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul>
        {reasons.map((one) => (
          <li key={one.reason} className="foreign">
            {words.chunks(one.count)}: <Said sentence={one.reason} wording={one.wording} />
          </li>
        ))}
      </ul>
    </section>
  );
}
