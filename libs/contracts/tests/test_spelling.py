"""One spelling of names: whatever people see as the same is the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewell_contracts.spelling import normalised


@pytest.mark.parametrize(
    "spelt", ["NASA", " nasa ", "ＮＡＳＡ", "Na\u200bsa", "\ufeffnasa", "nasa\u00a0", "NA\u00adSA\n"]
)
def test_case_white_space_and_invisible_characters_do_not_count(spelt: str) -> None:
    assert normalised(spelt) == "nasa"


def test_both_encodings_of_an_accent_are_one_and_punctuation_counts() -> None:
    assert normalised("Müßig") == normalised("Mu\u0308SSIG")
    assert normalised("/playout/7") != normalised("/playout-7")
    assert normalised("Kanal  Eins") == normalised("kanal\u2003eins") != normalised("kanaleins")


@given(st.text())
def test_what_is_normalised_stays_as_it_is(name: str) -> None:
    assert normalised(normalised(name)) == normalised(name)
    assert normalised(name.upper()) == normalised(name.upper().upper())
