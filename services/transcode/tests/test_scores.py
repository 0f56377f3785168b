"""What shots are found by: the arithmetic of scores, and pictures in order."""

from __future__ import annotations

import random

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from framewell_transcode.adapters.pyav.chunk_decoder import REORDER_DEPTH, DecodedPicture, in_order
from framewell_transcode.domain.scores import COARSE_COLUMNS, COARSE_ROWS, GRID_COLUMNS, GRID_ROWS, coarse_of
from framewell_transcode.transcoding.chunk_transcoder import thumbnail_of
from framewell_transcode.transcoding.cuts import difference

RANDOM = np.random.default_rng(11)


def thumbnail(most: int) -> NDArray[np.uint8]:
    return RANDOM.integers(0, most, (3, GRID_ROWS, GRID_COLUMNS), dtype=np.uint8, endpoint=True)


@pytest.mark.parametrize("most", [0, 1, 17, 255])
def test_the_difference_is_the_sum_of_the_mean_absolute_differences(most: int) -> None:
    before, after = thumbnail(most), thumbnail(255)
    plain = np.abs(after.astype(np.int64) - before).mean(axis=(1, 2)).sum()
    assert difference(before, after) == difference(after, before) == plain


@pytest.mark.parametrize("most", [0, 1, 17, 255])
def test_a_coarse_picture_holds_the_rounded_mean_of_every_block(most: int) -> None:
    whole = thumbnail(most)
    rows, columns = GRID_ROWS // COARSE_ROWS, GRID_COLUMNS // COARSE_COLUMNS
    for plane, made in zip(whole.astype(int), coarse_of(whole), strict=True):
        for place in np.ndindex(COARSE_ROWS, COARSE_COLUMNS):
            top, left = place[0] * rows, place[1] * columns
            total = plane[top : top + rows, left : left + columns].sum()
            assert made[place] == (2 * total + rows * columns) // (2 * rows * columns)


@pytest.mark.parametrize("size", [(960, 540), (304, 540), (720, 404), (62, 540), (2, 2)])
def test_the_grid_takes_the_pixel_at_the_middle_of_each_of_its_fields(size: tuple[int, int]) -> None:
    width, height = size
    planes = RANDOM.integers(0, 256, (height * 3 // 2, width), dtype=np.uint8)
    made = thumbnail_of(av.VideoFrame.from_ndarray(planes, format="yuv420p"))
    luma = planes[:height]
    for row, column in ((0, 0), (45, 80), (GRID_ROWS - 1, GRID_COLUMNS - 1)):
        top = int((row + 0.5) * height / GRID_ROWS)
        left = int((column + 0.5) * width / GRID_COLUMNS)
        assert made[0, row, column] == luma[top, left]


def pictures(rows: list[int]) -> list[DecodedPicture]:
    return [DecodedPicture(row, object(), (2, 2)) for row in rows]


def test_a_picture_whose_turn_it_is_waits_for_no_other() -> None:
    decoded = iter(pictures([0, 1, 2, 3]))
    ordered = in_order(decoded)
    assert next(ordered).row == 0
    assert next(decoded).row == 1


def test_pictures_out_of_order_or_double_come_out_once_and_in_order() -> None:
    shuffle = random.Random(3)
    for _ in range(200):
        rows = [row for row in range(60) if shuffle.random() < 0.9]
        late = sorted(rows, key=lambda row: row + shuffle.uniform(0, REORDER_DEPTH - 1))
        doubled = [row for row in late for _ in range(1 + (shuffle.random() < 0.05))]
        assert [picture.row for picture in in_order(iter(pictures(doubled)))] == rows


def test_a_picture_that_never_comes_does_not_hold_back_more_than_can_be_reordered() -> None:
    decoded = iter(pictures([0, *range(2, 100)]))
    ordered = in_order(decoded)
    assert [next(ordered).row for _ in range(2)] == [0, 2]
    assert next(decoded).row == 2 + REORDER_DEPTH + 1
    assert [picture.row for picture in ordered] == [*range(3, 2 + REORDER_DEPTH + 1), *range(20, 100)]
