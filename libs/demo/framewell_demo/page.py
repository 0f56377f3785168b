"""The demo's page: the story with its pictures. Sources whose terms forbid reproduction are not pictured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from framewell_demo.rendering.programmes import ASTRONAUT, MAN
from framewell_demo.run_record import RunRecord
from framewell_demo.sources import open_sources

PICTURED: Final = ("programme-a", "programme-c", "programme-b")
"""Rendered from sources whose terms allow it. The photo and the packages' clips are described in words."""

_CREDITS: Final = {MAN.name: "man-in-car", ASTRONAUT.name: "astronaut"}
"""The source that somebody on the programmes comes from."""

_APPEARANCES_SHOWN: Final = 2
_CROPS_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Gathered:
    """Pictures of a run, read while the mesh still runs."""

    frames: Mapping[str, Sequence[Picture]] = field(default_factory=dict)
    crops: Sequence[Picture] = ()


async def gather(record: RunRecord, gateway: GatewayReader) -> Gathered:
    """Return frames and crops, read through the gateway."""
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
            caption = _caption(record, role, seen)
            pictures.append(Picture(jpeg, caption, [_box(seen, score, name)], credit=_credit(name)))
    return pictures


def _caption(record: RunRecord, role: str, seen: Appearance) -> str:
    nearest = f", distance {seen.distance:.2f}" if seen.HasField("distance") else ""
    return f"“{record.title(record.asset(role))}”, picture {seen.moment.frame}{nearest}"


def _credit(name: str) -> str:
    """Return the credit of pictures of somebody; of all who are on the programmes where nobody is known."""
    sources = open_sources()
    return (
        sources[_CREDITS[name]].credit
        if name in _CREDITS
        else " · ".join(sources[source].credit for source in _CREDITS.values())
    )


def _box(seen: Appearance, label: str, name: str) -> Box:
    tone = "unknown" if name == "unknown" else "known"
    return Box(seen.box.x, seen.box.y, seen.box.width, seen.box.height, label, tone)


async def _crops(record: RunRecord, gateway: GatewayReader, sample: Sample) -> Sequence[Picture]:
    name = record.name(sample.class_id)
    once = [_credit(name), *[""] * _CROPS_SHOWN]  # for pictures side by side
    return [
        Picture(await gateway.crop(sample.sample_id, crop.picture.key), name, small=True, credit=credit)
        for crop, credit in zip(sample.crops[:_CROPS_SHOWN], once, strict=False)
    ]


def write_page(outcome: Outcome, gathered: Gathered, path: Path) -> None:
    """Write the page of a run."""
    sections = [*_story(outcome, gathered), *_details(outcome)]
    write(Page("A broadcaster's day", _LEAD, sections, _figures(outcome)), path)


_LEAD: Final = (
    "What a broadcaster's systems sent in a day, and what the mesh made of it: real media through the real "
    "services, shortened to a minute."
)


def _figures(outcome: Outcome) -> list[tuple[str, str]]:
    passed = sum(check.passed for check in outcome.checks)
    slowest = max((cycle.seconds for cycle in outcome.learned), default=None)
    return [
        (f"{passed} of {len(outcome.checks)}", "steps really happened"),
        (f"{outcome.seconds:.0f} s", "from the first event to the last"),
        ("–" if slowest is None else f"{slowest:.1f} s", "at most from accepting a sample to recognising"),
        (str(len(outcome.withheld)), "withheld by their rights"),
        (str(len(outcome.rejected)), "rejected, with the reason"),
    ]


def _story(outcome: Outcome, gathered: Gathered) -> Iterator[Section]:
    """Yield what happened in its order, in pictures and in the words of the mesh."""
    frames = gathered.frames
    yield Section(
        "1. Programme A names a man",
        "A lower third, the caption that says who is on screen, stands under one prominent face. Two sources "
        "agree, so the face is proposed as a training sample. The name in the ticker below is nobody's here.",
        pictures=frames.get("programme-a", ()),
    )
    yield Section(
        "2. What may not be learned is withheld",
        "Before anything is proposed the rights gate is asked. It answers in a sentence, with the words that "
        "the answer rests on.",
        quotes=_quotes(outcome),
    )
    yield Section(
        "3. An editor accepts, and the house's model learns",
        "Samples are crops: faces cut out of pictures. These are what the models were made from, the "
        "astronaut's after her contract was signed.",
        pictures=gathered.crops,
    )
    yield Section(
        "4. Programme B names nobody, and both are known",
        "Other pictures of the man; the portrait mirrored and regraded. The smaller the distance to the "
        "crops learned from, the surer the name.",
        pictures=frames.get("programme-b", ()),
    )
    yield Section(
        "5. Once contract 4711 is signed, the archive knows her, too",
        "Nothing is decoded again: the new model is applied to what was stored of every face.",
        pictures=frames.get("programme-c", ()),
    )

    yield Section(
        "6. He objects, and she is to be forgotten",
        "Late, after both were learned. Samples and snapshots are withdrawn, models leave service, and the "
        "archive names neither; what was made of them answers 410. What is owed stays owed.",
        tables=[tables.refused(outcome)],
    )


def _details(outcome: Outcome) -> Iterator[Section]:
    """Yield the figures, and the terms of everything that was used."""
    yield Section("Who was recognised", tables=[tables.people(outcome)])
    yield Section("What was learned", tables=[tables.learned(outcome)])
    reasons = [Quote(reason, f"“{title}”", refusal=True) for title, reason in outcome.rejected.items()]
    yield Section("Rejected", quotes=reasons)
    yield Section("Stages", "Seconds that each service took for an asset.", tables=[tables.stages(outcome)])
    yield Section("Every step, checked", tables=[tables.checks(outcome)])
    yield Section("Media and its terms", tables=[tables.terms(outcome)])


def _quotes(outcome: Outcome) -> list[Quote]:
    quotes = []
    for one in outcome.withheld:
        quotes.append(Quote(one.sentence, f"the rights gate, about “{one.title}”"))
        if one.verbatim and one.verbatim not in one.sentence:
            quotes.append(Quote(one.verbatim, "the words it rests on"))
    return quotes
