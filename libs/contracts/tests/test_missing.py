"""Parts of an asset that are missing, in sentences that say each thing once."""

from __future__ import annotations

import pytest

from framewell.media.v1.media_pb2 import MediaIndex
from framewell_contracts.missing import by_reason, chunks_lack, missing_of, passage_text
from framewell_contracts.sentences import Sentence, wordings_of


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([3], "chunk 3 is missing: late"),
        ([4, 3, 3], "chunks 3–4 are missing: late"),
        ([0, 7, 2], "chunks 0, 2, 7 are missing: late"),
        ([0, *range(3, 13), 14], "chunks 0, 3–12, 14 are missing: late"),
        (range(0, 200, 2), "chunks 0, 2, 4, 6, 8, 10, 12, 14 and 92 more are missing: late"),
    ],
)
def test_chunks_are_named_by_their_numbers(numbers: list[int], text: str) -> None:
    assert chunks_lack(numbers, "missing", "late") == text


def test_what_is_missing_comes_back_with_what_it_was_made_of_and_an_older_message_as_its_texts() -> None:
    said = passage_text(8, 12)
    known = missing_of(MediaIndex(missing=[said, "somebody's"], missing_wordings=wordings_of([said, "x"])))
    assert known == [said, "somebody's"]
    assert [type(one) for one in known] == [Sentence, str]
    assert missing_of(MediaIndex(missing=[said])) == [str(said)]


def test_reasons_come_in_the_order_of_what_they_concern() -> None:
    assert by_reason({9: "late", 2: "dark", 1: "late"}) == {"late": [1, 9], "dark": [2]}


@pytest.mark.parametrize(
    ("passage", "text"),
    [
        ((8, 12, range(200, 300)), "From 0:00:08.0 to 0:00:12.0 (frames 200 to 299)"),
        ((0, 3661.5, range(0)), "From 0:00:00.0 to 1:01:01.5"),
        ((59.98, 60.02, range(1)), "From 0:00:59.98 to 0:01:00.02 (frames 0 to 0)"),
    ],
)
def test_a_passage_is_named_by_its_times_and_frames(passage: tuple[float, float, range], text: str) -> None:
    assert passage_text(*passage) == text
