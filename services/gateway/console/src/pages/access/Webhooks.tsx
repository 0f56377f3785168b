import { useInfiniteQuery } from "@tanstack/react-query";
import { Webhook as WebhookIcon } from "lucide-react";
import { useState } from "react";
import type { Webhook, WebhookSecret, WebhookState } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Badge, type Weight } from "../../parts/Badge";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Empty } from "../../parts/Empty";
import { OnceShown } from "../../parts/OnceShown";
import { Said } from "../../parts/Said";
import { Sheet, type SheetColumn } from "../../parts/Sheet";
import { Time } from "../../parts/values";
import { useShellWords } from "../../words/shell";
import { Deliveries } from "./Deliveries";
import { NewWebhook } from "./NewWebhook";
import { webhooksQuery } from "./queries";
import { WebhookActions } from "./WebhookActions";
import { shortened, useWebhookWords } from "./words";

const WEIGHTS: Readonly<Record<WebhookState, Weight>> = { active: "good", paused: "wait", disabled: "bad" };

interface Shown {
  secret: WebhookSecret;
  isNew: boolean;
}

/** Addresses of others to which the mesh sends its events. */
export function Webhooks() {
  const words = useWebhookWords();
  const query = useInfiniteQuery(webhooksQuery);
  const [making, setMaking] = useState(false);
  const [shown, show] = useState<Shown>();
  const [deliveriesOf, setDeliveriesOf] = useState<Webhook>();
  const make = (
    <Button look="main" onPress={() => setMaking(true)}>
      {words.make}
    </Button>
  );
  const columns = columnsOf(words, setDeliveriesOf, (secret) => show({ secret, isNew: false }));
  return (
    <div className="stack">
      <Answer query={query}>
        {(data) => {
          const rows = data.pages.flatMap((page) => page.webhooks);
          if (rows.length === 0) {
            return (
              <Empty icon={<WebhookIcon aria-hidden="true" />} title={words.none} action={make}>
                {words.noneText}
              </Empty>
            );
          }
          return (
            <>
              <div className="access-head">
                <p className="soft">{words.text}</p>
                {make}
              </div>
              <Sheet label={words.title} rows={rows} keyOf={(one) => one.webhook_id} more={query} columns={columns} />
            </>
          );
        }}
      </Answer>
      {making && (
        <NewWebhook
          onClose={() => setMaking(false)}
          onMade={(secret) => {
            setMaking(false);
            show({ secret, isNew: true });
          }}
        />
      )}
      {shown !== undefined && <Secret {...shown} onClose={() => show(undefined)} />}
      {deliveriesOf !== undefined && <Deliveries webhook={deliveriesOf} onClose={() => setDeliveriesOf(undefined)} />}
    </div>
  );
}

function Secret({ secret, isNew, onClose }: Shown & { onClose: () => void }) {
  const words = useWebhookWords();
  const shell = useShellWords();
  return (
    <Dialog
      title={words.secretOf}
      open
      firm
      onClose={onClose}
      actions={
        <Button look="main" onPress={onClose}>
          {shell.close}
        </Button>
      }
    >
      <OnceShown label={words.secret} value={secret.secret} help={isNew ? words.secretText : words.rotatedText} />
    </Dialog>
  );
}

function columnsOf(
  words: ReturnType<typeof useWebhookWords>,
  onDeliveries: (webhook: Webhook) => void,
  onSecret: (secret: WebhookSecret) => void,
): readonly SheetColumn<Webhook>[] {
  return [
    {
      id: "url",
      label: words.url,
      fit: "wide",
      render: (one) => (
        <>
          <span className="foreign">{one.url}</span>
          {one.description !== "" && <span className="access-line small soft foreign">{one.description}</span>}
        </>
      ),
    },
    {
      id: "events",
      label: words.events,
      fit: "whole",
      render: (one) => (
        <span title={one.types.map(shortened).join(", ")}>
          {one.types.length === 0
            ? words.all
            : one.types.length === 1
              ? shortened(one.types[0] ?? "")
              : words.kinds(one.types.length)}
        </span>
      ),
    },
    { id: "state", label: words.state, render: (one) => <StateOf webhook={one} /> },
    {
      id: "delivered",
      label: words.delivered,
      render: (one) => (one.delivered_at === undefined ? words.never : <Time at={one.delivered_at} ago />),
    },
    {
      id: "actions",
      label: words.actions,
      labelHidden: true,
      align: "end",
      render: (one) => <WebhookActions webhook={one} onDeliveries={onDeliveries} onSecret={onSecret} />,
    },
  ];
}

function StateOf({ webhook }: { webhook: Webhook }) {
  const words = useWebhookWords();
  const state = webhook.state ?? "active";
  return (
    <>
      <Badge weight={WEIGHTS[state]} quiet={state === "active"}>
        {words.states[state]}
      </Badge>
      {webhook.because !== "" && (
        <span className="access-line small soft foreign">
          <Said sentence={webhook.because} wording={webhook.because_wording} />
        </span>
      )}
    </>
  );
}
