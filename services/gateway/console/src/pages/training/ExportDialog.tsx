import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import {
  type ExportFormat,
  exportSnapshot,
  type Purpose,
  type Snapshot,
  type SnapshotExport,
} from "../../api/generated";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Sentence } from "../../parts/Failed";
import { Choose } from "../../parts/fields";
import { Said } from "../../parts/Said";
import { Bytes } from "../../parts/values";
import { usePurposes } from "../../words/purposes";
import { useShellWords } from "../../words/shell";
import { useTrainingWords } from "./words";

const PURPOSES: readonly Purpose[] = ["sharing", "own_training", "analysis"];

/** Writes a snapshot in a format that others read, for a purpose that is recorded. */
export function ExportDialog({ snapshot, onClose }: { snapshot: Snapshot; onClose: () => void }) {
  const words = useTrainingWords().snapshots;
  const named = usePurposes();
  const shell = useShellWords();
  const id = snapshot.published?.snapshot_id ?? "";
  const [format, setFormat] = useState<ExportFormat>("webdataset");
  const [purpose, setPurpose] = useState<Purpose>("sharing");
  const write = useMutation({ mutationFn: () => exportSnapshot(id, { format, purpose }) });
  const made = write.data;
  return (
    <Dialog
      title={words.exportTitle(snapshot.published?.number ?? 0)}
      open
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{shell.close}</Button>
          <Button
            look={made === undefined ? "main" : "plain"}
            onPress={() => write.mutate()}
            isDisabled={write.isPending}
          >
            {write.isPending ? words.making : words.make}
          </Button>
        </>
      }
    >
      <div className="stack">
        <Choose<ExportFormat>
          label={words.format}
          choices={Object.entries(words.formats).map(([value, label]) => ({ value: value as ExportFormat, label }))}
          value={format}
          onChange={setFormat}
        />
        <Choose<Purpose>
          label={words.forWhat}
          choices={PURPOSES.map((value) => ({ value, label: named[value] ?? value }))}
          value={purpose}
          onChange={setPurpose}
        />
        <p className="soft small">{words.note}</p>
        <Sentence error={write.error} />
        {made !== undefined && <Written made={made} snapshotId={id} />}
      </div>
    </Dialog>
  );
}

/** The file that was written, what was left out of it and why, and what saves it. */
function Written({ made, snapshotId }: { made: SnapshotExport; snapshotId: string }) {
  const words = useTrainingWords().snapshots;
  if (made.export === undefined) return null;
  return (
    <div className="card stack" role="status">
      <p>
        {words.ready(made.sample_count)}, <Bytes value={made.export.size} />
      </p>
      {made.left_out_count > 0 && (
        <p>
          {words.left(made.left_out_count)}{" "}
          <span className="foreign">
            <Said sentence={made.left_out_reason} wording={made.left_out_wording} />
          </span>
        </p>
      )}
      <div>
        <a className="button button-main" href={`/v1/snapshots/${snapshotId}/objects/${made.export.key}`} download>
          <Download aria-hidden="true" />
          {words.save}
        </a>
      </div>
    </div>
  );
}
