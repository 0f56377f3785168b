"""Whoever changes rights gets an answer for each statement, and what matches nothing is seen by a person."""

import json
from datetime import timedelta

import pytest

from framewell.asset.v1.asset_pb2 import AssetTranscoded
from framewell.dataset.v1 import rights_service_pb2 as rights_rpc
from framewell.media.v1.media_pb2 import Span, Timeline, Work
from framewell.mesh.v1.mesh_pb2 import Actor, Ratio, Subject
from framewell.rights.v1 import rights_pb2 as rights
from framewell.rights.v1.rights_pb2 import AppliedStatement
from framewell.sample.v1 import sample_pb2 as wire
from framewell_contracts.cloudevents import Unreadable, decode
from framewell_dataset.testing import DECIDED_BY, DatasetBench, stated
from framewell_dataset.testing.people import BAN, proposed_man, samples
from framewell_kit.outcomes import Rejected
from framewell_kit.testing.ids import asset_called

NOBODY = Actor(principal="mallory", authority="nobody")
CLOCK = Timeline(
    time_base=Ratio(numerator=1, denominator=25600),
    frame_rate=Ratio(numerator=25, denominator=1),
    duration_pts=25600 * 8,
    frame_count=200,
    start_timecode="10:00:00:00",
)


def changed(
    subject: Subject, *statements: rights.RightsStatement, actor: Actor = DECIDED_BY, revision: int = 1
) -> rights.RightsChanged:
    return rights.RightsChanged(subject=subject, statements=statements, actor=actor, revision=revision)


async def states(bench: DatasetBench) -> list[int]:
    return [sample.state for sample in await samples(bench)]


ASSET = asset_called("a")


async def training(bench: DatasetBench, asset_id: str = ASSET) -> rights.RightsDecision:
    answer = await bench.call("GetRights", rights_rpc.GetRightsRequest(asset_id=asset_id))
    return next(each for each in answer.decisions if each.purpose == rights.PURPOSE_OWN_TRAINING)


async def unmatched(bench: DatasetBench) -> list[rights_rpc.UnmatchedRights]:
    answer = await bench.call("ListUnmatchedRights", rights_rpc.ListUnmatchedRightsRequest())
    assert answer.total_size == len(answer.unmatched)
    return list(answer.unmatched)


def narrower(**terms: object) -> rights.RightsStatement:
    days = {name: terms.pop(name, None) for name in ("valid_from", "valid_until")}
    made = rights.RightsStatement(
        issuer=BAN.issuer,
        statement_id=BAN.statement_id,
        revision=9,
        **{"use": rights.USE_PROHIBITED, **terms},
    )  # type: ignore[arg-type]
    for name, day in days.items():
        if day is not None:
            getattr(made, name).FromDatetime(day)
    return made


NOW = DatasetBench().clock.now()


@pytest.mark.parametrize(
    "sent",
    [
        narrower(span=Span(start_pts=10**9, end_pts=10**9 + 1)),
        narrower(territories=["US"]),
        narrower(purposes=[rights.PURPOSE_SHARING]),
        narrower(valid_until=NOW - timedelta(days=1)),
        narrower(valid_from=NOW + timedelta(days=99)),
        narrower(use=rights.USE_CONSTRAINED),
        narrower(use=rights.USE_ALLOWED),
    ],
)
async def test_an_actor_without_authority_weakens_nothing_whatever_the_use_is(
    bench: DatasetBench, sent: rights.RightsStatement
) -> None:
    """The actor has authority "nobody", and training became allowed."""
    await proposed_man(bench)
    await bench.deliver(changed(Subject(asset_id=asset_called("a")), BAN, actor=NOBODY))
    assert await states(bench) == [wire.SAMPLE_STATE_WITHHELD]
    with pytest.raises(Rejected, match="authority"):
        await bench.deliver(changed(Subject(asset_id=asset_called("a")), sent, actor=NOBODY, revision=2))
    assert not (await training(bench)).allowed
    assert await states(bench) == [wire.SAMPLE_STATE_WITHHELD]
    answer = bench.facts.of(rights.RightsApplied)[-1]
    assert [each.outcome for each in answer.statements] == [rights.STATEMENT_OUTCOME_NOT_AUTHORISED]
    assert "takes an actor with the authority" in answer.statements[0].sentence
    if sent.use != rights.USE_CONSTRAINED:
        await bench.deliver(AssetTranscoded(work=Work(asset_id=asset_called("a"), timeline=CLOCK)))
        await bench.deliver(changed(Subject(asset_id=asset_called("a")), sent, revision=3))
        assert (await training(bench)).allowed


async def test_each_statement_of_a_change_is_answered(bench: DatasetBench) -> None:
    await proposed_man(bench)
    first = stated(rights.USE_PROHIBITED, issuer="x", statement_id="1", revision=5)
    old = stated(rights.USE_PROHIBITED, issuer="x", statement_id="1", revision=4)
    await bench.deliver(changed(Subject(asset_id=asset_called("a")), first))
    cause = bench.cause("event 7")
    await bench.deliver(
        changed(Subject(asset_id=asset_called("a")), old, stated(issuer="y", statement_id="2"), revision=2),
        cause,
    )
    answer = bench.facts.of(rights.RightsApplied)[-1]
    assert (answer.change_id, answer.asset_count) == ("event 7", 1)
    outcomes = [each.outcome for each in answer.statements]
    assert outcomes == [rights.STATEMENT_OUTCOME_OUTDATED, rights.STATEMENT_OUTCOME_IN_FORCE]
    assert [each.statement.statement_id for each in answer.statements] == ["1", "2"]


@pytest.mark.parametrize(
    "subject",
    [Subject(holder="Agentur Bluu"), Subject(source="/playuot"), Subject(asset_id=asset_called("b"))],
)
async def test_what_matches_nothing_is_answered_and_listed_until_it_matches(
    bench: DatasetBench, subject: Subject
) -> None:
    await proposed_man(bench)
    await bench.deliver(changed(subject, BAN))
    (answer,) = bench.facts.of(rights.RightsApplied)
    assert answer.statements[0].outcome == rights.STATEMENT_OUTCOME_MATCHED_NOTHING
    assert "look at its spelling" in answer.statements[0].sentence
    (listed,) = await unmatched(bench)
    assert listed.subject == subject
    assert listed.statements[0].statement.statement_id == BAN.statement_id
    kind = subject.WhichOneof("subject")
    terms = stated(holder=subject.holder) if kind == "holder" else stated()
    more = {"source": subject.source} if kind == "source" else {}
    await bench.take_in(asset_called("b"), terms, **more)
    assert await unmatched(bench) == []
    assert not (await training(bench, asset_called("b"))).allowed


@pytest.mark.parametrize(
    "subject",
    [
        Subject(holder="kanal eins"),
        Subject(holder=" KANAL\u00a0EINS "),
        Subject(holder="Ｋanal\u200b Eins"),
        Subject(source="/PLAYOUT"),
        Subject(asset_id=asset_called("a").upper()),
    ],
)
async def test_another_spelling_matches(bench: DatasetBench, subject: Subject) -> None:
    await proposed_man(bench)
    await bench.deliver(changed(subject, BAN))
    assert await states(bench) == [wire.SAMPLE_STATE_WITHHELD]
    assert await unmatched(bench) == []


async def test_another_spelling_of_issuer_and_id_is_the_same_statement(bench: DatasetBench) -> None:
    await proposed_man(bench)
    await bench.deliver(changed(Subject(asset_id=asset_called("a")), BAN))
    released = narrower(use=rights.USE_ALLOWED)
    released.issuer = f" {BAN.issuer.upper()}"
    await bench.deliver(changed(Subject(asset_id=asset_called("a")), released, revision=2))
    assert await states(bench) == [wire.SAMPLE_STATE_PROPOSED]


async def test_a_passage_in_frames_withholds_everything_until_the_clock_is_known(bench: DatasetBench) -> None:
    await proposed_man(bench)
    clip = rights.RightsStatement(issuer="agency", statement_id="clip", use=rights.USE_PROHIBITED)
    clip.span.first_frame, clip.span.frames = 190, 5
    await bench.deliver(changed(Subject(asset_id=asset_called("a")), clip))
    assert await states(bench) == [wire.SAMPLE_STATE_WITHHELD]
    transcoded = AssetTranscoded(work=Work(asset_id=asset_called("a"), timeline=CLOCK))
    await bench.deliver(transcoded)
    await bench.deliver(transcoded)
    decided = (await training(bench)).sentence
    assert "frames 190-194" in decided
    sample_states = await states(bench)
    (sample,) = await samples(bench)
    untouched = sample.provenance.span.end_pts <= 190 * 1024
    assert sample_states == [wire.SAMPLE_STATE_PROPOSED if untouched else wire.SAMPLE_STATE_WITHHELD]


async def test_a_passage_beyond_the_asset_matches_nothing(bench: DatasetBench) -> None:
    await proposed_man(bench)
    await bench.deliver(AssetTranscoded(work=Work(asset_id=asset_called("a"), timeline=CLOCK)))
    clip = rights.RightsStatement(issuer="agency", statement_id="clip", use=rights.USE_PROHIBITED)
    clip.passage.seconds.start.FromSeconds(60)
    clip.passage.seconds.end.FromSeconds(70)
    await bench.deliver(changed(Subject(asset_id=asset_called("a")), clip))
    (answer,) = bench.facts.of(rights.RightsApplied)
    assert answer.statements[0].outcome == rights.STATEMENT_OUTCOME_MATCHED_NOTHING
    assert "its passage lies in none of the assets" in answer.statements[0].sentence
    assert len(await unmatched(bench)) == 1
    assert (await training(bench)).allowed


async def refuse(bench: DatasetBench, data: dict[str, object]) -> list[AppliedStatement]:
    """Hand an event in JSON that cannot be read to the stage; return its answer."""
    event = {"specversion": "1.0", "id": "7", "source": "/rights", "type": "framewell.rights.changed.v1"}
    value = json.dumps({**event, "data": data}).encode()
    with pytest.raises(Unreadable) as refusal:
        decode("framewell.rights.changed.v1", [], value)
    assert refusal.value.partial is not None
    (stage,) = (each for each in bench.service.stages if each.group == "dataset.change_rights")
    reason = Rejected(refusal.value.reason, refusal.value.code)
    facts = await stage.refuse(refusal.value.partial.message, bench.cause("7"), reason)  # type: ignore[union-attr]
    return [each for fact in facts for each in fact.message.statements]


_BAN = {"issuer": "court", "statement_id": "1", "use": "prohibited"}


@pytest.mark.parametrize(
    "statement",
    [
        {**_BAN, "purposes": ["ai_training", "sharing"]},
        {**_BAN, "valid_from": "2026-05-01T00:00:00Z", "valid_until": "2026-04-01T00:00:00Z"},
        {**_BAN, "span": {"start_pts": 90, "end_pts": 10}},
        {**_BAN, "valid_until": "tomorrow", "territories": ["US"]},
        {**_BAN, "use": "forbidden"},
        {**_BAN, "revision": "seven", "colour": "red"},
    ],
)
async def test_an_event_that_is_refused_withholds_what_it_restricts_and_says_so(
    bench: DatasetBench, statement: dict[str, object]
) -> None:
    await proposed_man(bench)
    answers = await refuse(bench, {"subject": {"holder": "kanal eins"}, "statements": [statement]})
    assert [each.outcome for each in answers] == [rights.STATEMENT_OUTCOME_UNREADABLE]
    assert "cannot be read" in answers[0].sentence
    assert await states(bench) == [wire.SAMPLE_STATE_WITHHELD]
    assert not (await training(bench)).allowed


@pytest.mark.parametrize(
    "data",
    [
        {"statements": [_BAN], "colour": "red"},
        {"subject": {"class_id": "x"}, "statements": [_BAN], "colour": "red"},
        {"subject": {"holder": "kanal eins"}, "colour": "red"},
        {"subject": {"holder": "kanal eins"}, "statements": [{**_BAN, "use": "allowed", "colour": "red"}]},
    ],
)
async def test_an_event_that_is_refused_permits_nothing_and_needs_a_subject(
    bench: DatasetBench, data: dict[str, object]
) -> None:
    await proposed_man(bench)
    assert await refuse(bench, data) == []
    assert await states(bench) == [wire.SAMPLE_STATE_PROPOSED]


async def test_a_preview_says_what_would_become_of_each_statement(bench: DatasetBench) -> None:
    await proposed_man(bench)
    change = changed(
        Subject(asset_id=asset_called("a")), BAN, stated(territories=["Atlantis"], statement_id="2")
    )
    found = await bench.call("PreviewRightsChange", rights_rpc.PreviewRightsChangeRequest(change=change))
    assert [each.outcome for each in found.statements] == [
        rights.STATEMENT_OUTCOME_IN_FORCE,
        rights.STATEMENT_OUTCOME_UNREADABLE,
    ]
    assert found.samples_withdrawn == 1
    assert bench.facts.of(rights.RightsApplied) == []
