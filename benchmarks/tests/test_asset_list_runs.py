"""The benchmark of the list of assets: that it runs, and asks for pages everywhere in every order."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from benchmarks.asset_list.__main__ import FILTERS, ORDERS, PLACES, tokens
from benchmarks.asset_list.archive import asset
from framewell_gateway.adapters.change_ticks import marks_at
from framewell_gateway.adapters.summary_fields import new_document, row_of
from framewell_gateway.domain.asset_index import AssetIndex
from framewell_gateway.domain.asset_lists import AssetFilter
from framewell_kit.paging import decode_token

ROOT = Path(__file__).parents[2]


@pytest.mark.story
def test_every_page_is_measured_through_a_real_gateway() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.asset_list", "--quick"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "2,000 assets: stored in" in ended.stdout, ended.stderr  # whether in time is not asked here
    for name in FILTERS:
        assert f"\n{name} " in ended.stdout
    assert ended.stdout.count(" page ") == len(ORDERS) * len(PLACES)


def test_the_last_page_has_the_last_assets() -> None:
    index, random = AssetIndex(), Random(1)
    for number in range(450):
        index.put(row_of(new_document(asset(number, random), marks_at(number, "a test"))))
    found = tokens(index)
    for order in ORDERS:
        places = found[order.name]
        assert places["first"] == ""
        kind = str if order.field == "title" else int
        after = decode_token(order.place(places["last"]), (kind, str))
        ids, last, total = index.find(AssetFilter(), order, 100, after)
        assert (len(ids), last, total) == (100, None, 450)
