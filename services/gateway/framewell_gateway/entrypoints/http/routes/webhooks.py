"""Webhooks: events sent to addresses of others as they happen."""

from functools import partial
from typing import Final

from framewell.gateway.v1 import webhooks_pb2 as pb
from framewell_gateway.commands.manage_webhooks import ManageWebhooks
from framewell_gateway.domain.principals import acting
from framewell_gateway.entrypoints.http import routing
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.queries.show_webhooks import ShowWebhooks

asks = partial(routing.asks, tag="webhooks")

_TYPE: Final = "framewell.asset.analysed.v1"
_WEBHOOK: Final = {
    "webhook_id": "8c1f0c9e-0000-4000-8000-000000000007", "url": "https://mam.example/framewell",
    "types": [_TYPE], "service": "", "description": "The archive's MAM", "state": "active", "because": "",
    "created_by": "anna", "created_at": "2026-11-22T18:00:00Z", "revision": 1,
    "delivered_at": "2026-11-22T19:00:00Z",
}  # fmt: skip
_SECRET: Final = {"webhook": _WEBHOOK, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
_DELIVERY: Final = {
    "delivery_id": "msg_0b9f6a520000400080000000000000aa", "event_key": "framewell/inference#0b9f6a52",
    "type": _TYPE, "state": "dead", "attempts": 9, "status": 503, "problem": "HTTP 503",
    "created_at": "2026-11-22T18:00:00Z", "tried_at": "2026-11-23T22:00:00Z",
}  # fmt: skip


def _manage(app: AppContext) -> ManageWebhooks:
    return ManageWebhooks(app.webhooks, app.webhook_sender, app.clock, acting.get())


ROUTES: Final = (
    asks(
        "GET /webhooks", "listWebhooks", lambda app: ShowWebhooks(app.webhooks).list,
        "List webhooks, newest first", takes=pb.ListWebhooksRequest, gives=pb.ListWebhooksResponse,
        answer={"webhooks": [_WEBHOOK], "next_page_token": "", "total_size": 1},
    ),
    asks(
        "POST /webhooks", "createWebhook", lambda app: _manage(app).create,
        "Have events sent to an address", body="*", status=201, problems=(409,),
        description="Signed as Standard Webhooks has it; `secret` is shown this once. Events are CloudEvents "
        "in JSON (structured mode), those from now on, each at least once.",
        takes=pb.CreateWebhookRequest, gives=pb.WebhookSecret,
        example={"url": "https://mam.example/framewell", "types": [_TYPE]}, answer=_SECRET,
    ),
    asks(
        "GET /webhooks/{webhook_id}", "getWebhook", lambda app: ShowWebhooks(app.webhooks).get,
        "One webhook", takes=pb.GetWebhookRequest, gives=pb.Webhook, answer=_WEBHOOK, revised="revision",
    ),
    asks(
        "PATCH /webhooks/{webhook_id}", "updateWebhook", lambda app: _manage(app).update,
        "Change, pause or resume a webhook", body="change", problems=(409,),
        takes=pb.UpdateWebhookRequest, gives=pb.Webhook, example={"active": True}, answer=_WEBHOOK,
    ),
    asks(
        "DELETE /webhooks/{webhook_id}", "deleteWebhook", lambda app: _manage(app).delete,
        "Take a webhook away, with its deliveries",
        takes=pb.DeleteWebhookRequest, gives=pb.DeleteWebhookResponse, answer={},
    ),
    asks(
        "POST /webhooks/{webhook_id}/secret", "rotateWebhookSecret", lambda app: _manage(app).rotate,
        "Give a webhook another secret", problems=(409,),
        description="For a day deliveries are signed with both.",
        takes=pb.RotateWebhookSecretRequest, gives=pb.WebhookSecret, answer=_SECRET,
    ),
    asks(
        "POST /webhooks/{webhook_id}/test", "testWebhook", lambda app: _manage(app).test,
        "Send an event of no meaning at once, and say what came of it",
        takes=pb.TestWebhookRequest, gives=pb.TestWebhookResponse,
        answer={"delivered": True, "status": 204, "problem": "", "milliseconds": 41},
    ),
    asks(
        "GET /webhooks/{webhook_id}/deliveries", "listWebhookDeliveries",
        lambda app: ShowWebhooks(app.webhooks).deliveries,
        "What became of deliveries, newest first",
        description="Those in the state `dead` were given up; those that were taken are kept for a week.",
        takes=pb.ListWebhookDeliveriesRequest, gives=pb.ListWebhookDeliveriesResponse,
        answer={"deliveries": [_DELIVERY], "next_page_token": "", "total_size": 1},
    ),
    asks(
        "POST /webhooks/{webhook_id}/deliveries/replay", "replayWebhookDeliveries",
        lambda app: _manage(app).replay, "Put deliveries in line again", body="replay",
        takes=pb.ReplayWebhookDeliveriesRequest, gives=pb.ReplayWebhookDeliveriesResponse,
        example={"delivery_ids": ["msg_0b9f6a520000400080000000000000aa"]}, answer={"replayed": 1},
    ),
)  # fmt: skip
