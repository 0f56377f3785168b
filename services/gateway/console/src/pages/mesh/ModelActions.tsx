import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useModel as chooseVersion, disableModel, enableModel, type Model, removeModel } from "../../api/generated";
import { ActionMenu } from "../../parts/ActionMenu";
import { RemoveDialog } from "../../parts/RemoveDialog";
import { useStatus } from "../../parts/status";
import { useErrorText } from "../../parts/useSentence";
import { useModelWords } from "./words";

type Action = "use" | "enable" | "disable" | "remove";

/** What can be done with a model that was taken in; those of training and of the house's analysers are not changed here. */
export function ModelActions({ model }: { model: Model }) {
  const words = useModelWords();
  const act = useAct(model);
  const [removing, setRemoving] = useState(false);
  const offered = offeredFor(model);
  if (offered.length === 0) return null;
  const choose = (action: Action) => (action === "remove" ? setRemoving(true) : act.mutate(action));
  const label = `${words.actions}: ${model.model?.name} ${model.model?.version}`;
  return (
    <>
      <ActionMenu label={label} actions={offered.map((id) => ({ id, label: words[id] }))} onChoose={choose} />
      <RemoveDialog
        title={words.remove}
        remove={words.remove}
        open={removing}
        onClose={() => setRemoving(false)}
        onRemove={() => act.mutate("remove")}
      >
        <p className="foreign">{words.removeText(model.model?.name ?? "", model.model?.version ?? "")}</p>
      </RemoveDialog>
    </>
  );
}

function offeredFor(model: Model): readonly Action[] {
  const isOthers = model.analyser === "" && !model.source.startsWith("run:");
  if (!isOthers) return [];
  if (!model.in_force) return model.quarantined === "" ? ["use", "remove"] : ["remove"];
  return [model.enabled.length > 0 ? "disable" : "enable", "remove"];
}

/** Does it; what came of it says the status line. */
function useAct({ model }: Model) {
  const words = useModelWords();
  const status = useStatus();
  const textOf = useErrorText();
  const queries = useQueryClient();
  const { name = "", version = "" } = model ?? {};
  return useMutation({
    mutationFn: async (action: Action) => {
      if (action === "use") {
        await chooseVersion({ model: { name, version } });
        status.say(words.used(name, version));
      } else if (action === "enable") {
        await enableModel({ name });
        status.say(words.enabled(name));
      } else if (action === "disable") {
        await disableModel({ name });
        status.say(words.disabled(name));
      } else {
        const { removed } = await removeModel({ model: { name, version } });
        status.say(words.removed(removed.length));
      }
    },
    onError: (error) => status.warn(textOf(error)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["models"] }),
  });
}
