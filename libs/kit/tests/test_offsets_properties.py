"""The offset ledger under any interleaving: nothing unfinished is committed past, nothing taken twice."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from framewell_kit.stream.consumer.offsets import OffsetTracker

END = 40


class LedgerMachine(RuleBasedStateMachine):
    """A consumer that reads forward, seeks back when told to, loses its partition and gets it again.

    The offsets of the partition have holes, as compaction leaves them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.offsets = [offset for offset in range(END) if offset % 7 != 3 and offset not in (11, 12)]
        self.finished: set[int] = set()  # by anybody, ever
        self.committed = 0  # what the broker keeps
        self.begin_assignment()

    def begin_assignment(self) -> None:
        self.ledger = OffsetTracker()
        self.position = self.committed
        self.read: set[int] = set()
        self.taken: set[int] = set()
        self.done: set[int] = set()

    @rule(count=st.integers(1, 8), refused=st.booleans())
    def poll(self, count: int, refused: bool) -> None:
        batch = [offset for offset in self.offsets if offset >= self.position][:count]
        for offset in batch:
            self.read.add(offset)
            if refused:
                self.ledger.leave(offset)
            elif self.ledger.take(offset):
                assert offset not in self.taken, "the same record is under way twice"
                assert offset not in self.done, "a finished record is done again"
                self.taken.add(offset)
            else:
                assert offset in self.taken | self.done, "a record that is to be done was passed over"
            self.position = offset + 1
        if refused:
            self.rewind()

    @rule(data=st.data())
    @precondition(lambda self: self.taken)
    def finish(self, data: st.DataObject) -> None:
        offset = data.draw(st.sampled_from(sorted(self.taken)))
        self.ledger.finish(offset)
        self.taken.remove(offset)
        self.done.add(offset)
        self.finished.add(offset)

    @rule(data=st.data())
    @precondition(lambda self: self.taken)
    def give_back(self, data: st.DataObject) -> None:
        offset = data.draw(st.sampled_from(sorted(self.taken)))
        self.ledger.give_back(offset)
        self.taken.remove(offset)
        self.rewind()

    @rule()
    def commit(self) -> None:
        offset = self.ledger.committable()
        if offset is not None:
            self.committed = offset

    @rule(back=st.integers(0, END))
    def seek_anywhere_before(self, back: int) -> None:
        self.position = min(self.position, back)

    @rule()
    def lose_the_partition(self) -> None:
        self.begin_assignment()

    def rewind(self) -> None:
        waiting = self.ledger.first_waiting()
        if waiting is not None:
            self.position = min(self.position, waiting)

    @invariant()
    def nothing_unfinished_is_committed_past(self) -> None:
        committable = self.ledger.committable()
        for offset in self.offsets:
            if offset < max(committable or 0, self.committed):
                assert offset in self.finished

    @invariant()
    def it_knows_what_it_holds(self) -> None:
        assert self.ledger.under_way == len(self.taken)
        waiting = self.read - self.taken - self.done
        # A record that is seen again after the partition was read from further back may be known twice over.
        assert self.ledger.first_waiting() == min(waiting, default=None)

    def teardown(self) -> None:
        """Whatever happened: who reads on and finishes everything is left with everything done."""
        for offset in sorted(self.taken):
            self.ledger.finish(offset)
            self.finished.add(offset)
        self.taken.clear()
        self.rewind()
        for offset in self.offsets:
            if offset >= self.position and self.ledger.take(offset):
                self.ledger.finish(offset)
                self.finished.add(offset)
        assert self.finished == set(self.offsets)
        assert self.ledger.committable() == self.offsets[-1] + 1
        assert self.ledger.unfinished == 0


LedgerMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
TestLedger = LedgerMachine.TestCase


def test_a_record_that_was_not_taken_can_neither_end_nor_be_given_back() -> None:
    ledger = OffsetTracker()
    ledger.leave(5)
    for end in (ledger.finish, ledger.give_back):
        with pytest.raises(KeyError):
            end(5)
    assert ledger.take(5)
    ledger.finish(5)
    with pytest.raises(KeyError):
        ledger.finish(5)


def test_records_below_the_first_ever_read_are_not_passed_over() -> None:
    ledger = OffsetTracker()
    assert ledger.take(120)
    ledger.finish(120)
    assert ledger.committable() == 121
    assert ledger.take(100)
    assert ledger.committable() == 100


def test_what_it_remembers_does_not_grow_while_everything_is_finished() -> None:
    ledger = OffsetTracker()
    for offset in range(10_000):
        assert ledger.take(offset)
        ledger.finish(offset)
        if not offset % 100:
            assert ledger.committable() == offset + 1
            assert ledger.remembered == 0
