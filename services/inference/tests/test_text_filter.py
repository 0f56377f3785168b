"""Looking for text only when text may have changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from framewell_inference.analysers.text.filter import AT_LEAST_EVERY, SETTLING, TextFilter
from framewell_inference.domain.pictures import Grey, Picture

Caption = Callable[..., Picture]


def grey(picture: Picture) -> Grey:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)


def passed(pictures: Sequence[Picture]) -> list[bool]:
    text_filter = TextFilter()
    return [text_filter.passes(grey(picture)) for picture in pictures]


def test_a_quiet_picture_is_skipped_and_a_caption_passes_when_it_comes_and_goes(
    man_in_car: list[Picture], caption: Caption
) -> None:
    bare = caption(man_in_car[0], "", "")
    titled = caption(man_in_car[0], "Jörg Müßigbrodt", "Reporter (fiktiv)")
    looks = passed([*[bare] * 5, *[titled] * 4, *[bare] * 4])
    assert looks == [
        *[True, True, True, False, False],
        *[True, True, True, False],
        *[True, True, True, False],
    ]


def test_a_running_ticker_alone_does_not_keep_it_open(man_in_car: list[Picture], caption: Caption) -> None:
    words = "+++ Wetter: sonnig +++ Handball: Heimsieg +++ Börse: ruhig +++ Verkehr: frei " * 3
    pictures = [caption(man_in_car[0], "", "", ticker=words, shift=at * 90) for at in range(7)]
    assert passed(pictures)[1 + SETTLING :] == [False] * 4


def test_it_opens_every_four_seconds_whatever_happens(man_in_car: list[Picture]) -> None:
    looks = passed([man_in_car[0]] * 30)
    waits = np.diff(np.flatnonzero(looks))
    assert waits.max() == AT_LEAST_EVERY


def test_any_picture_size_will_do() -> None:
    for size in ((64, 48), (272, 640), (1, 1000), (1080, 1920)):
        assert TextFilter().passes(np.zeros(size, np.uint8))
