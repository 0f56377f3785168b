"""`framewell events`: what travels on the mesh, decoded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain
from typing import Annotated, Any

import typer

from framewell_cli.broker import Kafka, Prefix, broker_access, run
from framewell_cli.console import Json, print_json_line, print_line
from framewell_cli.describe import describe
from framewell_cli.errors import UsageProblem
from framewell_cli.event_schemas import schema
from framewell_contracts.cloudevents import Event, Unreadable, decode
from framewell_contracts.fact_types import FACTS
from framewell_contracts.json_events import structured
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.topic_reading import partitions_of, read_to_end, reader

app = typer.Typer(no_args_is_help=True, help="Events: what travels on the mesh, decoded.")
app.command("describe")(describe)
app.command("schema")(schema)


@app.command("tail")
def tail(
    types: Annotated[
        list[str] | None, typer.Argument(help="Types, e.g. asset.ingested or chunk; all without any.")
    ] = None,
    *,
    last: Annotated[int, typer.Option("--last", "-n", min=0, help="First show so many of each topic.")] = 10,
    everything: Annotated[bool, typer.Option("--all", help="First show all there is.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Then go on as they happen.")] = False,
    asset: Annotated[str, typer.Option(help="Of these, only events of this asset.")] = "",
    kafka: Kafka = None,
    prefix: Prefix = "",
    as_json: Json = False,
) -> None:
    """Print events; with --json one CloudEvent in JSON a line, as any outsider may send them."""
    access = broker_access(kafka)
    names = [prefix + name for name in _topics(types or [])]
    count = None if everything else last
    try:
        run(access, _tail(access, names, prefix, count, asset, follow=follow, as_json=as_json))
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _topics(types: Sequence[str]) -> list[str]:
    """`asset` means all of that subject, `asset.ingested` one type; in full they may be written too."""
    if not types:
        return [name for fact in FACTS.values() for name in fact.topic_names]
    found = []
    for asked in types:
        start = "framewell." + asked.removeprefix("framewell.").rstrip(".") + "."
        matching = [fact for fact in FACTS.values() if (fact.type + ".").startswith(start)]
        if not matching:
            known = ", ".join(sorted(kind.split(".", 1)[1].rsplit(".", 1)[0] for kind in FACTS))
            raise UsageProblem(f"There is no event type {asked!r}. Types: {known}.")
        found += [name for fact in matching for name in fact.topic_names]
    return found


async def _tail(
    kafka: BrokerAccess,
    names: Sequence[str],
    prefix: str,
    last: int | None,
    asset: str,
    *,
    follow: bool,
    as_json: bool,
) -> None:
    async with reader(kafka) as consumer:
        partitions = await partitions_of(kafka, names)
        if not partitions:
            return
        begins, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
        starts = {
            one: max(begins[one], ends[one] - last) if last is not None else begins[one] for one in partitions
        }
        earlier = [record async for record in read_to_end(consumer, starts)]
        for record in _newest(earlier, last):
            _print(record, prefix, asset, as_json=as_json)
        while follow:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    _print(record, prefix, asset, as_json=as_json)


def _newest(records: Sequence[Any], last: int | None) -> list[Any]:
    """Return so many of each topic, whatever partitions they lie in, oldest first; None: all."""
    of_topic: dict[str, list[Any]] = {}
    for record in sorted(records, key=lambda record: record.timestamp):
        of_topic.setdefault(record.topic, []).append(record)
    newest = (found if last is None else found[max(0, len(found) - last) :] for found in of_topic.values())
    return sorted(chain.from_iterable(newest), key=lambda record: record.timestamp)


def _print(record: Any, prefix: str, asset: str, *, as_json: bool) -> None:
    try:
        topic = record.topic[len(prefix) :]
        event = decode(topic, record.headers, record.value, received_ms=record.timestamp)
    except Unreadable as error:
        if not asset:
            _print_unreadable(record, error, as_json=as_json)
        return
    if asset and event.envelope.subject != asset:
        return
    if as_json:
        print_json_line(structured(event))
        return
    print_line(_line(event))


def _line(event: Event) -> str:
    envelope = event.envelope
    data = json.dumps(structured(event)["data"], ensure_ascii=False)
    kind = envelope.type.removeprefix("framewell.").rsplit(".", 1)[0]
    return f"{envelope.time:%H:%M:%S} {kind:<20} {envelope.subject or '-':<36} {data[:200]}"


def _print_unreadable(record: Any, error: Unreadable, *, as_json: bool) -> None:
    position = f"{record.topic}/{record.partition}@{record.offset}"
    if as_json:
        print_json_line({"unreadable": error.reason, "code": error.code, "at": position})
    else:
        print_line(f"         cannot be read      {position}: {error.reason}")
