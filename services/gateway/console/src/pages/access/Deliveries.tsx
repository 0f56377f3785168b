import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type DeliveryState, replayWebhookDeliveries, type Webhook, type WebhookDelivery } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Badge, type Weight } from "../../parts/Badge";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Sentence } from "../../parts/Failed";
import { Choose } from "../../parts/fields";
import { Said } from "../../parts/Said";
import { Sheet, type SheetColumn } from "../../parts/Sheet";
import { useStatus } from "../../parts/status";
import { Time } from "../../parts/values";
import { useShellWords } from "../../words/shell";
import { deliveriesQuery } from "./queries";
import { shortened, useWebhookWords } from "./words";

const STATES = ["dead", "waiting", "delivered", "all"] as const;
const WEIGHTS: Readonly<Record<DeliveryState, Weight>> = { dead: "bad", waiting: "wait", delivered: "good" };

/** What became of deliveries to a webhook; those that were given up can be sent again. */
export function Deliveries({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const words = useWebhookWords();
  const shell = useShellWords();
  const [state, setState] = useState<(typeof STATES)[number]>("dead");
  const query = useInfiniteQuery(deliveriesQuery(webhook.webhook_id, state));
  const replay = useReplay(webhook.webhook_id);
  const columns = columnsOf(words, state === "all", (one) => replay.mutate([one.delivery_id]), replay.isPending);
  return (
    <Dialog
      title={words.of(webhook.url)}
      open
      wide
      onClose={onClose}
      actions={
        <>
          <Button onPress={() => replay.mutate([])} isDisabled={replay.isPending}>
            {words.replayAll}
          </Button>
          <Button look="main" onPress={onClose}>
            {shell.close}
          </Button>
        </>
      }
    >
      <div className="stack">
        <Choose
          label={words.show}
          choices={STATES.map((value) => ({ value, label: words.shown[value] ?? value }))}
          value={state}
          onChange={setState}
        />
        <Sentence error={replay.error} />
        <Answer query={query} small>
          {(data) => {
            const rows = data.pages.flatMap((page) => page.deliveries);
            if (rows.length === 0) return <p className="soft">{words.noDeliveries}</p>;
            const label = words.deliveries;
            return <Sheet label={label} rows={rows} keyOf={(one) => one.delivery_id} more={query} columns={columns} />;
          }}
        </Answer>
      </div>
    </Dialog>
  );
}

function useReplay(webhookId: string) {
  const words = useWebhookWords();
  const status = useStatus();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (ids: readonly string[]) => replayWebhookDeliveries(webhookId, { delivery_ids: [...ids] }),
    onSuccess: ({ replayed }) => {
      status.say(words.replayed(replayed));
      void queries.invalidateQueries({ queryKey: ["webhooks"] });
    },
  });
}

function columnsOf(
  words: ReturnType<typeof useWebhookWords>,
  isOfAll: boolean,
  again: (one: WebhookDelivery) => void,
  isBusy: boolean,
): readonly SheetColumn<WebhookDelivery>[] {
  const outcome: SheetColumn<WebhookDelivery> = {
    id: "outcome",
    label: words.outcome,
    fit: "whole",
    render: ({ state = "waiting" }) => <Badge weight={WEIGHTS[state]}>{words.shown[state]}</Badge>,
  };
  return [
    { id: "when", label: words.when, fit: "whole", render: (one) => <Time at={one.tried_at ?? one.created_at} /> },
    { id: "event", label: words.event, fit: "whole", render: (one) => <code>{shortened(one.type)}</code> },
    ...(isOfAll ? [outcome] : []),
    { id: "attempts", label: words.attempts, align: "end", render: (one) => one.attempts },
    { id: "problem", label: words.problem, fit: "wide", render: (one) => <Problem delivery={one} /> },
    {
      id: "do",
      label: words.replay,
      labelHidden: true,
      align: "end",
      render: (one) =>
        one.state === "dead" && (
          <Button onPress={() => again(one)} isDisabled={isBusy} aria-label={`${words.replay}: ${shortened(one.type)}`}>
            {words.replay}
          </Button>
        ),
    },
  ];
}

function Problem({ delivery }: { delivery: WebhookDelivery }) {
  const words = useWebhookWords();
  const answered = delivery.status > 0 ? `HTTP ${delivery.status}` : "–";
  return (
    <>
      <span className="foreign">
        {delivery.problem === "" ? answered : <Said sentence={delivery.problem} wording={delivery.problem_wording} />}
      </span>
      {delivery.due_at !== undefined && (
        <span className="small soft">
          {" · "}
          {words.next} <Time at={delivery.due_at} ago />
        </span>
      )}
    </>
  );
}
