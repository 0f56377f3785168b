"""Every checker notices what it is for, on traces as a broken runtime leaves them."""

from __future__ import annotations

from typing import Any, TypeAlias

from chaos import checkers
from chaos.checkers import Effect
from chaos.journal import JournalEntry
from chaos.outcome import Outcome

State: TypeAlias = dict[str, list[dict[str, Any]]]


def entry(what: str, number: int, at: int, key: str = "a") -> JournalEntry:
    return JournalEntry(what, key, number, f"{key}-{number}", 1, at)


def test_an_event_that_nothing_answers_is_lost() -> None:
    assert checkers.lost(["1", "2", "3"], {"1", "3"}) == ["2"]
    assert checkers.lost(["1"], {"1", "of another row"}) == []


def test_a_repeat_of_the_same_event_is_one_effect_and_anything_else_is_two() -> None:
    first, repeat = Effect("1", "id", b"x"), Effect("1", "id", b"x")
    assert checkers.doubled([first, repeat]) == []
    assert checkers.doubled([first, Effect("1", "another id", b"x")]) == ["1"]
    assert checkers.doubled([first, Effect("1", "id", b"decided anew")]) == ["1"]


def test_a_successor_that_begins_too_early_is_out_of_order() -> None:
    in_order = [
        entry("attempt", 1, 10),
        entry("ended", 1, 20),
        entry("attempt", 2, 21),
        entry("ended", 2, 30),
    ]
    at_once = [entry("attempt", 1, 10), entry("attempt", 2, 11), entry("ended", 1, 20), entry("ended", 2, 21)]
    overtaken = [
        entry("attempt", 2, 10),
        entry("ended", 2, 20),
        entry("attempt", 1, 21),
        entry("ended", 1, 30),
    ]
    assert checkers.out_of_order(in_order) == []
    assert checkers.out_of_order(at_once) == ["a"]
    assert checkers.out_of_order(overtaken) == ["a"]


def test_an_attempt_that_died_is_made_again_before_its_successor() -> None:
    died = [entry("attempt", 1, 10), entry("attempt", 1, 40), entry("ended", 1, 50), entry("attempt", 2, 51)]
    skipped = [entry("attempt", 1, 10), entry("attempt", 2, 40), entry("ended", 2, 50)]
    assert checkers.out_of_order(died) == []
    assert checkers.out_of_order(skipped) == ["a"]


def test_another_key_may_go_on_meanwhile() -> None:
    assert (
        checkers.out_of_order(
            [
                entry("attempt", 1, 10),
                entry("attempt", 2, 11, "b"),
                entry("ended", 2, 12, "b"),
                entry("ended", 1, 20),
            ]
        )
        == []
    )


def test_a_commit_past_unfinished_work_is_seen() -> None:
    written = {0: {5: "five", 6: "six", 7: "seven"}, 1: {0: "zero"}}
    assert checkers.committed_past_unfinished({0: 7, 1: 0}, written, {"five", "six"}) == []
    assert checkers.committed_past_unfinished({0: 8, 1: 0}, written, {"five", "six"}) == ["seven"]
    assert checkers.committed_past_unfinished({0: 7}, written, {"six", "seven"}) == ["five"]


def test_a_write_of_an_older_epoch_after_a_newer_one_is_a_zombies() -> None:
    assert checkers.zombie_writes([1, 1, 2, 2]) == 0
    assert checkers.zombie_writes([1, 2, 1, 2]) == 1


def test_the_state_hash_minds_content_and_neither_order_nor_what_it_is_told_to_leave_out() -> None:
    one: State = {"parts": [{"_id": 1, "at": "noon", "of": {"x": 1, "y": 2}}, {"_id": 2}]}
    same: State = {"parts": [{"_id": 2}, {"of": {"y": 2, "x": 1}, "at": "later", "_id": 1}]}
    other: State = {"parts": [{"_id": 2}, {"of": {"y": 3, "x": 1}, "at": "noon", "_id": 1}]}
    twice: State = {"parts": [{"_id": 2}, *one["parts"]]}
    assert checkers.state_hash(one, without={"at"}) == checkers.state_hash(same, without={"at"})
    assert checkers.state_hash(one) != checkers.state_hash(same)
    assert checkers.state_hash(one, without={"at"}) != checkers.state_hash(other, without={"at"})
    assert checkers.state_hash(one) != checkers.state_hash(twice)


def test_a_row_is_clean_only_if_nothing_at_all_is_wrong() -> None:
    assert Outcome("x", "fault").clean
    assert not Outcome("x", "fault", lost=1).clean
    assert not Outcome("x", "fault", doubled=1).clean
    assert not Outcome("x", "fault", problems=["out of order"]).clean
