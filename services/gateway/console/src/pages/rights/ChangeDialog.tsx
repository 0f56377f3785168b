import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { changeRights, previewRightsChange } from "../../api/generated";
import { session } from "../../api/session";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Sentence } from "../../parts/Failed";
import { useStatus } from "../../parts/status";
import { useShellWords } from "../../words/shell";
import type { Named } from "./asked";
import { ChangeFields } from "./ChangeFields";
import { begun, changeOfDraft, type Draft, lacks } from "./draft";
import { PreviewBox } from "./PreviewBox";
import { useRightsWords } from "./words";

/** A new change: filled in, looked at beforehand, and only then put into force. */
export function ChangeDialog({
  named,
  onClose,
  onSent,
}: {
  named: Named | undefined;
  onClose: () => void;
  onSent: (changeId: string) => void;
}) {
  const words = useRightsWords();
  const shell = useShellWords();
  const status = useStatus();
  const [draft, setDraft] = useState<Draft>(() => begun(session.get()?.principal ?? "", named));
  const [asked, setAsked] = useState(false);
  const preview = useMutation({ mutationFn: (one: Draft) => previewRightsChange(changeOfDraft(one)) });
  const send = useMutation({
    mutationFn: (one: Draft) => changeRights(changeOfDraft(one)),
    onSuccess: (answer) => {
      status.say(words.form.sent);
      onSent(answer.event_id);
    },
  });
  const lacking = lacks(draft);
  const looked = preview.data !== undefined && preview.variables === draft;
  const look = () => {
    setAsked(true);
    if (lacking.length === 0) preview.mutate(draft);
  };
  return (
    <Dialog
      title={words.form.title}
      open
      wide
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{shell.cancel}</Button>
          <Button look={looked ? "plain" : "main"} onPress={look} isDisabled={preview.isPending}>
            {words.form.preview}
          </Button>
          <Button look="main" onPress={() => send.mutate(draft)} isDisabled={!looked || send.isPending}>
            {words.form.send}
          </Button>
        </>
      }
    >
      <div className="stack">
        <ChangeFields draft={draft} onChange={setDraft} lacking={asked ? lacking : []} />
        <Sentence error={preview.error ?? send.error} />
        {preview.data !== undefined && (
          <>
            {!looked && <p role="status">{words.form.again}</p>}
            <PreviewBox preview={preview.data} old={!looked} />
          </>
        )}
        {preview.data === undefined && preview.error === null && <p className="soft small">{words.form.first}</p>}
      </div>
    </Dialog>
  );
}
