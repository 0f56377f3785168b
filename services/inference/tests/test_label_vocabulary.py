"""Words instead of classes: the narrowest one that is sure, a wider one where none is, else nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from framewell_inference.analysers.labels.vocabulary import Vocabulary, shipped_vocabulary
from framewell_inference.domain.pictures import Float, Frame, Picture
from framewell_inference.ports.analysers import Analysers

TEXT = """
# animals
animal @ .8: 0-3
dog < animal: 0-1
cat < animal: 2
car: 4
"""


def scores(*values: float) -> Float:
    return np.array(values, np.float32)


@pytest.mark.parametrize(
    ("probabilities", "words"),
    [
        (scores(0.4, 0.3, 0.1, 0.1, 0, 0.1), ["dog"]),  # no class is sure, their sum is
        (scores(0.3, 0.2, 0.3, 0.1, 0, 0.1), ["animal"]),  # dog or cat: the wider word
        (scores(0.3, 0.2, 0.2, 0.0, 0, 0.3), []),  # not even that
        (scores(0, 0, 0, 0.9, 0, 0.1), ["animal"]),  # in no narrower word
        (scores(0, 0, 0, 0, 0.1, 0.9), []),  # a class in no word
    ],
)
def test_the_narrowest_sure_word_is_reported(probabilities: Float, words: list[str]) -> None:
    assert list(Vocabulary.read(TEXT, 6).reported(probabilities, 0.6)) == words


@pytest.mark.parametrize("line", ["dog", "dog: x", "dog < wolf: 1", "dog: 6", "animal: 0\ndog < animal: 1"])
def test_a_vocabulary_that_is_none_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"dog|'x'"):
        Vocabulary.read(line, 6)


def test_the_wider_words_of_a_word_are_known() -> None:
    assert shipped_vocabulary(1000).broader("shark") == ["shark", "fish", "animal"]


def test_a_rocket_is_no_drilling_platform_and_a_cat_is_a_cat(
    analysers: Analysers, frames: Callable[..., list[Frame]], astronaut: Picture, man_in_car: list[Picture]
) -> None:
    """What the 1000 classes were sure of at 0.3 here: bobsled, football helmet, bow tie, suit."""
    one = analysers.pictures[2].begin()
    one.look(frames([astronaut, *man_in_car[:3]]))
    assert [each.label for each in one.finish().observations if each.kind == "label"] == []
