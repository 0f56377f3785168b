"""Statements of rights are a lattice: nothing that is added without authority permits more than before.

`FRAMEWELL_TEST_RIGHTS_CASES` is how many random cases each property is tried on (100 in the suite).
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from framewell.media.v1.media_pb2 import Span, Timeline
from framewell.mesh.v1.mesh_pb2 import Ratio
from framewell.rights.v1 import rights_pb2 as rights
from framewell.rights.v1.rights_pb2 import Passage, RightsStatement
from framewell_dataset.domain.rights import (
    PURPOSES,
    HousePolicy,
    Origin,
    ReceivedStatement,
    Use,
    decide,
    kept,
    passages,
)
from framewell_dataset.domain.rights.intervals import extent
from framewell_dataset.domain.rights.revisions import chains, weaker_at
from framewell_dataset.domain.rights.terms import read_terms

CASES = int(os.environ.get("FRAMEWELL_TEST_RIGHTS_CASES", "100"))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TRAINING = rights.PURPOSE_OWN_TRAINING
HOUSE = HousePolicy()
CLOCK = Timeline(
    time_base=Ratio(numerator=1, denominator=25),
    frame_rate=Ratio(numerator=25, denominator=1),
    start_pts=0,
    duration_pts=250,
    frame_count=250,
    start_timecode="10:00:00:00",
)
"""Ten seconds; a tick is a frame."""

many = settings(max_examples=CASES, deadline=None)

moments = st.one_of(st.none(), st.integers(-3, 3).map(lambda days: NOW + timedelta(days=days)))
spans = st.tuples(st.integers(0, 250), st.integers(0, 250)).map(
    lambda ends: Span(start_pts=min(ends), end_pts=max(ends) + 1)
)
payments = st.sampled_from(
    [
        None,
        rights.Payment(model=rights.PAY_MODEL_FLAT, amount="0.05", currency="EUR"),
        rights.Payment(model=rights.PAY_MODEL_FLAT, amount="0.10", currency="EUR"),
        rights.Payment(model=rights.PAY_MODEL_PER_USE, amount="0.05", currency="USD"),
    ]
)
territories = st.sampled_from(
    [
        [],
        [],
        ["DE"],
        ["de"],
        ["deu"],
        ["EU"],
        ["DACH"],
        ["DE-BY"],
        ["US"],
        ["150"],
        ["AT", "CH"],
        ["Atlantis"],
    ]
)
houses = st.sampled_from(["DE", "DE-BY", "DACH", "US", "WORLD"]).map(lambda word: HousePolicy(territory=word))
clocks = st.sampled_from([Timeline(), CLOCK])


def in_frames(span: Span) -> Passage:
    made = Passage()
    made.frames.first_frame, made.frames.frames = span.start_pts, span.end_pts - span.start_pts
    return made


def in_seconds(span: Span) -> Passage:
    made = Passage()
    made.seconds.start.FromMilliseconds(span.start_pts * 40)
    made.seconds.end.FromMilliseconds(span.end_pts * 40)
    return made


def in_timecode(span: Span) -> Passage:
    made = Passage()
    made.timecode.start, made.timecode.end = (
        f"10:00:{each // 25:02}:{each % 25:02}" for each in (span.start_pts, span.end_pts)
    )
    return made


places = st.one_of(
    st.just({}),
    spans.map(lambda span: {"span": span}),
    spans.map(lambda span: {"span": Span(first_frame=span.start_pts, frames=span.end_pts - span.start_pts)}),
    st.just({"span": Span(start_pts=90, end_pts=10)}),
    *(
        spans.map(lambda span, spelt=spelt: {"passage": spelt(span)})
        for spelt in (in_frames, in_seconds, in_timecode)
    ),
)


@st.composite
def statements(draw: st.DrawFn, use: int | None = None) -> RightsStatement:
    made = RightsStatement(
        use=draw(st.sampled_from(rights.Use.values())) if use is None else use,
        issuer=draw(st.sampled_from(["agency", " Agency\u200b"])),
        statement_id=draw(st.sampled_from(["1", "2"])),
        revision=draw(st.integers(0, 3)),
        purposes=draw(st.lists(st.sampled_from([*PURPOSES, *PURPOSES, 0]), max_size=2, unique=True)),
        territories=draw(territories),
        payment=draw(payments),
        **draw(places),
    )
    for field in ("valid_from", "valid_until"):
        moment = draw(moments)
        if moment is not None:
            getattr(made, field).FromDatetime(moment)
    return made


def arrived(
    origins: st.SearchStrategy[Origin] | None = None, use: int | None = None
) -> st.SearchStrategy[ReceivedStatement]:
    origin = st.sampled_from(Origin) if origins is None else origins
    return st.builds(ReceivedStatement, statements(use), st.integers(0, 2), origin)


everything = st.lists(arrived(), max_size=7)
used = st.builds(Use, st.sampled_from(PURPOSES), st.just(NOW), st.one_of(st.none(), spans))
restricting = arrived(st.just(Origin.RESTRICTING))


def allows(stated: Sequence[ReceivedStatement], use: Use, house: HousePolicy, clock: Timeline) -> bool:
    return decide(stated, use, house, clock=clock).allowed


@many
@given(everything, st.lists(restricting, min_size=1, max_size=3), used, houses, clocks)
def test_whatever_an_actor_without_authority_adds_permits_no_more(
    stated: list[ReceivedStatement],
    added: list[ReceivedStatement],
    use: Use,
    house: HousePolicy,
    clock: Timeline,
) -> None:
    assert allows(stated, use, house, clock) or not allows([*stated, *added], use, house, clock)


@many
@given(everything, arrived(), used, houses, clocks)
def test_a_restriction_that_is_new_permits_no_more(
    stated: list[ReceivedStatement], added: ReceivedStatement, use: Use, house: HousePolicy, clock: Timeline
) -> None:
    added.statement.statement_id = "new"
    if added.statement.use == rights.USE_ALLOWED:
        added.statement.use = rights.USE_CONSTRAINED
    assert allows(stated, use, house, clock) or not allows([*stated, added], use, house, clock)


@many
@given(everything, arrived(st.just(Origin.PERMITTING)), used, houses, clocks)
def test_a_revision_that_is_nowhere_weaker_permits_no_more_also_in_place_of_the_others(
    stated: list[ReceivedStatement], newer: ReceivedStatement, use: Use, house: HousePolicy, clock: Timeline
) -> None:
    before = [each for chain in chains(stated, clock) if chain.key == newer.key for each in chain.revisions]
    terms = read_terms(newer.statement, clock)
    if not before or any(weaker_at(terms, each.terms) for each in before):
        return
    assert allows(stated, use, house, clock) or not allows([*stated, newer], use, house, clock)


@settings(many, phases=[Phase.explicit, Phase.generate])
@given(statements(), statements(), clocks)
def test_a_revision_that_is_weaker_permits_more_somewhere(
    older: RightsStatement, newer: RightsStatement, clock: Timeline
) -> None:
    """So the comparison refuses nothing for nothing."""
    older.statement_id, newer.statement_id = "1", "1"
    newer.issuer, older.issuer = "agency", "agency"
    older.revision, newer.revision = 1, 2
    new, old = read_terms(newer, clock), read_terms(older, clock)
    how = weaker_at(new, old)
    both_withhold = new.level is not old.level and not new.permits and not old.permits
    if not how or how == "price" or both_withhold:
        return
    basis = ReceivedStatement(RightsStatement(issuer="house", use=rights.USE_ALLOWED), 0, Origin.PERMITTING)
    others = ([], [basis])
    days = [NOW + timedelta(days=day, seconds=second) for day in range(-4, 4) for second in (-1, 0)]
    uses = [
        Use(purpose, day, span) for purpose in PURPOSES for day in days for span in cells(older, newer, clock)
    ]
    words = ("DE", "DE-BY", "DE-BE", "AT", "CH", "FR", "US", "JP")
    everywhere = [HousePolicy(frozenset(default), word) for default in (PURPOSES, ()) for word in words]
    assert any(
        allows([ReceivedStatement(newer, 0, Origin.PERMITTING), *more], use, house, clock)
        and not allows([ReceivedStatement(older, 0, Origin.PERMITTING), *more], use, house, clock)
        for more in others
        for house in everywhere
        for use in uses
    ), how


def cells(older: RightsStatement, newer: RightsStatement, clock: Timeline) -> list[Span]:
    passages_ = [read_terms(each, clock).passage for each in (older, newer)]
    edges = sorted({-5, *(edge for each in passages_ for edge in (each.start, each.end - 1, each.end))})
    return [Span(start_pts=edge, end_pts=edge + 1) for edge in edges if -(2**62) < edge < 2**62]


@many
@given(
    everything.flatmap(lambda stated: st.tuples(st.just(stated), st.permutations([*stated, *stated[:2]]))),
    used,
)
def test_order_and_duplicates_do_not_matter(
    both: tuple[list[ReceivedStatement], list[ReceivedStatement]], use: Use
) -> None:
    first, second = both
    assert decide(first, use, HOUSE, clock=CLOCK) == decide(second, use, HOUSE, clock=CLOCK)


@many
@given(
    everything.flatmap(lambda stated: st.tuples(st.just(stated), st.permutations(stated))),
    used,
    houses,
    clocks,
)
def test_what_is_kept_decides_as_everything_that_ever_came_in_whatever_order(
    both: tuple[list[ReceivedStatement], list[ReceivedStatement]],
    use: Use,
    house: HousePolicy,
    clock: Timeline,
) -> None:
    stated, arriving = both
    stored: list[ReceivedStatement] = []
    for each in arriving:
        stored = kept([*stored, each])
    assert decide(stored, use, house, clock=clock) == decide(stated, use, house, clock=clock)
    assert kept(stored) == stored


@many
@given(everything, st.sampled_from(PURPOSES), houses, clocks, spans)
def test_the_decisions_about_an_asset_and_its_passages_agree(
    stated: list[ReceivedStatement],
    purpose: "rights.Purpose.ValueType",
    house: HousePolicy,
    clock: Timeline,
    span: Span,
) -> None:
    by_passage = passages(stated, purpose, NOW, house, clock=clock)

    def withheld(start: int, end: int) -> bool:
        return not by_passage.allowed or any(
            each.start_pts < end and start < each.end_pts for each in by_passage.withheld
        )

    whole = extent(clock)
    assert allows(stated, Use(purpose, NOW), house, clock) is not withheld(whole.start, whole.end)
    assert allows(stated, Use(purpose, NOW, span), house, clock) is not withheld(span.start_pts, span.end_pts)
    parts = [Span(start_pts=tick, end_pts=tick + 1) for tick in range(span.start_pts, span.end_pts)][:40]
    if len(parts) == span.end_pts - span.start_pts:
        each_part = all(allows(stated, Use(purpose, NOW, part), house, clock) for part in parts)
        assert each_part is allows(stated, Use(purpose, NOW, span), house, clock)
    bounds = [edge for each in by_passage.withheld for edge in (each.start_pts, each.end_pts)]
    assert bounds == sorted(set(bounds))


@many
@given(
    st.lists(st.integers(1, 99), min_size=1, max_size=6, unique=True),
    st.sampled_from([None, in_frames, in_seconds, in_timecode]),
    st.integers(0, 6),
)
def test_permits_that_tile_a_passage_permit_it_and_those_that_leave_a_gap_do_not(
    cuts: list[int], spelt: object, left_out: int
) -> None:
    edges = [0, *sorted(cuts), 100]
    tiles = [
        ReceivedStatement(permit(Span(start_pts=start, end_pts=end), spelt, f"{start}"))
        for start, end in pairwise(edges)
    ]
    use = Use(TRAINING, NOW, Span(start_pts=0, end_pts=100))
    assert allows(tiles, use, HOUSE, CLOCK)
    del tiles[left_out % len(tiles)]
    assert not allows(tiles, use, HOUSE, CLOCK)


def permit(span: Span, spelt: object, name: str) -> RightsStatement:
    made = RightsStatement(use=rights.USE_ALLOWED, issuer="agency", statement_id=name)
    if callable(spelt):
        made.passage.CopyFrom(spelt(span))
    else:
        made.span.CopyFrom(span)
    return made


def test_two_permits_that_tile_the_asset_permit_it_whole_once_its_clock_is_known() -> None:
    tiles = [
        ReceivedStatement(permit(Span(start_pts=0, end_pts=100), None, "1")),
        ReceivedStatement(permit(Span(start_pts=100, end_pts=250), None, "2")),
    ]
    assert allows(tiles, Use(TRAINING, NOW), HOUSE, CLOCK)
    assert not allows(tiles, Use(TRAINING, NOW), HOUSE, Timeline())


def ban(**fields: object) -> RightsStatement:
    begins, ends = fields.pop("begins", None), fields.pop("ends", None)
    made = RightsStatement(issuer="agency", statement_id="7", **{"use": rights.USE_PROHIBITED, **fields})  # type: ignore[arg-type]
    if begins:
        made.valid_from.FromDatetime(begins)  # type: ignore[arg-type]
    if ends:
        made.valid_until.FromDatetime(ends)  # type: ignore[arg-type]
    return made


WEAKER = [
    ban(revision=9, span=Span(start_pts=0, end_pts=1)),
    ban(revision=9, territories=["US"]),
    ban(revision=9, purposes=[rights.PURPOSE_SHARING]),
    ban(revision=9, ends=NOW - timedelta(days=1)),
    ban(revision=9, begins=NOW + timedelta(days=1)),
    ban(revision=9, use=rights.USE_CONSTRAINED, territories=["US"]),
    ban(revision=9, use=rights.USE_ALLOWED),
    ban(revision=9, use=rights.USE_UNSPECIFIED, span=Span(start_pts=0, end_pts=1)),
]


@pytest.mark.parametrize("narrower", WEAKER)
def test_a_narrower_prohibition_of_a_higher_revision_permits_nothing_without_authority(
    narrower: RightsStatement,
) -> None:
    """An actor with authority "nobody" sent it, and training became allowed."""
    own = ReceivedStatement(RightsStatement(use=rights.USE_ALLOWED, issuer="house", statement_id="own"))
    forbidden = ReceivedStatement(ban(revision=1), 1, Origin.RESTRICTING)
    use = Use(TRAINING, NOW, Span(start_pts=100, end_pts=120))
    sent = ReceivedStatement(narrower, 2, Origin.RESTRICTING)
    assert weaker_at(read_terms(narrower, CLOCK), read_terms(forbidden.statement, CLOCK))
    assert not allows([own, forbidden, sent], use, HOUSE, CLOCK)
    assert not allows([own, sent, forbidden], use, HOUSE, CLOCK)
    by_authority = ReceivedStatement(narrower, 2, Origin.PERMITTING)
    assert allows([own, forbidden, by_authority], use, HOUSE, CLOCK)


def test_an_unauthorised_revision_of_a_permission_narrows_it_at_once_and_widens_nothing() -> None:
    until = ban(use=rights.USE_ALLOWED, revision=1, purposes=[TRAINING], ends=NOW + timedelta(days=9))
    other = ban(use=rights.USE_ALLOWED, revision=2, purposes=[TRAINING, rights.PURPOSE_SHARING])
    other.span.end_pts = 50
    stated = [ReceivedStatement(until, 0, Origin.PERMITTING), ReceivedStatement(other, 1, Origin.RESTRICTING)]
    inside, outside = Span(start_pts=10, end_pts=20), Span(start_pts=60, end_pts=70)
    assert allows(stated, Use(TRAINING, NOW, inside), HOUSE, CLOCK)
    assert not allows(stated, Use(rights.PURPOSE_SHARING, NOW, inside), HOUSE, CLOCK)
    assert not allows(stated, Use(TRAINING, NOW + timedelta(days=10), inside), HOUSE, CLOCK)
    narrowed = decide(stated, Use(TRAINING, NOW, outside), HOUSE, clock=CLOCK)
    assert "a later revision of the statement of agency no longer permits" in narrowed.sentence


def test_a_dearer_price_withholds_until_somebody_who_may_agrees_and_a_cheaper_one_changes_nothing() -> None:
    def at(amount: str, revision: int) -> RightsStatement:
        pay = rights.Payment(model=rights.PAY_MODEL_FLAT, amount=amount, currency="EUR")
        return ban(use=rights.USE_ALLOWED, revision=revision, payment=pay)

    agreed = ReceivedStatement(at("0.05", 1), 1, Origin.PERMITTING)
    use = Use(TRAINING, NOW)
    dearer = decide([agreed, ReceivedStatement(at("0.10", 2), 2, Origin.RESTRICTING)], use, HOUSE)
    assert not dearer.allowed
    assert "asks 0.10 EUR per sample and snapshot" in dearer.sentence
    cheaper = decide([agreed, ReceivedStatement(at("0.00", 2), 2, Origin.RESTRICTING)], use, HOUSE)
    assert [ground.payment.amount for ground in cheaper.grounds] == ["0.05"]
    accepted = decide([agreed, ReceivedStatement(at("0.10", 2), 2, Origin.PERMITTING)], use, HOUSE)
    assert [ground.payment.amount for ground in accepted.grounds] == ["0.10"]


def test_text_in_a_file_takes_the_place_of_no_contract() -> None:
    contract = ReceivedStatement(ban(revision=1), 1, Origin.PERMITTING)
    text = ReceivedStatement(
        ban(use=rights.USE_ALLOWED, revision=99, source=rights.STATEMENT_SOURCE_XMP), 0, Origin.FOUND
    )
    assert not allows([contract, text], Use(TRAINING, NOW), HOUSE, CLOCK)


@pytest.mark.parametrize(
    "words",
    [
        ["de"],
        ["DEU"],
        ["276"],
        ["EU"],
        ["eea"],
        ["DACH"],
        ["155"],
        ["DE-BY"],
        ["World"],
        ["Atlantis"],
        ["US", "Atlantis"],
    ],
)
def test_a_restriction_for_a_territory_that_touches_the_house_applies(words: list[str]) -> None:
    own = ReceivedStatement(RightsStatement(use=rights.USE_ALLOWED, issuer="house", statement_id="own"))
    assert not allows([own, ReceivedStatement(ban(territories=words))], Use(TRAINING, NOW), HOUSE, CLOCK)


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        (["de"], True), (["EU"], True), (["deu", "US"], True), (["150"], True), (["worldwide"], True),
        (["DE-BY"], False), (["US"], False), (["Atlantis"], False), (["AT", "CH"], False),
        (["Atlantis", "DE"], True),
    ],
)  # fmt: skip
def test_a_permission_must_cover_the_house(words: list[str], allowed: bool) -> None:
    permission = ban(use=rights.USE_ALLOWED, territories=words)
    assert allows([ReceivedStatement(permission)], Use(TRAINING, NOW), HOUSE, CLOCK) is allowed


def test_a_restriction_elsewhere_does_not_apply_and_permits_may_tile_the_house() -> None:
    own = ReceivedStatement(RightsStatement(use=rights.USE_ALLOWED, issuer="house", statement_id="own"))
    assert allows([own, ReceivedStatement(ban(territories=["US"]))], Use(TRAINING, NOW), HOUSE, CLOCK)
    bavaria = HousePolicy(territory="DE-BY")
    assert allows([own, ReceivedStatement(ban(territories=["DE-BE"]))], Use(TRAINING, NOW), bavaria, CLOCK)
    three = [
        ReceivedStatement(
            RightsStatement(use=rights.USE_ALLOWED, issuer="a", statement_id=word, territories=[word])
        )
        for word in ("AT", "DE", "CH")
    ]
    dach = HousePolicy(territory="DACH")
    assert allows(three, Use(TRAINING, NOW), dach, CLOCK)
    assert not allows(three[:2], Use(TRAINING, NOW), dach, CLOCK)


def drop_frame_clock() -> Timeline:
    rate = Fraction(30000, 1001)
    return Timeline(
        time_base=Ratio(numerator=1, denominator=30000),
        frame_rate=Ratio(numerator=30000, denominator=1001),
        start_pts=900,
        duration_pts=30000 * 300,
        frame_count=int(300 * rate),
        start_timecode="09:59:00;02",
        drop_frame=True,
    )


def test_a_passage_in_drop_frame_timecode_lies_where_its_labels_stand() -> None:
    clip = ban()
    clip.passage.timecode.start, clip.passage.timecode.end = "10:00:00;00", "10:00:10;00"
    passage = read_terms(clip, drop_frame_clock()).passage
    # From ;02 of a minute that drops its first two labels to the next one are 1798 frames.
    assert (passage.start, passage.end) == (900 + 1798 * 1001, 900 + 2098 * 1001)


@pytest.mark.parametrize("label", ["10:00:10:00", "10:01:00;00", "25:00:00;00"])
def test_a_passage_whose_labels_the_asset_cannot_have_withholds_all_of_it(label: str) -> None:
    clip = ban()
    clip.passage.timecode.start, clip.passage.timecode.end = "10:00:00;00", label
    terms = read_terms(clip, drop_frame_clock())
    assert terms.unreadable
    assert terms.passage == extent(Timeline())


def test_a_passage_that_begins_before_the_asset_is_withheld_from_its_start() -> None:
    clip = ban()
    clip.passage.timecode.start, clip.passage.timecode.end = "09:58:50;00", "09:59:30;00"
    passage = read_terms(clip, drop_frame_clock()).passage
    assert passage.start < 900 < passage.end < 900 + 31 * 30000


def test_a_passage_in_frames_withholds_all_of_an_asset_with_gaps_and_one_in_timecode_its_labels() -> None:
    clock = drop_frame_clock()
    clock.has_gaps = True
    frames = ban()
    frames.passage.frames.first_frame, frames.passage.frames.frames = 100, 10
    assert read_terms(frames, clock).passage == extent(Timeline())
    labels = ban()
    labels.passage.timecode.start, labels.passage.timecode.end = "10:00:00;00", "10:00:10;00"
    assert read_terms(labels, clock).passage == read_terms(labels, drop_frame_clock()).passage
