"""What the rights gate promises, whatever was stated in whatever order."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewell.media.v1.media_pb2 import Span
from framewell.rights.v1 import rights_pb2 as rights
from framewell.rights.v1.rights_pb2 import RightsStatement
from framewell_dataset.domain.rights import (
    PURPOSES,
    HousePolicy,
    Origin,
    ReceivedStatement,
    Use,
    decide,
    decisions,
    in_force,
    next_change,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUSE = HousePolicy()
TRAINING = rights.PURPOSE_OWN_TRAINING

moments = st.one_of(st.none(), st.integers(-400, 400).map(lambda days: NOW + timedelta(days=days)))
spans = st.one_of(
    st.none(),
    st.tuples(st.integers(0, 100), st.integers(0, 100)).map(
        lambda ends: Span(start_pts=min(ends), end_pts=max(ends) + 1)
    ),
)
uses = st.sampled_from(
    [rights.USE_UNSPECIFIED, rights.USE_ALLOWED, rights.USE_PROHIBITED, rights.USE_CONSTRAINED]
)


def statement(use: int = rights.USE_ALLOWED, **fields: object) -> RightsStatement:
    begins, ends, span = fields.pop("begins", None), fields.pop("ends", None), fields.pop("span", None)
    made = RightsStatement(use=use, **fields)  # type: ignore[arg-type]
    if begins:
        made.valid_from.FromDatetime(begins)  # type: ignore[arg-type]
    if ends:
        made.valid_until.FromDatetime(ends)  # type: ignore[arg-type]
    if span:
        made.span.CopyFrom(span)  # type: ignore[arg-type]
    return made


@st.composite
def anything_stated(draw: st.DrawFn) -> ReceivedStatement:
    return ReceivedStatement(
        statement(
            draw(uses),
            issuer=draw(st.sampled_from(["agency", "house", ""])),
            statement_id=draw(st.sampled_from(["1", "2", "3", ""])),
            revision=draw(st.integers(0, 3)),
            purposes=draw(st.lists(st.sampled_from(PURPOSES), max_size=2, unique=True)),
            verbatim=draw(st.sampled_from(["", "© agency", "No reuse."])),
            territories=draw(st.sampled_from([[], ["DE"], ["US"], ["DE", "FR"]])),
            begins=draw(moments),
            ends=draw(moments),
            span=draw(spans),
        ),
        draw(st.integers(0, 2)),
    )


everything = st.lists(anything_stated(), max_size=8)
wanted = st.builds(Use, st.sampled_from(PURPOSES), st.just(NOW), spans)


@given(everything, wanted, everything.flatmap(st.permutations))
def test_a_prohibition_added_never_allows_more(
    stated: list[ReceivedStatement], use: Use, more: list[ReceivedStatement]
) -> None:
    prohibitions = []
    for number, each in enumerate(more):
        copy = RightsStatement()
        copy.CopyFrom(each.statement)
        copy.use, copy.statement_id = rights.USE_PROHIBITED, f"new {number}"
        prohibitions.append(ReceivedStatement(copy, each.change))
    before, after = decide(stated, use, HOUSE), decide([*stated, *prohibitions], use, HOUSE)
    assert before.allowed or not after.allowed


@given(everything, wanted)
def test_a_prohibition_of_everything_withholds_everything(stated: list[ReceivedStatement], use: Use) -> None:
    blanket = ReceivedStatement(statement(rights.USE_PROHIBITED, issuer="court", statement_id="order 1"))
    assert not decide([*stated, blanket], use, HOUSE).allowed


@given(everything.flatmap(lambda stated: st.tuples(st.just(stated), st.permutations(stated))), wanted)
def test_the_order_of_statements_does_not_matter(
    both: tuple[list[ReceivedStatement], list[ReceivedStatement]], use: Use
) -> None:
    first, second = both
    assert decide(first, use, HOUSE) == decide(second, use, HOUSE)


@given(everything, wanted, anything_stated())
def test_an_older_revision_never_wins(
    stated: list[ReceivedStatement], use: Use, late: ReceivedStatement
) -> None:
    newer = RightsStatement()
    newer.CopyFrom(late.statement)
    newer.revision = late.statement.revision + 1
    newer.statement_id = late.statement.statement_id = "renewed"
    current = [*stated, ReceivedStatement(newer, 0, Origin.PERMITTING)]
    assert decide([*current, late], use, HOUSE) == decide(current, use, HOUSE)


@given(everything, wanted)
def test_what_is_allowed_rests_on_a_permission_or_the_house_default(
    stated: list[ReceivedStatement], use: Use
) -> None:
    decision = decide(stated, use, HOUSE)
    if decision.allowed and use.purpose not in HOUSE.allowed_without_statement:
        assert decision.grounds
        assert all(ground.use == rights.USE_ALLOWED for ground in decision.grounds)
    assert decision.sentence.startswith("Allowed: " if decision.allowed else "Withheld: ")


def decided(*stated: RightsStatement, span: Span | None = None) -> rights.RightsDecision:
    return decide([ReceivedStatement(each) for each in stated], Use(TRAINING, NOW, span), HOUSE)


def test_an_ended_permission_does_not_bring_its_older_revision_back() -> None:
    forever = statement(issuer="agency", statement_id="7", revision=1)
    ended = statement(issuer="agency", statement_id="7", revision=2, ends=NOW - timedelta(days=1))
    decision = decided(forever, ended)
    assert not decision.allowed
    assert "ended on 2026-11-21" in decision.sentence


def test_a_term_ends_at_its_very_moment() -> None:
    assert decided(statement(ends=NOW + timedelta(milliseconds=1))).allowed
    assert not decided(statement(ends=NOW)).allowed


def test_nothing_stated_is_withheld_for_training_and_allowed_for_analysis() -> None:
    by_purpose = {decision.purpose: decision for decision in decisions([], NOW, HOUSE)}
    assert not by_purpose[TRAINING].allowed
    assert by_purpose[rights.PURPOSE_ANALYSIS].allowed
    assert not by_purpose[rights.PURPOSE_SHARING].allowed


def test_an_agency_clip_inside_a_programme_withholds_only_where_it_lies() -> None:
    own = statement(issuer="house", statement_id="own", legal_basis=rights.LEGAL_BASIS_OWN_PRODUCTION)
    clip = statement(
        rights.USE_PROHIBITED, issuer="agency", statement_id="9", span=Span(start_pts=100, end_pts=200)
    )
    assert decided(own, clip, span=Span(start_pts=0, end_pts=100)).allowed
    assert not decided(own, clip, span=Span(start_pts=99, end_pts=101)).allowed
    assert not decided(own, clip).allowed


def test_a_permission_of_a_passage_does_not_reach_beyond_it() -> None:
    passage = statement(issuer="agency", statement_id="9", span=Span(start_pts=100, end_pts=200))
    assert decided(passage, span=Span(start_pts=100, end_pts=200)).allowed
    assert not decided(passage, span=Span(start_pts=100, end_pts=201)).allowed
    assert not decided(passage).allowed


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        (
            statement(
                rights.USE_PROHIBITED,
                issuer="NASA",
                statement_id="4711",
                source=rights.STATEMENT_SOURCE_CONTRACT,
                verbatim="Training is prohibited until contract 4711 is signed.",
                found_at="contract 4711",
            ),
            "Withheld: training is prohibited until contract 4711 is signed (contract 4711, NASA).",
        ),
        (
            statement(
                rights.USE_PROHIBITED,
                source=rights.STATEMENT_SOURCE_EXIF,
                verbatim="may not be reproduced,\n disseminated or broadcast",
                found_at="EXIF 0x8298 Copyright",
            ),
            "Withheld: the picture's own EXIF copyright text forbids reuse: 'may not be reproduced, "
            "disseminated or broadcast' (EXIF 0x8298 Copyright).",
        ),
        (
            statement(rights.USE_UNSPECIFIED, source=rights.STATEMENT_SOURCE_XMP, verbatim="ask us"),
            "Withheld: the file's own XMP rights entry could not be read as a permission of training of "
            "the house's own models: 'ask us' (stated with the request).",
        ),
        (
            statement(rights.USE_CONSTRAINED, source=rights.STATEMENT_SOURCE_C2PA, verbatim="pay first"),
            "Withheld: an entry of the file's content credentials ties training of the house's own models to "
            "conditions that are not met: 'pay first' (stated with the request).",
        ),
        (
            statement(holder="ZDF", legal_basis=rights.LEGAL_BASIS_OWN_PRODUCTION, found_at="request"),
            "Allowed: training of the house's own models rests on own production of ZDF (request, ZDF).",
        ),
        (
            statement(
                holder="ZDF",
                found_at="contract 12",
                begins=NOW - timedelta(days=1),
                ends=NOW + timedelta(days=1),
                territories=["DE", "AT", "CH"],
                payment=rights.Payment(model=rights.PAY_MODEL_PER_USE, amount="0.05", currency="EUR"),
            ),
            "Allowed: training of the house's own models rests on the terms stated of ZDF (contract 12, ZDF; "
            f"from {NOW - timedelta(days=1):%Y-%m-%d}, until {NOW + timedelta(days=1):%Y-%m-%d}, "
            "in AT, CH and DE, at 0.05 EUR per use).",
        ),
    ],
)
def test_the_sentence_repeats_the_words_it_rests_on(stated: RightsStatement, words: str) -> None:
    decision = decided(stated)
    assert decision.sentence == words
    assert list(decision.grounds) == [stated]


def test_one_statement_with_two_contents_is_withheld() -> None:
    yes = statement(issuer="agency", statement_id="1", revision=4)
    no = statement(issuer="agency", statement_id="1", revision=4, purposes=[rights.PURPOSE_SHARING])
    assert "two different things" in decided(yes, no).sentence


def test_the_same_statement_twice_is_one() -> None:
    yes = statement(issuer="agency", statement_id="1", revision=4)
    assert decided(yes, yes).allowed
    assert len(in_force([ReceivedStatement(yes), ReceivedStatement(yes)], NOW)) == 1


def test_a_change_renews_statements_that_count_no_revisions() -> None:
    no = ReceivedStatement(statement(rights.USE_PROHIBITED, issuer="NASA", statement_id="4711"), change=0)
    yes = ReceivedStatement(statement(issuer="NASA", statement_id="4711"), 1, Origin.PERMITTING)
    assert decide([yes, no], Use(TRAINING, NOW), HOUSE).allowed


def test_the_next_moment_to_ask_again_is_the_next_begin_or_end() -> None:
    soon, late = NOW + timedelta(days=3), NOW + timedelta(days=90)
    stated = [
        ReceivedStatement(statement(issuer="a", begins=NOW - timedelta(days=9), ends=late)),
        ReceivedStatement(statement(issuer="b", begins=soon)),
    ]
    assert next_change(stated, NOW) == soon
    assert next_change(stated, soon) == late
    assert next_change(stated, late) is None
