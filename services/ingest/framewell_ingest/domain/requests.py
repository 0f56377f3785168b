"""A request as it may be acted on: complete, bounded, every statement named, and its secrets apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Final
from uuid import UUID

from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE, LANE_UNSPECIFIED
from framewell.rights.v1.rights_pb2 import (
    STATEMENT_SOURCE_CONTRACT,
    STATEMENT_SOURCE_UNSPECIFIED,
    RightsStatement,
)
from framewell_contracts.bounds import lower_uuids, problems_of
from framewell_contracts.media_addresses import MediaAddress
from framewell_contracts.sentences import say
from framewell_kit.outcomes import Rejected

_SHOWN_PROBLEMS: Final = 3
_MOST_LABELS: Final = 50
_MOST_LABEL_BYTES: Final = 2048
"""Labels travel with every fact about the asset, those of its chunks among them."""

SHOWN_CHARACTERS: Final = 200
"""So much of a URI that is no URI is repeated to its sender."""
_READ_CHARACTERS: Final = 4096


@dataclass(frozen=True, slots=True)
class CheckedRequest:
    """A request that may be kept, shown and sent, since its addresses are redacted.

    `secrets` are the complete addresses of those fields whose own were redacted.
    """

    request: IngestRequested
    secrets: Mapping[str, MediaAddress]


def checked(request: IngestRequested, source: str) -> CheckedRequest:
    """Return the request with defaults filled in. Raises Rejected where it can never be acted on.

    Only what its sender has to correct is refused here; whether the media can be had is found out later
    and reported by asset.rejected.
    """
    if problems := list(islice(problems_of(request), _SHOWN_PROBLEMS)):
        raise Rejected("; ".join(one.sentence for one in problems), code="out_of_bounds")
    addresses = {"uri": _address("uri", request.uri)}
    if request.existing_proxy:
        addresses["existing_proxy"] = _address("existing_proxy", request.existing_proxy)
    for number, captions in enumerate(request.captions):
        if _address(f"captions[{number}].uri", captions.uri).has_secrets:
            raise Rejected(
                say(
                    "secret_in_uri.captions",
                    "captions[{number}].uri {uri} holds a signature or another secret, which would be kept: "
                    "upload the file, and name its `upload:` address",
                    number=number,
                    uri=MediaAddress(captions.uri),
                ),
            )
    if (size := _label_bytes(request)) > _MOST_LABEL_BYTES:
        raise Rejected(
            say(
                "too_much",
                "the labels of a request may take {most} bytes with their names, not {size}: they travel "
                "with every event about the asset",
                most=_MOST_LABEL_BYTES,
                size=size,
            ),
        )
    complete = IngestRequested()
    complete.CopyFrom(request)
    for field, address in addresses.items():
        setattr(complete, field, str(address))
    if complete.lane == LANE_UNSPECIFIED:
        complete.lane = LANE_ARCHIVE
    complete.expected_sha256 = request.expected_sha256.lower()
    lower_uuids(complete)
    del complete.statements[:]
    complete.statements.extend(_named(statement, source) for statement in request.statements)
    return CheckedRequest(
        complete, {field: address for field, address in addresses.items() if address.has_secrets}
    )


def without_secrets(request: CheckedRequest) -> CheckedRequest:
    """Return the request. Raises Rejected when its addresses hold secrets, which its topic keeps for days."""
    for field, address in request.secrets.items():
        raise Rejected(
            say(
                "secret_in_uri.request",
                "{field} {address} holds a signature or another secret, which everybody who reads the topic"
                " can use: ask for it by POST /v1/assets, which keeps the secret until the media is "
                "fetched, and withdraw this one",
                field=field,
                address=address,
            ),
        )
    return request


def shown_uri(request: IngestRequested) -> str:
    """Return the beginning of what a request names as its media, whatever it is, without secrets."""
    return str(MediaAddress(request.uri[:_READ_CHARACTERS]))[:SHOWN_CHARACTERS]


def carried_labels(request: IngestRequested) -> Mapping[str, str]:
    """Return the labels that come back with the refusal of a request: all, or none when they are too many."""
    fit = len(request.labels) <= _MOST_LABELS and _label_bytes(request) <= _MOST_LABEL_BYTES
    return request.labels if fit else {}


def _label_bytes(request: IngestRequested) -> int:
    return sum(len(name.encode()) + len(value.encode()) for name, value in request.labels.items())


def names_no_asset(request: IngestRequested) -> bool:
    """Return whether the asset id is no UUID; an empty one is made from the request's event."""
    return bool(request.asset_id) and not _is_uuid(request.asset_id)


def _named(statement: RightsStatement, source: str) -> RightsStatement:
    """Return the statement with what identifies it: issuer, id, source and revision."""
    named = RightsStatement()
    named.CopyFrom(statement)
    named.issuer = statement.issuer or source
    named.revision = max(statement.revision, 1)
    if statement.source == STATEMENT_SOURCE_UNSPECIFIED:
        named.source = STATEMENT_SOURCE_CONTRACT
    if not statement.statement_id:
        named.statement_id = content_id(statement.holder, str(statement.use), statement.verbatim)
    if not statement.found_at:
        named.found_at = f"ingest request of {source}"
    return named


def content_id(*parts: str) -> str:
    """Return an id for a statement without one, made from its words: the same words are one statement."""
    return sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _address(field: str, uri: str) -> MediaAddress:
    """Return the address that a field holds. Raises Rejected for one with a login."""
    address = MediaAddress(uri)
    if address.has_login:
        raise Rejected(
            say(
                "login_in_uri",
                "{field} {address} holds a user name or a password, which would be kept and sent: leave it "
                "out; the operator gives ingest the logins of hosts in FRAMEWELL_INGEST_LOGINS, those of "
                "s3: in AWS_*",
                field=field,
                address=address,
            ),
        )
    return address


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
