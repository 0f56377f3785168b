"""A long asset still ends: its closing fact fits into an event, whatever the number of chunks."""

from __future__ import annotations

import pytest

from framewell.asset.v1.asset_pb2 import AssetAnalysed
from framewell.chunk.v1.chunk_pb2 import AnalyserResult, ChunkAnalysed
from framewell.media.v1.media_pb2 import ObjectRef, Timeline
from framewell.mesh.v1.mesh_pb2 import Ratio
from framewell_contracts.topics import MAX_EVENT_BYTES
from framewell_inference.domain.messages import done
from framewell_inference.handlers.complete_asset import fitting


def reference(number: int) -> ObjectRef:
    digest = f"{number:064x}"
    return ObjectRef(
        key=f"{digest[:2]}/{digest}.observations.pb",
        media_type="application/protobuf",
        size=100_000,
        sha256=digest,
    )


def asset(chunks: int) -> AssetAnalysed:
    timeline = Timeline(time_base=Ratio(numerator=1, denominator=90_000), frame_count=10**6)
    names = ("faces", "text", "labels", "safety")
    return AssetAnalysed(
        asset_id="a",
        outcome=done(),
        timeline=timeline,
        chunks=[
            ChunkAnalysed(
                asset_id="a" * 36,
                chunk_id=f"{'a' * 36}/0/{number * 900_000}",
                index=number,
                frames=reference(number),
                timeline=timeline,
                results=[
                    AnalyserResult(
                        analyser=name,
                        outcome=done(),
                        observation_set=reference(number),
                        vectors=reference(number),
                    )
                    for name in names
                ],
            )
            for number in range(chunks)
        ],
    )


def test_a_short_asset_keeps_every_word() -> None:
    short = asset(60)
    assert fitting(short) is short


@pytest.mark.parametrize("chunks", [900, 5000])
def test_a_long_asset_fits_into_an_event(chunks: int) -> None:
    assert asset(chunks).ByteSize() > MAX_EVENT_BYTES
    slim = fitting(asset(chunks))
    assert slim.ByteSize() < MAX_EVENT_BYTES
    assert slim.timeline.frame_count == 10**6


def test_what_is_dropped_first_stands_elsewhere_and_the_rest_is_said() -> None:
    slim = fitting(asset(900))
    assert len(slim.chunks) == 900
    assert slim.chunks[7].results[0].observation_set.key == reference(7).key
    assert list(slim.missing) == []
    assert list(fitting(asset(5000)).missing) == ["the list of 5000 chunks is too long for one event"]
