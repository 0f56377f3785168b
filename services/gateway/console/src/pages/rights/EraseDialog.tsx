import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { requestErasure } from "../../api/generated";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Sentence } from "../../parts/Failed";
import { Radios, TextField } from "../../parts/fields";
import { useKnown } from "../../parts/offers";
import { useStatus } from "../../parts/status";
import { useShellWords } from "../../words/shell";
import type { Kind, Named } from "./asked";
import { SubjectField } from "./SubjectField";
import { useRightsWords } from "./words";

type ErasedKind = Exclude<Kind, "source">;

const WORDS: Readonly<Record<ErasedKind, string>> = { class_id: "class", asset_id: "asset", holder: "holder" };
const KINDS = Object.keys(WORDS) as ErasedKind[];

/** Asks for an erasure: the name of what goes is written once more, since nothing brings it back. */
export function EraseDialog({ named, onClose }: { named: Named | undefined; onClose: () => void }) {
  const words = useRightsWords().erasures;
  const shell = useShellWords();
  const status = useStatus();
  const queries = useQueryClient();
  const [kind, setKind] = useState<ErasedKind>(
    named === undefined || named.kind === "source" ? "class_id" : named.kind,
  );
  const [name, setName] = useState(named?.kind === kind ? named.name : "");
  const [again, setAgain] = useState("");
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const erase = useMutation({
    mutationFn: () => requestErasure({ subject: { [kind]: name.trim() }, reason: reason.trim() }),
    onSuccess: () => {
      status.say(words.sent);
      void queries.invalidateQueries({ queryKey: ["erasures"] });
      onClose();
    },
  });
  const known = useKnown(kind === "asset_id" ? "asset_id" : "class_id", kind === "holder" ? "" : name);
  const repeated = again.trim() !== "" && [name, known?.text ?? ""].some((one) => same(one, again));
  const complete = name.trim() !== "" && repeated && reason.trim() !== "";
  const confirm = () => {
    setAsked(true);
    if (complete) erase.mutate();
  };
  return (
    <Dialog
      title={`${words.create} …`}
      open
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{shell.cancel}</Button>
          <Button look="bad" onPress={confirm} isDisabled={erase.isPending}>
            {words.confirm}
          </Button>
        </>
      }
    >
      <div className="rights-form">
        <Erased
          kind={kind}
          name={name}
          onKind={(next) => {
            setKind(next);
            setName("");
          }}
          onName={setName}
          error={asked && name.trim() === "" ? words.needed : undefined}
        />
        <TextField
          label={words.repeat}
          value={again}
          onChange={setAgain}
          help={words.repeatHelp[WORDS[kind]]}
          error={asked && !repeated ? words.differs : undefined}
        />
        <TextField
          label={words.reason}
          value={reason}
          onChange={setReason}
          help={words.reasonHelp}
          error={asked && reason.trim() === "" ? words.needed : undefined}
        />
        <p className="sentence-bad">{words.final}</p>
        <Sentence error={erase.error} />
      </div>
    </Dialog>
  );
}

/** What goes: its kind, and which one. */
function Erased({
  kind,
  name,
  onKind,
  onName,
  error,
}: {
  kind: ErasedKind;
  name: string;
  onKind: (kind: ErasedKind) => void;
  onName: (name: string) => void;
  error: string | undefined;
}) {
  const words = useRightsWords().erasures;
  return (
    <>
      <Radios<ErasedKind>
        label={words.kind}
        choices={KINDS.map((value) => ({ value, label: words.kinds[WORDS[value]] ?? value }))}
        value={kind}
        onChange={onKind}
      />
      <SubjectField kind={kind} label={words.names[WORDS[kind]] ?? kind} name={name} onChange={onName} error={error} />
    </>
  );
}

/** Whether two names are the same but for the spaces between their words. */
function same(one: string, other: string): boolean {
  const [left, right] = [one, other].map((text) => text.trim().replace(/\s+/g, " "));
  return left !== "" && left === right;
}
