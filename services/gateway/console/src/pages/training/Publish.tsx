import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Layers } from "lucide-react";
import { useState } from "react";
import { publishSnapshot } from "../../api/generated";
import { Button } from "../../parts/Button";
import { Sentence } from "../../parts/Failed";
import { Choose } from "../../parts/fields";
import { useStatus } from "../../parts/status";
import { datasets, snapshotsOf } from "./queries";
import { useTrainingWords } from "./words";

/** Publishes a snapshot of a dataset now, without waiting for the next sample; what has not changed stays the newest. */
export function Publish() {
  const words = useTrainingWords().publish;
  const queries = useQueryClient();
  const { say } = useStatus();
  const { data } = useQuery(datasets);
  const [chosen, choose] = useState("");
  const all = data?.datasets ?? [];
  const id = all.find((one) => one.dataset_id === chosen)?.dataset_id ?? all[0]?.dataset_id;
  const publish = useMutation({
    mutationFn: async (dataset: string) => {
      const [before] = await queries.fetchQuery({ ...snapshotsOf(dataset), staleTime: 0 });
      const { snapshot } = await publishSnapshot(dataset);
      return { number: snapshot?.number ?? 0, isNew: snapshot?.snapshot_id !== before?.snapshot_id };
    },
    onSuccess: ({ number, isNew }) => say(isNew ? words.done(number) : words.same(number)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["snapshots"] }),
  });
  if (id === undefined) return null;
  return (
    <div className="stack training-publish">
      <div className="row">
        {all.length > 1 && (
          <Choose
            label={words.dataset}
            labelHidden
            choices={all.map((one) => ({ value: one.dataset_id, label: one.title || one.dataset_id }))}
            value={id}
            onChange={choose}
          />
        )}
        <Button onPress={() => publish.mutate(id)} isDisabled={publish.isPending}>
          <Layers aria-hidden="true" />
          {words.button}
        </Button>
      </div>
      <Sentence error={publish.error} />
    </div>
  );
}
