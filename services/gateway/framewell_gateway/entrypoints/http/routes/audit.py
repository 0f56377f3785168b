"""The log of decisions: looked through, checked, sealed, and read whole by outsiders."""

from functools import partial
from typing import Final

from framewell.gateway.v1.model_view_pb2 import ExportAuditRequest
from framewell_gateway.entrypoints.http import answer_streams, routing
from framewell_gateway.ports import methods

calls, answers = (partial(made, tag="audit") for made in (routing.calls, routing.answers))

_HASH: Final = "0" * 64
_PEM: Final = "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n"

ROUTES: Final = (
    calls(
        "GET /audit", "listAudit", methods.LIST_AUDIT, "Decisions on record, newest first",
        answer={
            "records": [
                {
                    "chain_id": "framewell.model.promoted.v1/0", "place": 6, "hash": _HASH,
                    "event_id": "0b9f6a52-7c1e", "time": "2026-11-22T18:00:00+00:00",
                    "subject": "model:identity/people@3.0", "class_id": "", "what": "promoted",
                    "principal": "anna", "authority": "admin", "reason": "",
                }
            ],
            "next_page_token": "", "total_size": 1,
        },
    ),
    answers(
        "GET /audit/log", "readAudit", ExportAuditRequest, answer_streams.read_audit,
        "The whole log, a line an entry",
        description="JSON lines, one chain after the other: the text of each entry and the hash that is "
        "stored beside it. docs/rights.md says how they are checked with nothing of ours.",
        content={
            200: {
                answer_streams.LINES: {
                    "schema": {"type": "string"}, "example": '{"kind":"entry","text":"{}","hash":"00"}',
                }
            }
        },
    ),
    calls(
        "POST /audit/verify", "verifyAudit", methods.VERIFY_AUDIT, "Check chains, seals and facts",
        body="*", example={"public_keys": ""},
        answer={
            "intact": True, "entries": 412, "problem": "", "problems": [], "problem_count": 0,
            "seals": 9, "sealed_entries": 400, "facts": 412, "waiting_facts": 0, "unreachable_entries": 0,
        },
    ),
    calls(
        "POST /audit/seals", "sealAudit", methods.SEAL_AUDIT, "Sign the ends of all chains now",
        answer={"seals": []},
    ),
    calls(
        "GET /audit/key", "getAuditKey", methods.GET_AUDIT_KEY, "The public keys that seals are checked with",
        answer={"public_keys": _PEM, "key_id": _HASH},
    ),
)  # fmt: skip
