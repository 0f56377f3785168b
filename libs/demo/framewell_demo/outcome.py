"""The outcome of a run, as plain values: the same for the tables, `--json` and the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetRejected
from framewell_demo.checks import Check
from framewell_demo.checks.samples import withheld_decision
from framewell_demo.final_state import state_hash
from framewell_demo.run_record import RunRecord
from framewell_demo.sources import Sources


@dataclass(frozen=True, slots=True)
class Stages:
    """One asset: its title, how it ended, and the seconds each stage took."""

    title: str
    asset_id: str
    ended: str
    seconds: Mapping[str, float]
    came_out: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """Somebody seen: where, who, how sure, by which model."""

    title: str
    name: str
    score: float | None
    distance: float | None
    model: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """What the rights gate kept back, in its words, and the words it rests on."""

    title: str
    sentence: str
    verbatim: str


@dataclass(frozen=True, slots=True)
class Learned:
    """One learning cycle of the mesh."""

    model: str
    samples: int
    snapshot: int
    seconds: float
    training_seconds: float
    onnx_difference: float
    tracks: int
    changed: int


@dataclass(frozen=True, slots=True)
class Refused:
    """What a late refusal came to: seconds until it had reached everything, and what is left."""

    what: str
    samples_seconds: float
    snapshots_seconds: float
    archive_seconds: float
    named: Sequence[str]
    addresses: Mapping[str, int]
    owed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything a person wants to know at the end."""

    passed: bool
    seconds: float
    mesh_seconds: float
    checks: Sequence[Check]
    stages: Sequence[Stages]
    people: Sequence[Recognised]
    withheld: Sequence[Withheld]
    learned: Sequence[Learned]
    refused: Sequence[Refused]
    rejected: Mapping[str, str]
    state: Mapping[str, Any]
    state_hash: str
    sources: Sequence[Mapping[str, str]]
    page: str = ""
    console: str = ""
    """Address of the mesh's web console."""
    end_command: str = ""
    """Ends a mesh that was left running; empty for one that is gone."""

    def as_json(self) -> Mapping[str, Any]:
        """Return the same as one JSON object."""
        return asdict(self)


def summarise(record: RunRecord, checks: Sequence[Check], sources: Sources, mesh_seconds: float) -> Outcome:
    """Return the outcome of a run. Parts that never happened are left out; the checks say so."""
    return Outcome(
        passed=all(check.passed for check in checks),
        seconds=record.seconds,
        mesh_seconds=mesh_seconds,
        checks=checks,
        stages=[
            _stages(record, request.asset_id, request.role, request.title) for request in record.requests
        ],
        people=_people(record),
        withheld=_withheld(record),
        learned=_learned(record),
        refused=_refused(record),
        rejected={
            record.title(fact.work.asset_id): f"{fact.code}: {fact.detail}"
            for fact, _ in record.log.of(AssetRejected)
        },
        state=record.final_state,
        state_hash=state_hash(record.final_state),
        sources=[
            {"title": source.title, "licence": source.licence, "terms": " ".join(source.terms.split())}
            for source in sources.entries
        ],
    )


def _stages(record: RunRecord, asset_id: str, role: str, title: str) -> Stages:
    view = record.views.get(role, {})
    analysed = next((fact for fact, _ in record.log.of(AssetAnalysed, asset_id)), None)
    seen = ", ".join(
        _counted(total.observation_count, *_WORDS.get(total.analyser, (total.analyser, total.analyser)))
        for total in (analysed.totals if analysed else ())
    )
    pictures = view.get("timeline", {}).get("frame_count")
    parts = [
        _counted(pictures, "picture", "pictures") if pictures else "",
        _counted(len(view.get("shots", ())), "shot", "shots"),
        seen,
    ]
    came_out = view.get("reason") if view.get("state") == "rejected" else ", ".join(filter(None, parts))
    return Stages(
        title, asset_id, view.get("state", "unknown"), record.stage_seconds(asset_id), came_out or ""
    )


_WORDS: Final = {
    "faces": ("face", "faces"),
    "labels": ("label", "labels"),
    "safety": ("safety rating", "safety ratings"),
    "sounds": ("sound", "sounds"),
    "speech": ("stretch of speech", "stretches of speech"),
    "text": ("line of text", "lines of text"),
}
"""What one observation of an analyser is, and what several are."""


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _people(record: RunRecord) -> Sequence[Recognised]:
    found = []
    for role, people in record.people.items():
        for person in people:
            nearest = min(
                (one.distance for one in person.appearances if one.HasField("distance")), default=None
            )
            model = f"{person.model.name}@{person.model.version}" if person.model.name else ""
            name = record.name(person.class_id) if person.class_id else "unknown"
            score = person.score if person.HasField("score") else None
            found.append(Recognised(record.title(record.asset(role)), name, score, nearest, model))
    return found


def _withheld(record: RunRecord) -> Sequence[Withheld]:
    found = []
    for role in ("programme-c", "photo"):
        try:
            decision = withheld_decision(record, role)
        except KeyError:
            continue
        words = next((ground.verbatim for ground in decision.grounds if ground.verbatim), "")
        found.append(Withheld(record.title(record.asset(role)), decision.sentence, words))
    return found


def _learned(record: RunRecord) -> Sequence[Learned]:
    return [
        Learned(
            model=cycle.model,
            samples=len(cycle.accepted),
            snapshot=cycle.snapshot.number,
            seconds=cycle.seconds,
            training_seconds=cycle.training.duration.ToTimedelta().total_seconds(),
            onnx_difference=cycle.training.onnx_difference,
            tracks=cycle.recognition.track_count,
            changed=cycle.recognition.changed_track_count,
        )
        for cycle in record.cycles
    ]


def _refused(record: RunRecord) -> Sequence[Refused]:
    late = {
        "the man of programme A objects": record.objection,
        "the astronaut is forgotten": record.erasure.taken_back if record.erasure else None,
    }
    return [
        Refused(
            what,
            each.samples_seconds,
            each.snapshots_seconds,
            each.archive_seconds,
            each.people,
            each.addresses,
            each.owed_after,
        )
        for what, each in late.items()
        if each is not None
    ]
