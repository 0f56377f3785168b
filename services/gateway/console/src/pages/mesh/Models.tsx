import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { PackagePlus } from "lucide-react";
import { FileTrigger } from "react-aria-components";
import { importModel, type Model } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Badge } from "../../parts/Badge";
import { Button } from "../../parts/Button";
import { Sentence } from "../../parts/Failed";
import { Said } from "../../parts/Said";
import { Sheet, type SheetColumn } from "../../parts/Sheet";
import { useStatus } from "../../parts/status";
import { ModelActions } from "./ModelActions";
import { modelsQuery } from "./queries";
import { useModelWords } from "./words";

/** Models that serve the mesh; others' are taken in here, put in force and taken away. */
export function Models({ operates }: { operates: boolean }) {
  const words = useModelWords();
  const query = useInfiniteQuery(modelsQuery);
  const take = useTake();
  const first = (files: FileList | null) => files?.[0] !== undefined && take.mutate(files[0]);
  return (
    <section aria-labelledby="mesh-models" className="mesh-part">
      <div className="mesh-head">
        <h2 id="mesh-models">{words.title}</h2>
        {operates && (
          <FileTrigger onSelect={first} acceptedFileTypes={[".tar"]}>
            <Button isDisabled={take.isPending}>
              <PackagePlus aria-hidden="true" />
              {take.isPending ? words.taking : words.take}
            </Button>
          </FileTrigger>
        )}
      </div>
      <p className="soft">{words.text}</p>
      <Sentence error={take.error} />
      <Answer query={query} small>
        {(data) => {
          const rows = data.pages.flatMap((page) => page.models);
          if (rows.length === 0) return <p className="soft">{words.none}</p>;
          const columns = columnsOf(words, operates);
          return <Sheet label={words.title} rows={rows} keyOf={nameOf} more={query} columns={columns} />;
        }}
      </Answer>
    </section>
  );
}

function useTake() {
  const words = useModelWords();
  const status = useStatus();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (file: File) => importModel(file),
    onSuccess: ({ model }) => status.say(words.taken(model?.model?.name ?? "", model?.model?.version ?? "")),
    onSettled: () => queries.invalidateQueries({ queryKey: ["models"] }),
  });
}

function nameOf({ model }: Model): string {
  return `${model?.name ?? ""}@${model?.version ?? ""}`;
}

function columnsOf(words: ReturnType<typeof useModelWords>, operates: boolean): readonly SheetColumn<Model>[] {
  return [
    {
      id: "name",
      label: words.name,
      render: (one) => <span title={one.intended_use}>{one.model?.name}</span>,
    },
    { id: "version", label: words.version, render: (one) => one.model?.version },
    { id: "task", label: words.task, fit: "whole", render: (one) => <Task of={one.task} /> },
    { id: "where", label: words.where, render: (one) => <Where model={one} /> },
    { id: "licence", label: words.licence, render: (one) => words.licences(one.code_licence, one.weights_licence) },
    { id: "state", label: words.state, render: (one) => <StateOf model={one} /> },
    {
      id: "actions",
      label: words.actions,
      labelHidden: true,
      align: "end",
      render: (one) => operates && <ModelActions model={one} />,
    },
  ];
}

/** What a model does; a task that this console does not know is named as its manifest names it. */
function Task({ of: task }: { of: string }) {
  const words = useModelWords();
  return words.tasks[task] ?? <span lang="en">{task}</span>;
}

function Where({ model }: { model: Model }) {
  const words = useModelWords();
  if (model.analyser !== "") return words.always;
  if (model.enabled.length === 0) return words.nothing;
  const scopes = model.enabled.map(({ series, channel }) => [series, channel].filter(Boolean).join(", "));
  return scopes.some((one) => one === "") ? words.everything : scopes.join("; ");
}

function StateOf({ model }: { model: Model }) {
  const words = useModelWords();
  const isBroken = model.quarantined !== "";
  const said = model.quarantined || model.fallback;
  return (
    <>
      {isBroken ? (
        <Badge weight="bad">{words.quarantined}</Badge>
      ) : (
        <Badge weight={model.in_force ? "good" : "calm"} quiet>
          {model.in_force ? words.inForce : words.beside}
        </Badge>
      )}
      {said !== "" && (
        <span className="mesh-line small soft foreign">
          <Said sentence={said} wording={isBroken ? model.quarantined_wording : model.fallback_wording} />
        </span>
      )}
    </>
  );
}
