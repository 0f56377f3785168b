"""One event of every type that systems outside may send. Tests decode each in all three content modes."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from framewell_contracts.cloudevents import JSON

_ASSET = "6f1b0c9e-2f0a-5d61-9a53-1c9b6c3b8a11"


@dataclass(frozen=True, slots=True)
class Example:
    """An event: its attributes, and its message in the mesh's JSON."""

    name: str
    summary: str
    type: str
    id: str
    source: str
    data: Mapping[str, Any]
    subject: str = ""

    def attributes(self) -> dict[str, str]:
        """Return the event's attributes that are set."""
        attributes = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "time": "2026-11-22T18:00:00Z",
            "subject": self.subject,
        }
        return {name: content for name, content in attributes.items() if content}

    def headers(self, content_type: str) -> dict[str, str]:
        """Return the record headers in binary mode."""
        named = {f"ce_{name}": content for name, content in self.attributes().items()}
        return {**named, "content-type": content_type}

    def structured(self) -> dict[str, Any]:
        """Return the value in structured mode."""
        return {**self.attributes(), "datacontenttype": JSON, "data": self.data}


_EXAMPLES = (
    Example(
        "abendschau",
        "Playout asks for a programme to be taken in, live before the archive.",
        "framewell.ingest.requested.v1",
        id="playout-7/2026-11-22/4711",
        source="/broadcast/playout-7",
        data={
            "uri": "file:///media/inbox/abendschau.mxf",
            "programme": {
                "title": "Abendschau",
                "channel": "Kanal Eins",
                "broadcast_time": "2026-11-22T18:00:00Z",
                "language": "de",
                "identifiers": {"house": "4711"},
            },
            "statements": [
                {
                    "issuer": "Kanal Eins",
                    "statement_id": "own-4711",
                    "revision": 1,
                    "holder": "Kanal Eins",
                    "source": "contract",
                    "use": "allowed",
                    "legal_basis": "own_production",
                    "verbatim": "Own production.",
                }
            ],
            "lane": "live",
            "labels": {"job": "4711"},
        },
    ),
    Example(
        "third-piece",
        "The third piece of a recording under way is there.",
        "framewell.segment.arrived.v1",
        id="recorder-2/4712/2",
        source="/broadcast/recorder-2",
        subject=_ASSET,
        data={"asset_id": _ASSET, "sequence": 2, "uri": "s3://recordings/4712/2.ts"},
    ),
    Example(
        "new-title",
        "The planning system corrects a title.",
        "framewell.programme.changed.v1",
        id="planning/4711/3",
        source="/broadcast/planning",
        subject=_ASSET,
        data={
            "asset_id": _ASSET,
            "programme": {"title": "Abendschau extra", "channel": "Kanal Eins", "language": "de"},
            "revision": 3,
            "actor": {"principal": "planning", "authority": "editor"},
        },
    ),
    Example(
        "sent-by-mistake",
        "An asset is to go, and everything made from it.",
        "framewell.asset.removed.v1",
        id="archive/removal/17",
        source="/broadcast/archive",
        subject=_ASSET,
        data={
            "asset_id": _ASSET,
            "reason": "Delivered by mistake.",
            "actor": {"principal": "archive", "authority": "editor"},
        },
    ),
    Example(
        "contract-signed",
        "A contract permits training the house's own models, paid per use.",
        "framewell.rights.changed.v1",
        id="rights-desk/889",
        source="/broadcast/rights-desk",
        data={
            "subject": {"asset_id": _ASSET},
            "statements": [
                {
                    "issuer": "Archiv",
                    "statement_id": "contract-4711",
                    "revision": 2,
                    "holder": "Archiv",
                    "source": "contract",
                    "purposes": ["own_training"],
                    "use": "allowed",
                    "legal_basis": "licence",
                    "payment": {"model": "per_use", "amount": "0.05", "currency": "EUR"},
                }
            ],
            "actor": {"principal": "rights-desk", "authority": "rights"},
            "revision": 2,
        },
    ),
    Example(
        "forget-a-class",
        "Somebody asks to be forgotten.",
        "framewell.erasure.requested.v1",
        id="privacy/31",
        source="/broadcast/privacy",
        data={
            "erasure_id": "privacy-31",
            "subject": {"class_id": "0b9f6a52-7c1e-4a86-9a27-5d2f6c1f0e11"},
            "reason": "Request under Art. 17 GDPR.",
            "actor": {"principal": "privacy-officer", "authority": "rights"},
        },
    ),
)

EXAMPLES: Mapping[str, Example] = MappingProxyType({example.type: example for example in _EXAMPLES})
"""Examples by CloudEvents type."""
