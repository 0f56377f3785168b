"""Rights: what would change, what became of a change, what is withheld, and what is owed."""

from functools import partial
from typing import Final

from framewell.dataset.v1.rights_service_pb2 import GetRightsChangeRequest, PreviewRightsChangeRequest
from framewell.gateway.v1.events_pb2 import PublishedRightsChange
from framewell.gateway.v1.rights_view_pb2 import ExportLedgerRequest, RightsChangeFate, RightsPreview
from framewell.rights.v1.rights_pb2 import RightsChanged
from framewell_gateway.commands.change_rights import ChangeRights
from framewell_gateway.entrypoints.http import ledger_tables, routing
from framewell_gateway.entrypoints.http.routes.models import CANDIDATE, RUN
from framewell_gateway.ports import methods
from framewell_gateway.queries.follow_rights_change import FollowRightsChange
from framewell_gateway.queries.preview_rights import PreviewRightsChange

calls, asks, answers = (
    partial(made, tag="rights") for made in (routing.calls, routing.asks, routing.answers)
)

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

_MONEY: Final = {
    "holder": "Archiv", "currency": "EUR", "model": "per_use", "before": "0.00", "after": "0.60",
    "sample_count": 12,
}  # fmt: skip
_FOLLOWED: Final = {
    "change_id": "0b9f6a52-7c1e",
    "subject": {"asset_id": _ASSET},
    "actor": {"principal": "anna", "authority": "rights", "decided_at": "2026-11-22T18:00:00Z"},
    "received_at": "2026-11-22T18:00:01Z",
    "applied": True,
    "statements": [_APPLIED],
    "asset_count": 1,
    "samples_withdrawn": 3,
    "samples_withheld": 0,
    "samples_proposed": 0,
    "samples_repriced": 0,
    "snapshot_count": 1,
    "title": "Evening news",
}
_BALANCE: Final = {
    "holder": "Archiv",
    "currency": "EUR",
    "amount": "12.60",
    "uses": 126,
    "flat_amount": "12.00",
    "per_use_amount": "0.60",
}
_REPLACED: Final = {
    "snapshot_id": "people-3",
    "number": 3,
    "published_at": "2026-11-21T18:00:00Z",
    "withdrawn": True,
    "successor_id": "people-4",
    "successor_number": 4,
    "successor_published_at": "2026-11-22T18:00:03Z",
    "successor_withdrawn": False,
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
        takes=PreviewRightsChangeRequest, gives=RightsPreview, omittable=("models", "runs"),
        body="change", example=_CHANGE,
        answer={
            "samples_withdrawn": 0, "samples_proposed": 12, "snapshot_count": 1, "asset_count": 1,
            "snapshot_ids": ["people-3"], "asset_ids": [_ASSET], "statements": [_APPLIED],
            "money": [_MONEY], "models": [CANDIDATE], "runs": [], "unavailable": [],
            "missing": [], "missing_wordings": [],
        },
    ),
    calls(
        "GET /rights/changes", "listRightsChanges", methods.LIST_RIGHTS_CHANGES,
        "Changes of rights, newest first",
        answer={"changes": [_FOLLOWED], "next_page_token": "", "total_size": 1},
    ),
    asks(
        "GET /rights/changes/{change_id}", "getRightsChange",
        lambda app: FollowRightsChange(app.services),
        "What became of a change, fact by fact",
        description="From the statements over samples, snapshots and runs to the model in service. The id is "
        "that of the event, as the answer to the change names it; 404 until dataset has taken it up.",
        takes=GetRightsChangeRequest, gives=RightsChangeFate,
        omittable=("runs", "models", "models_withdrawn"),
        answer={
            "change": _FOLLOWED,
            "steps": [
                {"step": name, "state": "done", "done": 1, "total": 1}
                for name in ("statements", "samples", "snapshots", "runs", "models")
            ],
            "samples": [{"sample_id": "s-17", "asset_id": _ASSET, "effect": "withdrawn"}],
            "snapshots": [_REPLACED], "models_withdrawn": [], "runs": [RUN], "models": [CANDIDATE],
            "unavailable": [], "missing": [], "missing_wordings": [],
        },
    ),
    calls(
        "GET /rights/refusals", "listRefusals", methods.LIST_REFUSALS,
        "Why samples and assets are withheld: one group a sentence",
        answer={
            "refusals": [
                {
                    "kind": "samples", "purpose": "own_training", "count": 12,
                    "sentence": "Withheld: Archiv prohibits training models of the house (contract 4711).",
                    "moments": [
                        {
                            "sample_id": "s-17", "asset_id": _ASSET, "title": "Evening news", "at": "61.5s",
                        }
                    ],
                }
            ],
            "next_page_token": "", "total_size": 1,
        },
    ),
    calls(
        "GET /rights/contributors", "listContributors", methods.LIST_CONTRIBUTORS,
        "Holders of rights with what is theirs",
        answer={
            "contributors": [
                {
                    "holder": "Archiv", "statement_count": 1, "asset_count": 41, "sample_count": 126,
                    "balances": [_BALANCE],
                }
            ],
            "next_page_token": "", "total_size": 1,
        },
    ),
    calls(
        "GET /rights/ledger", "listLedger", methods.LIST_LEDGER, "Uses and what is owed for them",
        answer={
            "entries": [
                {
                    "holder": "Archiv", "run_id": "r-1", "sample_id": "s-17", "asset_id": _ASSET,
                    "purpose": "own_training", "quantity": "1",
                    "rate": {"model": "per_use", "amount": "0.05", "currency": "EUR"},
                    "used_at": "2026-11-22T18:00:00Z", "statement": _APPLIED["statement"],
                }
            ],
            "balances": [_BALANCE], "next_page_token": "", "total_size": 1,
        },
    ),
    answers(
        "GET /rights/ledger.csv", "exportLedger", ExportLedgerRequest, ledger_tables.export_ledger,
        "The ledger as a table",
        description="CSV in UTF-8 with a byte order mark, a line a use. Texts that a spreadsheet would take "
        "for a formula have an apostrophe before them.",
        content={
            200: {
                ledger_tables.MEDIA_TYPE: {
                    "schema": {"type": "string"}, "example": "used_at,holder,purpose\r\n",
                }
            }
        },
    ),
)  # fmt: skip
