"""A fact reduced to plain values that can be stored, shown and projected.

Text of enums loses its prefix (`MEDIA_KIND_VIDEO` is `video`), fractions and model versions become
`25/1` and `name@version`, an outcome becomes a failure or nothing, and long lists become their length
(`chunk_ids_count`): what was listed stays with the service that said so.
"""

from datetime import UTC
from typing import TypeAlias

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.mesh.v1.mesh_pb2 import ModelVersion, Outcome, Ratio
from framewell_contracts.identity import asset_id
from framewell_gateway.domain.events import Failure, RecordedEvent
from framewell_kit.facts import Cause

# Always told as a number: these grow with the length of an asset.
_COUNTED = frozenset(
    {
        "asset_ids",
        "chunk_ids",
        "chunks",
        "missing_pts",
        "parts",
        "provisional_cuts",
        "sample_ids",
        "segments",
        "shots",
    }
)
_LONGEST_LIST = 100
_LONGEST_TEXT = 4000

Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"


def summarise(message: Message) -> dict[str, Plain]:
    """The set fields of a message as plain values; fields at their default are left out."""
    summary: dict[str, Plain] = {}
    for field, value in message.ListFields():
        if field.name == "outcome":
            summary["outcome"] = value.WhichOneof("result") or "unspecified"
            if summary["outcome"] == "failed":
                summary["failure"] = {"code": value.failed.code, "detail": value.failed.detail}
        elif _is_map(field):
            summary[field.name] = {str(key): _plain(field, value[key]) for key in value}
        elif isinstance(value, str | bytes | Message) or not hasattr(value, "__len__"):
            summary[field.name] = _plain(field, value)
        elif field.name in _COUNTED or len(value) > _LONGEST_LIST:
            summary[f"{field.name}_count"] = len(value)
        else:
            summary[field.name] = [_plain(field, one) for one in value]
    return summary


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _plain(field: FieldDescriptor, value: object) -> Plain:
    if isinstance(value, Message):
        return _plain_message(value)
    if field.enum_type is not None and isinstance(value, int):
        return enum_text(field.enum_type, value)
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else f"{value[:_LONGEST_TEXT]}…"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return value if isinstance(value, int | float) else str(value)


def _plain_message(message: Message) -> Plain:
    if isinstance(message, ModelVersion):
        return f"{message.name}@{message.version}"
    if isinstance(message, Ratio):
        return f"{message.numerator}/{message.denominator}"
    if isinstance(message, Timestamp):
        return message.ToDatetime(UTC).isoformat()
    return summarise(message)


def enum_text(enum: EnumDescriptor, number: int) -> str:
    """`video` for MEDIA_KIND_VIDEO; the number as text for a value this version does not know."""
    value = enum.values_by_number.get(number)
    if value is None:
        return str(number)
    prefix = "".join(f"_{letter}" if letter.isupper() else letter for letter in enum.name).upper().lstrip("_")
    return value.name.removeprefix(f"{prefix}_").lower()


def recorded_event(message: Message, cause: Cause, recorded: int) -> RecordedEvent:
    """The event as the gateway keeps it: its message and what its envelope said."""
    return RecordedEvent(
        id=cause.id,
        type=cause.type,
        source=cause.source,
        time=cause.time,
        recorded=recorded,
        assets=_assets(message, cause),
        subject=cause.subject,
        generation=int(getattr(message, "generation", 0)),
        chunk_id=str(getattr(message, "chunk_id", "")),
        sample_id=str(getattr(message, "sample_id", "")),
        failure=_failure(message),
        data=summarise(message),
    )


def _assets(message: Message, cause: Cause) -> tuple[str, ...]:
    """Every asset the fact concerns: named by it, by its passport, or by its target."""
    if isinstance(message, IngestRequested):
        return (message.asset_id or asset_id(cause.source, cause.id),)
    passport = getattr(message, "passport", None)
    candidates = (
        getattr(message, "asset_id", ""),
        passport.asset_id if passport is not None else "",
        _after(getattr(message, "target", ""), "asset:"),
        _after(getattr(message, "subject", ""), "asset:"),
        *getattr(message, "asset_ids", ()),
    )
    return tuple(dict.fromkeys(candidate for candidate in candidates if candidate))


def _after(text: str, prefix: str) -> str:
    return text.removeprefix(prefix) if text.startswith(prefix) else ""


def _failure(message: Message) -> Failure | None:
    outcome = getattr(message, "outcome", None)
    if isinstance(outcome, Outcome) and outcome.WhichOneof("result") == "failed":
        return Failure(outcome.failed.code, outcome.failed.detail)
    return None
