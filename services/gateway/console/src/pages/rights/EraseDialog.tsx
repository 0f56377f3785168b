import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { requestErasure } from "../../api/generated";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Sentence } from "../../parts/Failed";
import { Radios, TextField } from "../../parts/fields";
import { useStatus } from "../../parts/status";
import { useQueryString } from "../../parts/useQueryString";
import { useShellWords } from "../../words/shell";
import { useRightsWords } from "./words";

type Kind = "class" | "asset" | "holder";

const FIELDS = { class: "class_id", asset: "asset_id", holder: "holder" } as const;

/** Asks for an erasure: what goes is written twice, since nothing brings it back. */
export function EraseDialog({ onClose }: { onClose: () => void }) {
  const words = useRightsWords().erasures;
  const shell = useShellWords();
  const status = useStatus();
  const queries = useQueryClient();
  const [person] = useQueryString("class");
  const [kind, setKind] = useState<Kind>(person === "" ? "holder" : "class");
  const [name, setName] = useState(person);
  const [again, setAgain] = useState("");
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const erase = useMutation({
    mutationFn: () => requestErasure({ subject: { [FIELDS[kind]]: name.trim() }, reason: reason.trim() }),
    onSuccess: () => {
      status.say(words.sent);
      void queries.invalidateQueries({ queryKey: ["erasures"] });
      onClose();
    },
  });
  const complete = name.trim() !== "" && again.trim() === name.trim() && reason.trim() !== "";
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
        <Radios<Kind>
          label={words.kind}
          choices={(["class", "asset", "holder"] as const).map((value) => ({
            value,
            label: words.kinds[value] ?? value,
          }))}
          value={kind}
          onChange={setKind}
        />
        <TextField
          label={words.names[kind] ?? kind}
          value={name}
          onChange={setName}
          {...(kind === "class" ? { help: words.classHelp } : {})}
          error={asked && name.trim() === "" ? words.needed : undefined}
          autoFocus
        />
        <TextField
          label={words.repeat}
          value={again}
          onChange={setAgain}
          error={asked && again.trim() !== name.trim() ? words.differs : undefined}
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
