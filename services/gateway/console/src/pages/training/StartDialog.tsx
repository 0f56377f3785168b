import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Dataset, previewRun, type Run, startRun, type TrainingRequested } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Dialog } from "../../parts/Dialog";
import { Sentence } from "../../parts/Failed";
import { Choose, TextField } from "../../parts/fields";
import { PreviewActions } from "../../parts/PreviewActions";
import { useStatus } from "../../parts/status";
import { PreviewBox } from "./PreviewBox";
import { datasets, snapshotsOf } from "./queries";
import { useTrainingWords } from "./words";

interface RunDraft {
  dataset: string;
  /** The newest where it is empty. */
  snapshot: string;
  seed: string;
}

/** A run by hand: previewed first, then started. */
export function StartDialog({ onClose, onStarted }: { onClose: () => void; onStarted: (run: Run) => void }) {
  const words = useTrainingWords().form;
  const query = useQuery(datasets);
  const [draft, setDraft] = useState<RunDraft>({ dataset: "", snapshot: "", seed: "0" });
  const all = query.data?.datasets ?? [];
  const dataset = all.find((one) => one.dataset_id === draft.dataset) ?? all[0];
  const request = requestOf(draft, dataset);
  const preview = useMutation({ mutationFn: (one: TrainingRequested) => previewRun(one) });
  const start = useStart(onStarted);
  const previewed = preview.data !== undefined && JSON.stringify(preview.variables) === JSON.stringify(request);
  const incomplete = dataset === undefined || !isSeed(draft.seed);
  const refused = (preview.data?.refusals.length ?? 0) > 0;
  return (
    <Dialog
      title={words.title}
      open
      onClose={onClose}
      actions={
        <PreviewActions
          previewed={previewed}
          preview={{
            label: words.look,
            onPress: () => preview.mutate(request),
            isDisabled: incomplete || preview.isPending,
          }}
          submit={{
            label: words.start,
            onPress: () => start.mutate(request),
            isDisabled: incomplete || refused || start.isPending,
          }}
          onCancel={onClose}
        />
      }
    >
      <Answer query={query} small>
        {() =>
          dataset === undefined ? (
            <p>{words.none}</p>
          ) : (
            <div className="stack">
              <Fields datasets={all} draft={{ ...draft, dataset: dataset.dataset_id }} onChange={setDraft} />
              <Sentence error={preview.error ?? start.error} />
              {previewed && <PreviewBox preview={preview.data} />}
            </div>
          )
        }
      </Answer>
    </Dialog>
  );
}

function useStart(onStarted: (run: Run) => void) {
  const words = useTrainingWords().form;
  const status = useStatus();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (request: TrainingRequested) => startRun(request),
    onSuccess: ({ run }) => {
      status.say(words.started);
      void queries.invalidateQueries({ queryKey: ["runs"] });
      if (run !== undefined) onStarted(run);
    },
  });
}

function requestOf(draft: RunDraft, dataset: Dataset | undefined): TrainingRequested {
  const snapshot = draft.snapshot.trim();
  return {
    dataset_id: dataset?.dataset_id ?? "",
    recipe: dataset?.recipe ?? "",
    seed: Number.parseInt(draft.seed, 10),
    ...(snapshot === "" ? {} : { snapshot_id: snapshot }),
  };
}

function isSeed(text: string): boolean {
  return /^-?[0-9]{1,15}$/.test(text.trim());
}

function Fields({
  datasets: all,
  draft,
  onChange,
}: {
  datasets: readonly Dataset[];
  draft: RunDraft;
  onChange: (draft: RunDraft) => void;
}) {
  const words = useTrainingWords().form;
  const snapshots = useQuery(snapshotsOf(draft.dataset));
  return (
    <>
      <Choose
        label={words.dataset}
        choices={all.map((one) => ({ value: one.dataset_id, label: one.title || one.dataset_id }))}
        value={draft.dataset}
        onChange={(dataset) => onChange({ ...draft, dataset, snapshot: "" })}
      />
      <Choose
        label={words.snapshot}
        choices={[
          { value: "", label: words.newest },
          ...(snapshots.data ?? []).map((one) => ({ value: one.snapshot_id, label: `№ ${one.number}` })),
        ]}
        value={draft.snapshot}
        onChange={(snapshot) => onChange({ ...draft, snapshot })}
      />
      <TextField
        label={words.seed}
        value={draft.seed}
        onChange={(seed) => onChange({ ...draft, seed })}
        inputMode="numeric"
        help={words.seedHelp}
        error={isSeed(draft.seed) ? undefined : words.wrongSeed}
      />
    </>
  );
}
