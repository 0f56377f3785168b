import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
  type Dataset,
  previewRun,
  type Run,
  type SnapshotPublished,
  startRun,
  type TrainingRequested,
} from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Sentence } from "../../parts/Failed";
import { Choose, TextField } from "../../parts/fields";
import { useStatus } from "../../parts/status";
import { useShellWords } from "../../words/shell";
import { PreviewBox } from "./PreviewBox";
import { datasets, snapshotsOf } from "./queries";
import { useTrainingWords } from "./words";

interface Wanted {
  dataset: string;
  snapshot: string;
  seed: string;
}

function requestOf(wanted: Wanted, recipe: string): TrainingRequested {
  return {
    dataset_id: wanted.dataset,
    recipe,
    seed: Number.parseInt(wanted.seed, 10),
    ...(wanted.snapshot.trim() === "" ? {} : { snapshot_id: wanted.snapshot.trim() }),
  };
}

/** A run by hand: looked at first, then started. */
export function StartDialog({ onClose, onStarted }: { onClose: () => void; onStarted: (run: Run) => void }) {
  const words = useTrainingWords();
  const shell = useShellWords();
  const status = useStatus();
  const queries = useQueryClient();
  const query = useQuery(datasets);
  const [chosen, choose] = useState("");
  const [snapshot, setSnapshot] = useState("");
  const [seed, setSeed] = useState("0");
  const all = query.data?.datasets ?? [];
  const dataset = all.find((one) => one.dataset_id === chosen) ?? all[0];
  const snapshots = useQuery(snapshotsOf(dataset?.dataset_id ?? ""));
  const wanted: Wanted = { dataset: dataset?.dataset_id ?? "", snapshot, seed };
  const request = requestOf(wanted, dataset?.recipe ?? "");
  const looking = useMutation({ mutationFn: (one: TrainingRequested) => previewRun(one) });
  const start = useMutation({
    mutationFn: (one: TrainingRequested) => startRun(one),
    onSuccess: (answer) => {
      status.say(words.form.started);
      void queries.invalidateQueries({ queryKey: ["runs"] });
      if (answer.run !== undefined) onStarted(answer.run);
    },
  });
  const looked = looking.data !== undefined && JSON.stringify(looking.variables) === JSON.stringify(request);
  const usable = dataset !== undefined && isSeed(seed);
  return (
    <Dialog
      title={words.form.title}
      open
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{shell.cancel}</Button>
          <Button
            look={looked ? "plain" : "main"}
            onPress={() => looking.mutate(request)}
            isDisabled={!usable || looking.isPending}
          >
            {words.form.look}
          </Button>
          <Button
            look="main"
            onPress={() => start.mutate(request)}
            isDisabled={!usable || !looked || start.isPending || (looking.data?.refusals.length ?? 0) > 0}
          >
            {words.form.start}
          </Button>
        </>
      }
    >
      <Answer query={query} small>
        {() =>
          dataset === undefined ? (
            <p>{words.form.none}</p>
          ) : (
            <div className="stack">
              <Fields
                datasets={all}
                snapshots={snapshots.data ?? []}
                wanted={wanted}
                onDataset={(next) => {
                  choose(next);
                  setSnapshot("");
                }}
                onSnapshot={setSnapshot}
                onSeed={setSeed}
              />
              <Sentence error={looking.error ?? start.error} />
              {looked && looking.data !== undefined && <PreviewBox preview={looking.data} />}
            </div>
          )
        }
      </Answer>
    </Dialog>
  );
}

function isSeed(text: string): boolean {
  return /^-?[0-9]{1,15}$/.test(text.trim());
}

function Fields({
  datasets: all,
  snapshots,
  wanted,
  onDataset,
  onSnapshot,
  onSeed,
}: {
  datasets: readonly Dataset[];
  snapshots: readonly SnapshotPublished[];
  wanted: Wanted;
  onDataset: (dataset: string) => void;
  onSnapshot: (snapshot: string) => void;
  onSeed: (seed: string) => void;
}) {
  const words = useTrainingWords().form;
  return (
    <>
      <Choose
        label={words.dataset}
        choices={all.map((one) => ({ value: one.dataset_id, label: one.title || one.dataset_id }))}
        value={wanted.dataset}
        onChange={onDataset}
      />
      <Choose
        label={words.snapshot}
        choices={[
          { value: "", label: words.newest },
          ...snapshots.map((one) => ({ value: one.snapshot_id, label: `№ ${one.number}` })),
        ]}
        value={wanted.snapshot}
        onChange={onSnapshot}
      />
      <TextField
        label={words.seed}
        value={wanted.seed}
        onChange={onSeed}
        inputMode="numeric"
        help={words.seedHelp}
        error={isSeed(wanted.seed) ? undefined : words.wrongSeed}
      />
    </>
  );
}
