import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
  deleteWebhook,
  rotateWebhookSecret,
  testWebhook,
  updateWebhook,
  type Webhook,
  type WebhookSecret,
} from "../../api/generated";
import { ActionMenu } from "../../parts/ActionMenu";
import { RemoveDialog } from "../../parts/RemoveDialog";
import { useSaid } from "../../parts/Said";
import { useStatus } from "../../parts/status";
import { useRefusal } from "../../parts/useRefusal";
import { useWebhookWords } from "./words";

type Action = "test" | "deliveries" | "pause" | "resume" | "rotate" | "remove";

/** What can be done with a webhook; what came of it says the status line. */
export function WebhookActions({
  webhook,
  onDeliveries,
  onSecret,
}: {
  webhook: Webhook;
  onDeliveries: (webhook: Webhook) => void;
  onSecret: (secret: WebhookSecret) => void;
}) {
  const words = useWebhookWords();
  const act = useAct(webhook, onSecret);
  const [removing, setRemoving] = useState(false);
  const choose = (action: Action) => {
    if (action === "deliveries") onDeliveries(webhook);
    else if (action === "remove") setRemoving(true);
    else act.mutate(action);
  };
  const isServed = webhook.state === "active";
  const offered: readonly Action[] = ["test", "deliveries", isServed ? "pause" : "resume", "rotate", "remove"];
  const label = `${words.actions}: ${webhook.url}`;
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
        <p className="foreign">{words.removeText(webhook.url)}</p>
      </RemoveDialog>
    </>
  );
}

function useAct(webhook: Webhook, onSecret: (secret: WebhookSecret) => void) {
  const words = useWebhookWords();
  const status = useStatus();
  const refusal = useRefusal();
  const queries = useQueryClient();
  const said = useSaid();
  const id = webhook.webhook_id;
  return useMutation({
    mutationFn: async (action: Action) => {
      if (action === "test") {
        const came = await testWebhook(id);
        if (came.delivered) status.say(words.tested(came.status, came.milliseconds));
        else status.warn(words.notTaken(came.status, said(came.problem, came.problem_wording)));
      } else if (action === "rotate") {
        onSecret(await rotateWebhookSecret(id));
      } else if (action === "remove") {
        await deleteWebhook(id);
        status.say(words.removed);
      } else {
        await updateWebhook(id, { active: action === "resume" });
        status.say(action === "resume" ? words.resumed : words.paused);
      }
    },
    onError: (error) => status.warn(refusal(error)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["webhooks"] }),
  });
}
