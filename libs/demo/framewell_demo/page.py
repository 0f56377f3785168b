"""The demo's page: the story with its pictures. Sources whose terms forbid reproduction are not pictured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from framewell.dataset.v1.dataset_pb2 import Sample
from framewell.inference.v1.inference_service_pb2 import Appearance
from framewell.sample.v1.sample_pb2 import SAMPLE_STATE_ACCEPTED
from framewell_cli.report.page import Box, Page, Picture, Quote, Section, write
from framewell_demo import tables
from framewell_demo.gateway_reader import GatewayReader
from framewell_demo.outcome import Outcome
from framewell_demo.run_record import RunRecord

PICTURED: Final = ("programme-a", "programme-c", "programme-b")
"""Rendered from sources whose terms allow it. The photo and the packages' clips are described in words."""

_HEADINGS: Final = {
    "programme-a": "Programme A",
    "programme-c": "Programme C",
    "programme-b": "Programme B, without names",
}

_APPEARANCES_SHOWN: Final = 2
_CROPS_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Gathered:
    """Pictures of a run, read while the mesh still runs."""

    frames: Mapping[str, Sequence[Picture]] = field(default_factory=dict)
    crops: Sequence[Picture] = ()


async def gather(record: RunRecord, gateway: GatewayReader) -> Gathered:
    """Read frames and crops through the gateway."""
    frames = {role: await _frames(record, gateway, role) for role in PICTURED}
    crops: list[Picture] = []
    for role in PICTURED:
        for sample in record.samples[role]:
            if sample.state == SAMPLE_STATE_ACCEPTED:
                crops += await _crops(record, gateway, sample)
    return Gathered(frames, crops)


async def _frames(record: RunRecord, gateway: GatewayReader, role: str) -> Sequence[Picture]:
    """Return, for everybody seen in a programme, the picture they are seen in, with box and name."""
    pictures = []
    for person in record.people[role]:
        name = record.name(person.class_id) if person.class_id else "unknown"
        for seen in person.appearances[:_APPEARANCES_SHOWN]:
            jpeg = await gateway.frame(record.asset(role), seen.moment.frame)
            score = f"{name} {seen.score:.2f}" if person.class_id else name
            pictures.append(Picture(jpeg, _caption(record, role, seen), [_box(seen, score, name)]))
    return pictures


def _caption(record: RunRecord, role: str, seen: Appearance) -> str:
    nearest = f", distance {seen.distance:.2f} to the nearest class" if seen.HasField("distance") else ""
    return f"{record.title(record.asset(role))}, picture {seen.moment.frame}{nearest}"


def _box(seen: Appearance, label: str, name: str) -> Box:
    tone = "unknown" if name == "unknown" else "known"
    return Box(seen.box.x, seen.box.y, seen.box.width, seen.box.height, label, tone)


async def _crops(record: RunRecord, gateway: GatewayReader, sample: Sample) -> Sequence[Picture]:
    return [
        Picture(await gateway.object(crop.picture.key), record.name(sample.class_id), small=True)
        for crop in sample.crops[:_CROPS_SHOWN]
    ]


def write_page(outcome: Outcome, gathered: Gathered, path: Path) -> None:
    """Write the page of a run."""
    passed = sum(check.passed for check in outcome.checks)
    lead = f"{passed} of {len(outcome.checks)} steps really happened, in {outcome.seconds:.0f} seconds."
    sections = [
        Section("What happened", tables=[tables.checks(outcome)]),
        *(Section(_HEADINGS[role], pictures=pictures) for role, pictures in gathered.frames.items()),
        Section("Accepted crops", "What the models learned from.", pictures=gathered.crops),
        Section("Withheld", quotes=_quotes(outcome)),
        Section("Who was recognised", tables=[tables.people(outcome)]),
        Section("What was learned", tables=[tables.learned(outcome)]),
        Section("Stages", "Seconds from one fact of an asset to the next.", tables=[tables.stages(outcome)]),
        Section("Rejected", quotes=[Quote(reason, title) for title, reason in outcome.rejected.items()]),
        Section("Media and its terms", tables=[tables.terms(outcome)]),
    ]
    write(Page("A broadcaster's day", lead, sections), path)


def _quotes(outcome: Outcome) -> list[Quote]:
    quotes = []
    for one in outcome.withheld:
        quotes.append(Quote(one.sentence, f"the rights gate, about “{one.title}”"))
        if one.verbatim and one.verbatim not in one.sentence:
            quotes.append(Quote(one.verbatim, "the words it rests on"))
    return quotes
