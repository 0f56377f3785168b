import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Sample } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Button } from "../../parts/Button";
import { Crop } from "../../parts/Crop";
import { Dialog } from "../../parts/Dialog";
import { review as de } from "../../words/de/review";
import { review as en } from "../../words/en/review";
import { useWords } from "../../words/language";
import { useShellWords } from "../../words/shell";
import { alikeQuery } from "./queries";

/** All proposals of one person in one programme, to be accepted at once; questions are never among them. */
export function Bulk({
  sample,
  onAccept,
  onClose,
}: {
  sample: Sample;
  onAccept: (samples: readonly Sample[]) => void;
  onClose: () => void;
}) {
  const words = useWords({ en, de });
  const shell = useShellWords();
  const [out, setOut] = useState<ReadonlySet<string>>(new Set());
  const query = useQuery(alikeQuery(sample.class_id, sample.provenance?.asset_id ?? ""));
  const taken = (query.data ?? []).filter((one) => !out.has(one.sample_id));
  const toggle = (id: string) =>
    setOut((now) => new Set(now.has(id) ? [...now].filter((one) => one !== id) : [...now, id]));
  return (
    <Dialog
      title={words.bulk.title(sample.class_name)}
      open
      onClose={onClose}
      wide
      actions={
        <>
          <Button onPress={onClose}>{shell.cancel}</Button>
          <Button
            look="main"
            isDisabled={taken.length === 0}
            onPress={() => {
              onAccept(taken);
              onClose();
            }}
          >
            {words.bulk.accept(taken.length)}
          </Button>
        </>
      }
    >
      <Answer query={query} small>
        {(samples) => (
          <div className="stack">
            <p>{words.bulk.text(taken.length)}</p>
            <List samples={samples} out={out} onToggle={toggle} />
          </div>
        )}
      </Answer>
    </Dialog>
  );
}

function List({
  samples,
  out,
  onToggle,
}: {
  samples: readonly Sample[];
  /** The ids of those that are left out. */
  out: ReadonlySet<string>;
  onToggle: (id: string) => void;
}) {
  return (
    <ul className="review-alike">
      {samples.map((one) => (
        <Alike
          key={one.sample_id}
          sample={one}
          isOut={out.has(one.sample_id)}
          onToggle={() => onToggle(one.sample_id)}
        />
      ))}
    </ul>
  );
}

/** One of them: its face, and whether it is accepted with the others. */
function Alike({ sample, isOut, onToggle }: { sample: Sample; isOut: boolean; onToggle: () => void }) {
  const words = useWords({ en, de }).bulk;
  const key = sample.crops[0]?.picture?.key;
  const does = isOut ? words.takeIn : words.leaveOut;
  return (
    <li className={isOut ? "review-out" : undefined}>
      <Crop src={key && `/v1/samples/${sample.sample_id}/objects/${key}`} alt="" width={112} height={112} fit="cover" />
      <Button look="bare" onPress={onToggle} aria-label={`${does}: ${sample.provenance?.timecode ?? sample.sample_id}`}>
        {does}
      </Button>
    </li>
  );
}
