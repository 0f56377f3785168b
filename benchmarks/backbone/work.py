"""The bytes that every contestant reads and writes, and the one thing that is done to them."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.media.v1.media_pb2 import Work
from framewell_contracts.cloudevents import Envelope, Record, encode
from framewell_contracts.fact_types import fact_type

READS = fact_type(AssetRejected).type
WRITES = fact_type(AssetIngested).type
GROUP = "ingest.note_rejection"

# A thousand live channels: so many keys are in flight at once.
KEYS = 1000
DETAIL_BYTES = 970  # with the key and the numbers around it a message of 1 KiB
# One trace in a hundred is recorded, decided where the trace begins: in the events that are read.
SAMPLED = 0.01
SEED = 20

# One batch of every contestant that reads in batches.
BATCH_RECORDS = 500
POLL_SECONDS = 0.005  # how long a poll waits for a full batch, where the client waits for that
LINGER_MS = 2
PRODUCER_BATCH_BYTES = 1 << 18


def answer(fact: AssetRejected) -> AssetIngested:
    """What is made of an event: as large as it was, and naming it (`revision` is the input's number)."""
    work = Work(asset_id=fact.work.asset_id)
    return AssetIngested(work=work, uri=fact.detail, revision=fact.work.generation)


def inputs(count: int) -> Iterator[Record]:
    """Input events 0 … count-1, the same in every run."""
    chance = random.Random(SEED)
    assets = [str(UUID(int=chance.getrandbits(128), version=4)) for _ in range(KEYS)]
    detail = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz ", k=DETAIL_BYTES))
    for number in range(count):
        message = AssetRejected(work=Work(asset_id=assets[number % KEYS], generation=number), detail=detail)
        sampled = int(chance.random() < SAMPLED)
        envelope = Envelope(
            id=str(UUID(int=chance.getrandbits(128), version=4)),
            source="framewell/bench",
            type=READS,
            time=datetime.now(UTC),
            subject=message.work.asset_id,
            traceparent=f"00-{chance.getrandbits(128):032x}-{chance.getrandbits(64):016x}-{sampled:02x}",
        )
        yield encode(envelope, message)


def answer_headers(headers: dict[str, bytes], now: bytes) -> list[tuple[str, bytes]]:
    """The headers of an answer, the cheapest way, for contestants that have no contracts."""
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", headers["ce_id"]),
        ("ce_source", b"framewell/bench"),
        ("ce_type", _TYPE),
        ("ce_time", now),
        ("content-type", b"application/protobuf"),
        ("ce_subject", headers["ce_subject"]),
        ("traceparent", headers["traceparent"]),
    ]


_TYPE = WRITES.encode()
