"""The offset tracker under any interleaving: nothing unfinished is committed past, nothing taken twice."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from framewell_kit.stream.consumer.offsets import OffsetTracker

END = 40


class TrackerMachine(RuleBasedStateMachine):
    """A consumer that reads forward, seeks back when asked to, loses its partition and gets it again.

    The offsets of the partition have holes, as compaction leaves them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.offsets = [offset for offset in range(END) if offset % 7 != 3 and offset not in (11, 12)]
        self.finished: set[int] = set()  # by anybody, ever
        self.committed = 0  # what the broker keeps
        self.begin_assignment()

    def begin_assignment(self) -> None:
        self.tracker = OffsetTracker()
        self.position = self.committed
        self.read: set[int] = set()
        self.taken: set[int] = set()
        self.done: set[int] = set()

    @rule(count=st.integers(1, 8), refused=st.booleans(), together=st.booleans())
    def poll(self, count: int, refused: bool, together: bool) -> None:
        batch = [offset for offset in self.offsets if offset >= self.position][:count]
        if batch and together and self.tracker.take_all(batch):
            assert not self.read & set(batch), "they were not all behind what was read before"
            self.read.update(batch)
            self.taken.update(batch)
            self.position = batch[-1] + 1
            return
        for offset in batch:
            self.read.add(offset)
            if refused:
                self.tracker.leave(offset)
            elif self.tracker.take(offset):
                assert offset not in self.taken, "the same record is in flight twice"
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
        self.tracker.finish(offset)
        self.taken.remove(offset)
        self.done.add(offset)
        self.finished.add(offset)

    @rule(data=st.data())
    @precondition(lambda self: self.taken)
    def give_back(self, data: st.DataObject) -> None:
        offset = data.draw(st.sampled_from(sorted(self.taken)))
        self.tracker.give_back(offset)
        self.taken.remove(offset)
        self.rewind()

    @rule()
    def commit(self) -> None:
        offset = self.tracker.committable()
        if offset is not None:
            self.committed = offset

    @rule(back=st.integers(0, END))
    def seek_anywhere_before(self, back: int) -> None:
        self.position = min(self.position, back)

    @rule()
    def lose_the_partition(self) -> None:
        self.begin_assignment()

    def rewind(self) -> None:
        waiting = self.tracker.first_waiting()
        if waiting is not None:
            self.position = min(self.position, waiting)

    @invariant()
    def nothing_unfinished_is_committed_past(self) -> None:
        committable = self.tracker.committable()
        for offset in self.offsets:
            if offset < max(committable or 0, self.committed):
                assert offset in self.finished

    @invariant()
    def it_knows_what_it_holds(self) -> None:
        assert self.tracker.in_flight == len(self.taken)
        waiting = self.read - self.taken - self.done
        # A record that is seen again after the partition was read from further back may be known twice over.
        assert self.tracker.first_waiting() == min(waiting, default=None)

    def teardown(self) -> None:
        """Whatever happened: who reads on and finishes everything is left with everything done."""
        for offset in sorted(self.taken):
            self.tracker.finish(offset)
            self.finished.add(offset)
        self.taken.clear()
        self.rewind()
        for offset in self.offsets:
            if offset >= self.position and self.tracker.take(offset):
                self.tracker.finish(offset)
                self.finished.add(offset)
        assert self.finished == set(self.offsets)
        assert self.tracker.committable() == self.offsets[-1] + 1
        assert self.tracker.unfinished == 0


TrackerMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
TestTracker = TrackerMachine.TestCase


def test_a_record_that_was_not_taken_can_neither_end_nor_be_given_back() -> None:
    tracker = OffsetTracker()
    tracker.leave(5)
    for end in (tracker.finish, tracker.give_back):
        with pytest.raises(KeyError):
            end(5)
    assert tracker.take(5)
    tracker.finish(5)
    with pytest.raises(KeyError):
        tracker.finish(5)


def test_records_below_the_first_ever_read_are_not_passed_over() -> None:
    tracker = OffsetTracker()
    assert tracker.take(120)
    tracker.finish(120)
    assert tracker.committable() == 121
    assert tracker.take(100)
    assert tracker.committable() == 100


def test_what_it_remembers_does_not_grow_while_everything_is_finished() -> None:
    tracker = OffsetTracker()
    for offset in range(10_000):
        assert tracker.take(offset)
        tracker.finish(offset)
        if not offset % 100:
            assert tracker.committable() == offset + 1
            assert tracker.remembered == 0
