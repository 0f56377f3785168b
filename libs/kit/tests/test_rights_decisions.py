"""The newest decision counts in every order of arrival, and what was left out returns once permitted."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewell.asset.v1.asset_pb2 import AssetPermitted
from framewell.media.v1.media_pb2 import Span
from framewell.rights.v1.rights_pb2 import Purpose, PurposeDecision, RightsDecided
from framewell_kit.documents import MemoryDocuments
from framewell_kit.outcomes import NotYet
from framewell_kit.rights_decisions import EVERYTHING, Passages, RightsDecisions
from framewell_kit.testing.clocks import HeldClock

ASSET, ANALYSIS = "asset-1", Purpose.PURPOSE_ANALYSIS


def decided(
    revision: int, *withheld: tuple[int, int], allowed: bool = True, gone: bool = False
) -> RightsDecided:
    """Return a decision about analysis."""
    spans = [Span(start_pts=start, end_pts=end) for start, end in withheld]
    one = PurposeDecision(purpose=ANALYSIS, allowed=allowed, withheld=spans, sentence=f"Decision {revision}.")
    return RightsDecided(asset_id=ASSET, revision=revision, gone=gone, purposes=[] if gone else [one])


@pytest.fixture
def decisions() -> RightsDecisions:
    return RightsDecisions(MemoryDocuments(), HeldClock())


intervals = st.lists(st.tuples(st.integers(-5, 30), st.integers(-5, 30)), max_size=6)


@given(intervals, intervals)
def test_passages_are_the_sets_of_their_pts(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    a, b = Passages.of(one), Passages.of(other)
    points = range(-6, 32)
    inside = lambda given, pts: any(start <= pts < end for start, end in given)  # noqa: E731
    for pts in points:
        assert (pts in a) == inside(one, pts)
        assert (pts in (a | b)) == (pts in a or pts in b)
        assert (pts in (a - b)) == (pts in a and pts not in b)
        assert (pts in a.within(3, 9)) == (pts in a and 3 <= pts < 9)
    assert bool(a) == any(pts in a for pts in points)


async def test_the_newest_decision_counts_and_gone_is_final(decisions: RightsDecisions) -> None:
    facts = [decided(1), decided(2, allowed=False), decided(3, (5, 9))]
    for seed in range(6):
        random.Random(seed).shuffle(facts)
        await decisions.forget(ASSET)
        for fact in facts:
            await decisions.keep(fact)
        found = await decisions.of(ASSET)
        assert found is not None
        assert (found.revision, found.permission(ANALYSIS).withheld.intervals) == (3, ((5, 9),))
    await decisions.keep(decided(2, gone=True))
    after = await decisions.keep(decided(9))
    assert after.gone
    assert not after.permission(ANALYSIS).allowed


async def test_what_is_not_decided_or_cannot_be_placed_is_withheld(decisions: RightsDecisions) -> None:
    found = await decisions.keep(decided(1))
    assert found.permission(ANALYSIS).allowed
    sharing = found.permission(Purpose.PURPOSE_SHARING)
    assert (sharing.allowed, sharing.sentence) == (False, "Nothing is decided about the purpose sharing.")
    unplaced = decided(2)
    unplaced.purposes[0].withheld.append(Span(first_frame=10, frames=5))
    assert (await decisions.keep(unplaced)).permission(ANALYSIS).withheld == EVERYTHING


async def test_a_decision_is_waited_for_in_place_and_then_later(decisions: RightsDecisions) -> None:
    with pytest.raises(NotYet, match="has not decided yet"):
        await decisions.waited_for(ASSET)
    await decisions.keep(decided(3))
    assert (await decisions.waited_for(ASSET, 3)).revision == 3
    with pytest.raises(NotYet):
        await decisions.waited_for(ASSET, 4)


async def test_what_was_left_out_is_asked_for_once_it_is_permitted_in_either_order(
    decisions: RightsDecisions,
) -> None:
    await decisions.keep(decided(1, allowed=False))
    await decisions.leave_out(ASSET, 1, EVERYTHING)
    assert await decisions.outstanding(ASSET) is None
    await decisions.keep(decided(2, (0, 50)))
    fact = await decisions.outstanding(ASSET)
    assert fact is not None
    assert isinstance(fact.message, AssetPermitted)
    assert (fact.message.work.generation, fact.message.rights_revision) == (1, 2)
    assert await decisions.outstanding(ASSET) == fact, "whoever asks, it is the same event"
    await decisions.leave_out(ASSET, 2, Passages.of([(0, 50)]))
    assert await decisions.outstanding(ASSET) is None, "the next generation lacks only what is withheld"
    await decisions.keep(decided(3, (0, 40)))
    again = await decisions.outstanding(ASSET)
    assert again is not None
    assert isinstance(again.message, AssetPermitted)
    assert again.message.work.generation == 2
