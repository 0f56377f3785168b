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

interface ErasureDraft {
  kind: ErasedKind;
  name: string;
  /** The name, written once more. */
  again: string;
  reason: string;
}

type ErasureLack = "name" | "again" | "reason";

/** Asks for an erasure: the name of what goes is written once more, since nothing brings it back. */
export function EraseDialog({ named, onClose }: { named: Named | undefined; onClose: () => void }) {
  const words = useRightsWords().erasures;
  const shell = useShellWords();
  const status = useStatus();
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(named));
  const [asked, setAsked] = useState(false);
  const lacking = useLacking(draft);
  const erase = useMutation({
    mutationFn: () => requestErasure({ subject: { [draft.kind]: draft.name.trim() }, reason: draft.reason.trim() }),
    onSuccess: () => {
      status.say(words.sent);
      void queries.invalidateQueries({ queryKey: ["erasures"] });
      onClose();
    },
  });
  const confirm = () => {
    setAsked(true);
    if (lacking.length === 0) erase.mutate();
  };
  return (
    <Dialog
      title={words.create}
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
        <Fields draft={draft} onChange={setDraft} lacking={asked ? lacking : []} />
        <p className="sentence-bad">{words.final}</p>
        <Sentence error={erase.error} />
      </div>
    </Dialog>
  );
}

/** What goes: its kind, which one, and why. */
function Fields({
  draft,
  onChange,
  lacking,
}: {
  draft: ErasureDraft;
  onChange: (draft: ErasureDraft) => void;
  lacking: readonly ErasureLack[];
}) {
  const words = useRightsWords().erasures;
  const { kind, name, again, reason } = draft;
  return (
    <>
      <Radios<ErasedKind>
        label={words.kind}
        choices={KINDS.map((value) => ({ value, label: words.kinds[WORDS[value]] ?? value }))}
        value={kind}
        onChange={(next) => onChange({ ...draft, kind: next, name: "" })}
      />
      <SubjectField
        kind={kind}
        label={words.names[WORDS[kind]] ?? kind}
        name={name}
        onChange={(next) => onChange({ ...draft, name: next })}
        error={lacking.includes("name") ? words.needed : undefined}
      />
      <TextField
        label={words.repeat}
        value={again}
        onChange={(next) => onChange({ ...draft, again: next })}
        help={words.repeatHelp[WORDS[kind]]}
        error={lacking.includes("again") ? words.differs : undefined}
      />
      <TextField
        label={words.reason}
        value={reason}
        onChange={(next) => onChange({ ...draft, reason: next })}
        help={words.reasonHelp}
        error={lacking.includes("reason") ? words.needed : undefined}
      />
    </>
  );
}

function draftOf(named: Named | undefined): ErasureDraft {
  const empty = { again: "", reason: "" };
  if (named === undefined || named.kind === "source") return { kind: "class_id", name: "", ...empty };
  return { kind: named.kind, name: named.name, ...empty };
}

/** What a draft lacks: a person or a programme may be repeated by its name as well as by its id. */
function useLacking({ kind, name, again, reason }: ErasureDraft): readonly ErasureLack[] {
  const known = useKnown(kind === "asset_id" ? "asset_id" : "class_id", kind === "holder" ? "" : name);
  const lacking: ErasureLack[] = [];
  if (name.trim() === "") lacking.push("name");
  if (![name, known?.text ?? ""].some((one) => same(one, again))) lacking.push("again");
  if (reason.trim() === "") lacking.push("reason");
  return lacking;
}

/** Whether two names are the same but for the spaces between their words. */
function same(one: string, other: string): boolean {
  const [left, right] = [one, other].map((text) => text.trim().replace(/\s+/g, " "));
  return left !== "" && left === right;
}
