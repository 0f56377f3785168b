import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { changeRights, previewRightsChange, type RightsPreview } from "../../api/generated";
import { session } from "../../api/session";
import { Dialog } from "../../parts/Dialog";
import { Sentence } from "../../parts/Failed";
import { PreviewActions } from "../../parts/PreviewActions";
import { useStatus } from "../../parts/status";
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
        <PreviewActions
          previewed={looked}
          preview={{ label: words.form.preview, onPress: look, isDisabled: preview.isPending }}
          submit={{ label: words.form.send, onPress: () => send.mutate(draft), isDisabled: send.isPending }}
          onCancel={onClose}
        />
      }
    >
      <div className="stack">
        <ChangeFields draft={draft} onChange={setDraft} lacking={asked ? lacking : []} />
        <Sentence error={preview.error ?? send.error} />
        {preview.data !== undefined && <Previewed preview={preview.data} old={!looked} />}
        {preview.data === undefined && preview.error === null && <p className="soft small">{words.form.first}</p>}
      </div>
    </Dialog>
  );
}

/** What the change would do; `old` once the draft is another. */
function Previewed(shown: { preview: RightsPreview; old: boolean }) {
  const words = useRightsWords().form;
  return (
    <>
      {shown.old && <p role="status">{words.again}</p>}
      <PreviewBox {...shown} />
    </>
  );
}
