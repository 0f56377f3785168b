"""`framewell dlq`: what the mesh gave up, why, and trying it again.

A replay sends the record to the topic it came from, byte for byte with its id, and remembers how far it
got (as committed offsets of the group `framewell.dlq`): replaying twice sends everything once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from aiokafka import AIOKafkaProducer, TopicPartition

from framewell_cli.console import Json, print_json, print_table, results
from framewell_cli.errors import UsageProblem
from framewell_cli.topic_reading import (
    Kafka,
    Prefix,
    broker_access,
    consumer,
    partitions_of,
    read_to_end,
    run,
)
from framewell_contracts import put_aside
from framewell_contracts.broker_access import BrokerAccess
from framewell_contracts.groups import GROUPS
from framewell_contracts.put_aside import PutAside
from framewell_contracts.topics import DEAD_LETTER_SUFFIX, MAX_DEAD_LETTER_BYTES, dead_letter_topic

app = typer.Typer(no_args_is_help=True, help="Dead letters: what the mesh gave up, and trying it again.")

REPLAYER = "framewell.dlq"

Group = Annotated[str, typer.Argument(help="The group that gave it up, e.g. ingest.accept_request.")]
Code = Annotated[str, typer.Option(help="Only what was given up with this code, e.g. failed.")]


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter: where it lies, what is known about it, and the record itself."""

    at: TopicPartition
    offset: int
    event_id: str
    event_type: str
    note: PutAside
    record: Any


@app.command("list")
def list_command(kafka: Kafka = None, prefix: Prefix = "", as_json: Json = False) -> None:
    """How many dead letters wait, by group and reason."""
    access = broker_access(kafka)
    letters = run(access, _waiting(access, prefix, list(GROUPS)))
    counted = Counter((letter.note.group, letter.note.code) for letter in letters)
    rows = [(group, code, count) for (group, code), count in sorted(counted.items())]
    if as_json:
        print_json({"dead_letters": [{"group": g, "code": c, "count": n} for g, c, n in rows]})
    elif not rows:
        results.print("no dead letters")
    else:
        print_table(["group", "code", "count"], [[group, code, str(count)] for group, code, count in rows])


@app.command("show")
def show(
    group: Group, code: Code = "", kafka: Kafka = None, prefix: Prefix = "", as_json: Json = False
) -> None:
    """Each dead letter of a group: what it was, what happened, how often it was tried."""
    access = broker_access(kafka)
    letters = _with_code(run(access, _waiting(access, prefix, [_known(group)])), code)
    if as_json:
        print_json({"dead_letters": [_told(letter) for letter in letters]})
        return
    for letter in letters:
        note = letter.note
        results.print(
            f"{note.group} gave up {letter.event_type or 'a record'} {letter.event_id}\n"
            f"  {note.code}: {note.reason}\n"
            f"  {note.origin_topic}/{note.origin_partition}@{note.origin_offset}, attempt {note.attempt}, "
            f"first {_time(note.first_ms)}, last {_time(note.last_ms)}",
            markup=False,
        )
        if note.traceback:
            results.print("  " + note.traceback.strip().replace("\n", "\n  "), markup=False)


@app.command("replay")
def replay(
    group: Group,
    *,
    code: Code = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be sent.")] = False,
    kafka: Kafka = None,
    prefix: Prefix = "",
    as_json: Json = False,
) -> None:
    """Send a group's dead letters to the topics they came from; with --code the others stay, and so do
    those that are sent (they would be sent again)."""
    access = broker_access(kafka)
    sent = run(access, _replay(access, prefix, _known(group), code, dry_run=dry_run))
    if as_json:
        print_json({"replayed": 0 if dry_run else sent, "matching": sent, "dry_run": dry_run})
    else:
        results.print(f"{sent} dead letters {'would be' if dry_run else 'were'} sent again")


def _known(group: str) -> str:
    if group not in GROUPS:
        raise UsageProblem(f"There is no group {group!r}. Groups: {', '.join(sorted(GROUPS))}.")
    return group


async def _waiting(kafka: BrokerAccess, prefix: str, groups: Sequence[str]) -> list[Letter]:
    """Dead letters that were not replayed yet, oldest first per group."""
    async with consumer(kafka, prefix + REPLAYER) as reader:
        partitions = await partitions_of(kafka, [prefix + dead_letter_topic(group) for group in groups])
        begins = await reader.beginning_offsets(partitions) if partitions else {}
        starts = {one: max(begins[one], await reader.committed(one) or 0) for one in partitions}
        return [_letter(record, prefix) async for record in read_to_end(reader, starts)]


async def _replay(kafka: BrokerAccess, prefix: str, group: str, code: str, *, dry_run: bool) -> int:
    letters = await _waiting(kafka, prefix, [group])
    chosen = _with_code(letters, code)
    if dry_run or not chosen:
        return len(chosen)
    producer = AIOKafkaProducer(
        **kafka.client_options(), acks="all", enable_idempotence=True, max_request_size=MAX_DEAD_LETTER_BYTES
    )
    await producer.start()
    try:
        for letter in chosen:
            headers = put_aside.original_headers(letter.record.headers)
            topic = prefix + letter.note.origin_topic
            await producer.send_and_wait(topic, letter.record.value, letter.record.key, headers=headers)
    finally:
        await producer.stop()
    if not code:
        async with consumer(kafka, prefix + REPLAYER) as reader:
            reader.assign({letter.at for letter in letters})
            await reader.commit({letter.at: letter.offset + 1 for letter in letters})
    return len(chosen)


def _letter(record: Any, prefix: str) -> Letter:
    headers = dict(record.headers)
    note = put_aside.read(record.headers) or PutAside(
        group=record.topic[len(prefix) :].removesuffix(DEAD_LETTER_SUFFIX),
        origin_topic="", origin_partition=-1, origin_offset=-1, attempt=0,
        first_ms=record.timestamp, last_ms=record.timestamp,
        code="unknown", reason="the dead letter does not say what happened",
    )  # fmt: skip
    return Letter(
        at=TopicPartition(record.topic, record.partition),
        offset=record.offset,
        event_id=headers.get("ce_id", b"").decode("utf-8", "replace"),
        event_type=headers.get("ce_type", b"").decode("utf-8", "replace"),
        note=note,
        record=record,
    )


def _with_code(letters: Sequence[Letter], code: str) -> list[Letter]:
    return [letter for letter in letters if letter.note.origin_topic and code in ("", letter.note.code)]


def _told(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.event_id,
        "type": letter.event_type,
        "offset": letter.offset,
        **asdict(letter.note),
        "headers": {name: value.decode("utf-8", "replace") for name, value in letter.record.headers},
        "value_bytes": len(letter.record.value or b""),
    }


def _time(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
