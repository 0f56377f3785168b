"""Checks that every step of the story really happened: one named check each, over the record of a run.

Pure functions: the same record gives the same verdicts, and each names the figures it rests on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import shorten
from typing import Any, Final

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetIngested, AssetRejected, AssetTranscoded
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed, ChunkPlanned, ChunkTranscoded
from framewell.rights.v1.rights_pb2 import RightsDecision
from framewell.sample.v1.sample_pb2 import (
    DECISION_ACCEPT,
    SAMPLE_STATE_ACCEPTED,
    SampleProposed,
    SampleReviewed,
    SampleWithheld,
)
from framewell.training.v1.training_pb2 import VERDICT_PROMOTED
from framewell_cli.documents import model_text, score_text, seconds
from framewell_demo.rendering.programmes import ASTRONAUT, MAN, TICKER_NAME
from framewell_demo.run_record import RunRecord

LOOKED_AT: Final = ("faces", "text", "labels", "safety")
ONNX_TOLERANCE: Final = 1e-4
LESSON_SECONDS: Final = 30.0
"""“Within seconds”, on two busy cores; the figure itself is printed."""


@dataclass(frozen=True, slots=True)
class Check:
    """One step of the story and whether it happened, with the figures."""

    name: str
    passed: bool
    sentence: str


CheckFunction = Callable[[RunRecord], tuple[bool, str]]


def run_checks(record: RunRecord) -> list[Check]:
    """Return every check of the story, in its order. A check that cannot even be made has failed."""
    return [_run(check, record) for check in CHECKS]


def _run(check: CheckFunction, record: RunRecord) -> Check:
    name = check.__name__.replace("_", " ")
    try:
        passed, sentence = check(record)
    except (LookupError, StopIteration, TypeError) as error:
        return Check(name, False, f"what it needs is not there: {error!r}")
    return Check(name, passed, sentence)


# --- taken in -------------------------------------------------------------------------------------------


def requests_became_assets(record: RunRecord) -> tuple[bool, str]:
    wanted = {request.asset_id for request in record.taken_in()}
    found = {fact.work.asset_id for fact, _ in record.log.of(AssetIngested)} & wanted
    json_too = record.asset(record.sent_as_json) in found
    return found == wanted and json_too, (
        f"{len(found)} of {len(wanted)} taken in, “{record.sent_as_json}” requested as plain JSON"
    )


def broken_file_was_rejected_with_a_reason(record: RunRecord) -> tuple[bool, str]:
    rejected = next((fact for fact, _ in record.log.of(AssetRejected, record.asset("broken"))), None)
    if rejected is None:
        return False, "nobody rejected it"
    return bool(rejected.code and rejected.detail), f"{rejected.code}: {rejected.detail}"


def every_chunk_was_decoded_once(record: RunRecord) -> tuple[bool, str]:
    """Check that planned, transcoded and analysed agree, and no chunk was transcoded twice or failed."""
    planned = {fact.chunk_id for fact, _ in record.log.of(ChunkPlanned)}
    transcoded = Counter(fact.chunk_id for fact, _ in record.log.of(ChunkTranscoded) if _done(fact))
    analysed = {fact.chunk_id for fact, _ in record.log.of(ChunkAnalysed) if _done(fact)}
    once = all(count == 1 for count in transcoded.values())
    return once and bool(planned) and planned == set(transcoded) == analysed, (
        f"{len(planned)} chunks planned, {sum(transcoded.values())} times decoded, {len(analysed)} analysed"
    )


def nothing_is_missing(record: RunRecord) -> tuple[bool, str]:
    wanted = {request.asset_id: request.title for request in record.taken_in()}
    ends: list[AssetTranscoded | AssetAnalysed] = [
        *(fact for fact, _ in record.log.of(AssetTranscoded)),
        *(fact for fact, _ in record.log.of(AssetAnalysed)),
    ]
    missing = [
        f"{wanted[fact.work.asset_id]}: {sentence}"
        for fact in ends
        if fact.work.asset_id in wanted
        for sentence in fact.missing
    ]
    return not missing, "; ".join(missing) or "no asset says that a part of it is missing"


def proxies_play(record: RunRecord) -> tuple[bool, str]:
    roles = [request.role for request in record.taken_in()]
    silent = [role for role in roles if role not in record.playbacks or not record.playbacks[role].segments]
    segments = sum(playback.segments for playback in record.playbacks.values())
    megabytes = sum(playback.bytes for playback in record.playbacks.values()) / 1e6
    figures = f"{len(record.playbacks)} playlists opened, {segments} parts fetched, {megabytes:.1f} MB"
    return not silent, figures + (f"; none for {', '.join(silent)}" if silent else "")


# --- looked at ------------------------------------------------------------------------------------------


def real_models_looked_at_every_picture(record: RunRecord) -> tuple[bool, str]:
    """Check that every asset has every picture analyser in its totals, each with model and version."""
    gaps, seen, models = [], 0, set()
    for request in record.taken_in():
        fact = next(fact for fact, _ in record.log.of(AssetAnalysed, request.asset_id))
        named = {total.analyser for total in fact.totals if total.model.name and total.model.version}
        gaps += [f"{request.role}: {analyser}" for analyser in LOOKED_AT if analyser not in named]
        seen += sum(total.observation_count for total in fact.totals)
        models |= {f"{total.model.name}@{total.model.version}" for total in fact.totals}
    return not gaps, "; ".join(gaps) or f"{seen} observations by {', '.join(sorted(models))}"


def speech_was_heard(record: RunRecord) -> tuple[bool, str]:
    heard = record.views["programme-a"]["speech"]
    length = sum(seconds(one["end"]) - seconds(one["start"]) for one in heard)
    return 6.0 <= length <= 20.0, f"{length:.1f} s of speech in {len(heard)} segments of programme A"


def names_were_read_exactly(record: RunRecord) -> tuple[bool, str]:
    wanted = {"programme-a": MAN.name, "programme-c": ASTRONAUT.name}
    read = {role: {entry["text"] for entry in record.views[role]["text"]} for role in wanted}
    lost = [name for role, name in wanted.items() if name not in read[role]]
    return not lost, f"not read: {', '.join(lost)}" if lost else " and ".join(
        f"“{n}”" for n in wanted.values()
    )


def ticker_was_not_taken_for_a_name(record: RunRecord) -> tuple[bool, str]:
    names = sorted(entry.name for entry in record.classes.values())
    ticker = [name for name in names if TICKER_NAME.casefold() in name.casefold()]
    return not ticker and MAN.name in names, f"classes: {', '.join(names)}"


# --- samples and rights ---------------------------------------------------------------------------------


def man_was_proposed_and_his_name_marked_as_fiction(record: RunRecord) -> tuple[bool, str]:
    proposed = [
        fact
        for fact, _ in record.log.of(SampleProposed, record.asset("programme-a"))
        if fact.class_id and not fact.question
    ]
    man = record.classes[proposed[0].class_id]
    kinds = sorted({evidence.kind for evidence in proposed[0].evidence})
    return man.name == MAN.name and man.fictional and len(kinds) >= 2, (
        f"{len(proposed[0].crops)} crops of {man.name}{' (fiction)' if man.fictional else ''}, "
        f"by {' and '.join(kinds)}"
    )


def same_pictures_counted_once(record: RunRecord) -> tuple[bool, str]:
    """Check that the man's repeated pictures in programme A are one sample, with the others collapsed."""
    named = [sample for sample in record.samples["programme-a"] if sample.class_id and not sample.question]
    collapsed = sum(sample.collapsed for sample in named)
    return len(named) == 1 and collapsed >= 1, f"{len(named)} sample, {collapsed} near-duplicates collapsed"


def astronaut_was_withheld(record: RunRecord) -> tuple[bool, str]:
    decision = withheld_decision(record, "programme-c")
    return "4711" in _words(decision), _beginning(decision.sentence)


def photo_was_withheld_in_its_own_words(record: RunRecord) -> tuple[bool, str]:
    decision = withheld_decision(record, "photo")
    words = _words(decision)
    return (
        "reproduced, disseminated or broadcast" in words and "EXIF" in words,
        _beginning(decision.sentence),
    )


def staff_accepted(record: RunRecord) -> tuple[bool, str]:
    accepted = {sample.sample_id for cycle in record.cycles for sample in cycle.accepted}
    reviewed = {
        fact.sample_id: fact.actor.principal
        for fact, _ in record.log.of(SampleReviewed)
        if fact.decision == DECISION_ACCEPT
    }
    reviewers = {reviewed[sample] for sample in accepted if sample in reviewed}
    states = [sample.state for samples in record.samples.values() for sample in samples]
    passed = bool(accepted) and accepted <= set(reviewed) and all(reviewers)
    return passed and states.count(SAMPLE_STATE_ACCEPTED) >= len(accepted), (
        f"{len(accepted)} samples accepted by {', '.join(sorted(reviewers)) or 'nobody'}"
    )


# --- learned --------------------------------------------------------------------------------------------


def training_made_models_equal_to_torch(record: RunRecord) -> tuple[bool, str]:
    ends = [cycle.training for cycle in record.cycles]
    passed = all(
        _done(end) and end.HasField("onnx_difference") and end.onnx_difference <= ONNX_TOLERANCE
        for end in ends
    )
    return passed and len(ends) == 2, "; ".join(
        f"{end.model.name}@{end.model.version} in {end.duration.ToTimedelta().total_seconds():.2f} s, "
        f"ONNX − torch {end.onnx_difference:.1e}"
        for end in ends
    )


def promotion_policy_promoted_them(record: RunRecord) -> tuple[bool, str]:
    verdicts = [cycle.training.verdict == VERDICT_PROMOTED for cycle in record.cycles]
    checks = [check for cycle in record.cycles for check in cycle.training.checks]
    failed = dict.fromkeys(check.sentence for check in checks if not check.passed)
    figures = (
        f"{sum(check.passed for check in checks)} of {len(checks)} checks of the promotion policy passed"
    )
    return all(verdicts) and len(verdicts) == 2, "; ".join([figures, *map(_beginning, failed)])


def learned_within_seconds(record: RunRecord) -> tuple[bool, str]:
    return all(cycle.seconds <= LESSON_SECONDS for cycle in record.cycles), ", ".join(
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
    model = model_text(person.get("model"))
    return both and person["score"] > 0.5 and model == record.cycles[1].model, (
        f"{person['name']}, score {person['score']:.2f}, by {model}; {MAN.name} still known: {both}"
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


CHECKS: Final[tuple[CheckFunction, ...]] = (
    requests_became_assets,
    broken_file_was_rejected_with_a_reason,
    every_chunk_was_decoded_once,
    nothing_is_missing,
    proxies_play,
    real_models_looked_at_every_picture,
    speech_was_heard,
    names_were_read_exactly,
    ticker_was_not_taken_for_a_name,
    man_was_proposed_and_his_name_marked_as_fiction,
    same_pictures_counted_once,
    astronaut_was_withheld,
    photo_was_withheld_in_its_own_words,
    staff_accepted,
    training_made_models_equal_to_torch,
    promotion_policy_promoted_them,
    learned_within_seconds,
    man_is_recognised_in_programme_b,
    people_kept_out_by_rights_stay_unknown,
    signing_proposed_her_after_all,
    astronaut_is_recognised_in_programme_b,
    nothing_was_decoded_again,
)


# --- reading the record ---------------------------------------------------------------------------------


def withheld_decision(record: RunRecord, role: str) -> RightsDecision:
    """Return the rights gate's decision about an asset's samples. Raise StopIteration without any."""
    return next(fact.provenance.rights for fact, _ in record.log.of(SampleWithheld, record.asset(role)))


def _words(decision: RightsDecision) -> str:
    """Everything the decision says: its sentence, and what its grounds quote and where that stood."""
    grounds = (f"{ground.verbatim} {ground.found_at} {ground.statement_id}" for ground in decision.grounds)
    return " ".join((decision.sentence, *grounds))


def _beginning(sentence: str) -> str:
    """Enough of a long sentence to know it by; the whole of it stands under “Withheld”."""
    return shorten(sentence, 200, placeholder=" …")


def _done(fact: Any) -> bool:
    return bool(fact.outcome.HasField("done"))


def _named(view: Any, name: str) -> Any | None:
    return next((person for person in view["people"] if person["name"] == name), None)


def _names(view: Any) -> set[str]:
    return {person["name"] for person in view["people"]}


def _people(view: Any) -> str:
    return ", ".join(f"{person['name']} {score_text(person)}" for person in view["people"]) or "nobody"
