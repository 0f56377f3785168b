"""Checks of what was learned: models, promotion, and who is recognised when."""

from __future__ import annotations

from typing import Any, Final

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed, ChunkPlanned, ChunkTranscoded
from framewell.sample.v1.sample_pb2 import SampleProposed
from framewell.training.v1.training_pb2 import VERDICT_PROMOTED
from framewell_cli.documents import model_text, score_text
from framewell_demo.checks.media import is_done
from framewell_demo.checks.samples import beginning
from framewell_demo.rendering.programmes import ASTRONAUT, MAN
from framewell_demo.run_record import RunRecord

ONNX_TOLERANCE: Final = 1e-4
"""Largest difference between the outputs of a head and of its ONNX graph."""

CYCLE_SECONDS: Final = 30.0
"""“Within seconds”, on two busy cores; the figure itself is printed."""


def training_exported_graphs_equal_to_their_heads(record: RunRecord) -> tuple[bool, str]:
    ends = [cycle.training for cycle in record.cycles]
    passed = all(
        is_done(end) and end.HasField("onnx_difference") and end.onnx_difference <= ONNX_TOLERANCE
        for end in ends
    )
    return passed and len(ends) == 2, "; ".join(
        f"{end.model.name}@{end.model.version} in {end.duration.ToTimedelta().total_seconds():.2f} s, "
        f"its ONNX graph differs by {difference_text(end.onnx_difference)}"
        for end in ends
    )


def promotion_policy_promoted_them(record: RunRecord) -> tuple[bool, str]:
    verdicts = [cycle.training.verdict == VERDICT_PROMOTED for cycle in record.cycles]
    checks = [check for cycle in record.cycles for check in cycle.training.checks]
    failed = dict.fromkeys(check.sentence for check in checks if not check.passed)
    passed = sum(check.passed for check in checks)
    figures = f"{sum(verdicts)} of {len(verdicts)} models promoted, {passed} of {len(checks)} checks passed"
    others = " ".join(f"“{beginning(sentence)}”" for sentence in failed)
    return all(verdicts) and len(verdicts) == 2, (
        f"{figures}; these do not hold back a model that only adds people: {others}" if failed else figures
    )


def learned_within_seconds(record: RunRecord) -> tuple[bool, str]:
    return all(cycle.seconds <= CYCLE_SECONDS for cycle in record.cycles), ", ".join(
        f"{cycle.model}: {cycle.seconds:.1f} s from accepted to recognised" for cycle in record.cycles
    )


def man_is_recognised_in_programme_b(record: RunRecord) -> tuple[bool, str]:
    person = _named(record.b_before_signing, MAN.name)
    if person is None:
        return False, f"people: {_people(record.b_before_signing)}"
    model = model_text(person.get("model"))
    return person["score"] > 0.5 and model == record.cycles[0].model, (
        f"{person['name']}, score {person['score']:.2f}, by {model}"
    )


def people_kept_out_by_rights_stay_unknown(record: RunRecord) -> tuple[bool, str]:
    """Check the astronaut in B before the contract, and the person of the photo to the end."""
    before, photo = record.b_before_signing, record.views["photo"]
    passed = all(
        _named(view, "unknown") is not None and not (_names(view) - allowed)
        for view, allowed in ((before, {MAN.name, "unknown"}), (photo, {"unknown"}))
    )
    return passed, f"programme B: {_people(before)}; photo: {_people(photo)}"


def signing_proposed_her_after_all(record: RunRecord) -> tuple[bool, str]:
    proposed = [fact.time for _, fact in record.log.of(SampleProposed, record.asset("programme-c"))]
    assert record.signed_at is not None
    seconds = (proposed[0] - record.signed_at).total_seconds()
    return seconds >= 0, f"proposed {seconds:.1f} s after contract 4711 was signed"


def astronaut_is_recognised_in_programme_b(record: RunRecord) -> tuple[bool, str]:
    view = record.views["programme-b"]
    person = _named(view, ASTRONAUT.name)
    if person is None:
        return False, f"people: {_people(view)}"
    both = _named(view, MAN.name) is not None
    man = f"{MAN.name} is {'still' if both else 'no longer'} known"
    model = model_text(person.get("model"))
    return both and person["score"] > 0.5 and model == record.cycles[1].model, (
        f"{person['name']}, score {person['score']:.2f}, by {model}; {man}"
    )


def nothing_was_decoded_again(record: RunRecord) -> tuple[bool, str]:
    assert record.signed_at is not None
    again = [
        fact
        for kind in (ChunkPlanned, ChunkTranscoded, ChunkAnalysed)
        for _, fact in record.log.of(kind)
        if fact.time > record.signed_at
    ]
    update = record.cycles[1].recognition
    length = update.duration.ToTimedelta().total_seconds()
    return not again, (
        f"{len(again)} chunks planned, decoded or analysed since the signing; {update.changed_track_count} "
        f"of {update.track_count} stored face tracks named anew in {length:.2f} s"
    )


def _named(view: Any, name: str) -> Any | None:
    return next((person for person in view["people"] if person["name"] == name), None)


def _names(view: Any) -> set[str]:
    return {person["name"] for person in view["people"]}


def _people(view: Any) -> str:
    return (
        ", ".join(f"{person['name']} {score_text(person)}".removesuffix(" -") for person in view["people"])
        or "nobody"
    )


def difference_text(difference: float) -> str:
    """Return a difference between two models' outputs, in scientific notation unless there is none."""
    return f"{difference:.1e}" if difference else "0"
