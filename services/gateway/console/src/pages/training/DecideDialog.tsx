import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
  type Candidate,
  holdCandidate,
  type ModelVersionInput,
  promoteCandidate,
  releaseCandidate,
  rollBackModel,
} from "../../api/generated";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Sentence } from "../../parts/Failed";
import { TextField } from "../../parts/fields";
import { useStatus } from "../../parts/status";
import { useShellWords } from "../../words/shell";
import { useTrainingWords } from "./words";

export type Decision = "promote" | "hold" | "release" | "rollback";

/** A decision about a model, with its reason: nothing is decided without one. */
export function DecideDialog({
  decision,
  candidate,
  onClose,
}: {
  decision: Decision;
  candidate: Candidate;
  onClose: () => void;
}) {
  const words = useTrainingWords();
  const shell = useShellWords();
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const decide = useDecision(decision, candidate, onClose);
  const title =
    decision === "rollback" ? words.decide.rollback : words.decide[decision](candidate.model?.version ?? "");
  const confirm = () => {
    setAsked(true);
    if (reason.trim() !== "") decide.mutate(reason.trim());
  };
  return (
    <Dialog
      title={title}
      open
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{shell.cancel}</Button>
          <Button look="main" onPress={confirm} isDisabled={decide.isPending}>
            {words.actions[decision]}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>{words.decide[`${decision}Text`]}</p>
        <TextField
          label={words.decide.reason}
          help={words.decide.reasonHelp}
          lines={3}
          value={reason}
          onChange={setReason}
          maxLength={1000}
          error={asked && reason.trim() === "" ? words.decide.needed : undefined}
          autoFocus
        />
        <Sentence error={decide.error} />
      </div>
    </Dialog>
  );
}

/** A mutation that decides for a reason; what shows the model is asked again, also where the decision came too late. */
function useDecision(decision: Decision, candidate: Candidate, onDecided: () => void) {
  const words = useTrainingWords().decide;
  const status = useStatus();
  const queries = useQueryClient();
  const model: ModelVersionInput = { name: candidate.model?.name ?? "", version: candidate.model?.version ?? "" };
  return useMutation({
    mutationFn: (reason: string): Promise<unknown> => {
      if (decision === "rollback") return rollBackModel({ name: model.name, reason });
      const call = { promote: promoteCandidate, hold: holdCandidate, release: releaseCandidate }[decision];
      return call({ model, reason });
    },
    onSuccess: () => {
      status.say(words.done[decision]);
      for (const subject of ["candidates", "models", "counts"]) {
        void queries.invalidateQueries({ queryKey: [subject] });
      }
      onDecided();
    },
    onError: () => void queries.invalidateQueries({ queryKey: ["candidates"] }),
  });
}
