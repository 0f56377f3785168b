/** What the page of access asks. */

import { infiniteQueryOptions } from "@tanstack/react-query";
import { type DeliveryState, listUsers, listWebhookDeliveries, listWebhooks } from "../../api/generated";
import { type Key, pageAt, paged } from "../../api/queries";

/** Deliveries come and go without an event of the mesh: they are asked again while somebody looks. */
const EVERY_MS = 5000;

export const usersQuery = infiniteQueryOptions({
  queryKey: ["users", "list"] satisfies Key,
  queryFn: ({ pageParam, signal }) => listUsers(pageAt(pageParam, 100), { signal }),
  ...paged,
});

export const webhooksQuery = infiniteQueryOptions({
  queryKey: ["webhooks", "list"] satisfies Key,
  queryFn: ({ pageParam, signal }) => listWebhooks(pageAt(pageParam, 100), { signal }),
  ...paged,
});

/** What became of deliveries to a webhook, of one state or of all. */
export function deliveriesQuery(webhookId: string, state: DeliveryState | "all") {
  return infiniteQueryOptions({
    queryKey: ["webhooks", "deliveries", webhookId, state] satisfies Key,
    queryFn: ({ pageParam, signal }) =>
      listWebhookDeliveries(
        webhookId,
        {
          ...pageAt(pageParam),
          ...(state === "all" ? {} : { state: [state] }),
        },
        { signal },
      ),
    ...paged,
    refetchInterval: EVERY_MS,
  });
}
