"""Ids that are the same however often the mesh makes them.

Nothing here is random: a record that is handled twice makes the same ids twice, which is what lets
every store insert once and every reader drop what it has already seen.
"""

from hashlib import sha1
from typing import Final
from uuid import UUID

from framewell.ingest.v1.ingest_pb2 import IngestRequested

# Namespace of every id of the mesh (a random UUID, drawn once; changing it would rename everything).
NAMESPACE: Final = UUID("3f0c6f4e-8a53-5d0e-9f0b-6c1d2a7be417")
_NAMESPACE_BYTES = NAMESPACE.bytes
# The two upper bits of this hexadecimal digit say that the id is laid out as RFC 9562 has it.
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}

SOUND: Final = "sound"
"""Stands for a chunk in the ids of observations of an asset's whole sound."""


def _uuid5(parts: str) -> str:
    """Return the UUIDv5 (RFC 9562) of the parts, joined by a byte that no part may contain (0x1f)."""
    # uuid.uuid5 builds two UUID objects; this stands on the path of every message.
    text = sha1(_NAMESPACE_BYTES + parts.encode(), usedforsecurity=False).hexdigest()
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:32]}"


def asset_id(source: str, event_id: str) -> str:
    """Return the id of the asset that an event asks for: the same (source, event id) is the same asset."""
    return _uuid5(f"asset\x1f{source}\x1f{event_id}")


def requested_asset_id(request: IngestRequested, source: str, event_id: str) -> str:
    """Return the id of the asset that a request asks for, in lower case: its own, else its event's."""
    return request.asset_id.lower() or asset_id(source, event_id)


def chunk_id(asset: str, discontinuity: int, start_pts: int) -> str:
    """Return the id of the chunk that starts at `start_pts`, in a run of unbroken clock counted from 0."""
    return f"{asset}/{discontinuity}/{start_pts}"


def observation_id(chunk: str, analyser: str, ordinal: int) -> str:
    """Return the id of an analyser's observation in a chunk (its whole id), unique in the asset.

    An empty chunk stands for the whole sound: `speech/sound/2`. In a chunk: `faces/0/900000/3`.
    """
    return f"{analyser}/{chunk.partition('/')[2] or SOUND}/{ordinal}"


def observation_chunk(asset: str, observation: str) -> str:
    """Return the id of the chunk an observation was made in; empty for the sound of the whole asset.

    Raises ValueError for what is no observation id.
    """
    analyser, _, rest = observation.partition("/")
    tail, _, ordinal = rest.rpartition("/")
    if not analyser or not tail or not ordinal.isdigit():
        raise ValueError(
            f"{observation!r} is no observation id: `<analyser>/<discontinuity>/<start pts>/<ordinal>`"
        )
    return "" if tail == SOUND else f"{asset}/{tail}"


def derived_id(cause_id: str, ce_type: str, discriminator: str) -> str:
    """Return the event id of a fact of type `ce_type` that follows from the event `cause_id`.

    The discriminator keeps apart several facts of one type with one cause.
    """
    return _uuid5(f"fact\x1f{cause_id}\x1f{ce_type}\x1f{discriminator}")


def fan_in_id(asset: str, ce_type: str, generation: int) -> str:
    """Return the event id of the fact that completes a fan-in: whoever completes it, it is the same event."""
    return _uuid5(f"fan-in\x1f{asset}\x1f{ce_type}\x1f{generation}")
