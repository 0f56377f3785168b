"""Rights: what they are, what would change, what matches nothing."""

from functools import partial
from typing import Final

from framewell.dataset.v1.rights_service_pb2 import PreviewRightsChangeRequest, PreviewRightsChangeResponse
from framewell.gateway.v1.events_pb2 import PublishedRightsChange
from framewell.rights.v1.rights_pb2 import RightsChanged
from framewell_gateway.commands.change_rights import ChangeRights, PreviewRightsChange
from framewell_gateway.entrypoints.http import routing
from framewell_gateway.ports import methods

calls, asks = (partial(made, tag="training data") for made in (routing.calls, routing.asks))

_ASSET: Final = "1c5b2c1e-0000-4000-8000-00000000000a"
_APPLIED: Final = {
    "statement": {"issuer": "Archiv", "statement_id": "contract-4711", "revision": 2},
    "outcome": "in_force",
    "sentence": "Statement contract-4711: it is in force.",
}
_CHANGE: Final = {
    "subject": {"asset_id": _ASSET},
    "statements": [
        {
            "issuer": "Archiv",
            "statement_id": "contract-4711",
            "revision": 2,
            "holder": "Archiv",
            "purposes": ["own_training"],
            "use": "allowed",
            "legal_basis": "licence",
            "valid_until": "2027-12-31T23:00:00Z",
            "payment": {"model": "per_use", "amount": "0.05", "currency": "EUR"},
        }
    ],
}

ROUTES: Final = (
    asks(
        "POST /rights", "changeRights",
        lambda app: ChangeRights(app.announcer, app.services, app.clock),
        "Change rights of an asset, a source or a holder",
        takes=RightsChanged, gives=PublishedRightsChange,
        body="*", status=202, example=_CHANGE,
        answer={
            "event_id": "0b9f6a52-7c1e", "type": "framewell.rights.changed.v1",
            "statements": [_APPLIED], "asset_count": 1,
        },
    ),
    calls(
        "GET /rights/unmatched", "listUnmatchedRights", methods.LIST_UNMATCHED_RIGHTS,
        "List statements that match nothing, newest first",
        answer={
            "unmatched": [
                {
                    "subject": {"holder": "Agentur Bluu"}, "since": "2026-11-22T18:00:00Z",
                    "statements": [{**_APPLIED, "outcome": "matched_nothing"}],
                }
            ],
            "next_page_token": "", "total_size": 1,
        },
    ),
    calls(
        "POST /rights/rules/preview", "previewHouseRules", methods.PREVIEW_HOUSE_RULES,
        "What other house rules would do",
        body="*",
        example={"rules": '[{"series": "News", "statement": {"statement_id": "hr-7", "use": "prohibited"}}]'},
        answer={
            "rules": [{"condition": "series 'News'", "statement_id": "hr-7", "asset_count": 0}],
            "asset_count": 0, "samples_withdrawn": 0, "samples_proposed": 0, "snapshot_count": 0,
            "snapshot_ids": [], "asset_ids": [],
        },
    ),
    asks(
        "POST /rights/preview", "previewRightsChange",
        lambda app: PreviewRightsChange(app.services, app.clock),
        "What a change of rights would do",
        takes=PreviewRightsChangeRequest, gives=PreviewRightsChangeResponse,
        body="change", example=_CHANGE,
        answer={
            "samples_withdrawn": 0, "samples_proposed": 12, "snapshot_count": 1, "asset_count": 1,
            "snapshot_ids": ["people-3"], "asset_ids": [_ASSET], "statements": [_APPLIED],
        },
    ),
)  # fmt: skip
