"""A file broken on purpose ends in words or analysed, soon, and reaches nothing that is not its own."""

from __future__ import annotations

from pathlib import Path

from hostile.corpus import BrokenFile, sample
from hostile.inspection import Inspection, Inspector
from hostile.surroundings import Surroundings


def test_the_corpus_has_more_than_500_different_files(corpus: list[BrokenFile]) -> None:
    assert len({file.name for file in corpus}) == len(corpus)
    assert len({file.data for file in corpus}) > 500
    assert 50 <= len(sample(corpus)) <= 80


def test_the_traps_notice_who_goes_into_them(around: Surroundings) -> None:
    assert not around.canary_was_opened()
    Path(around.traps.canary).read_bytes()
    assert around.canary_was_opened()


async def test_a_sample_of_the_corpus_ends_well(
    corpus: list[BrokenFile], inspector: Inspector, around: Surroundings, tmp_path: Path
) -> None:
    found = [await inspector.inspect(file, tmp_path) for file in sample(corpus)]
    assert [(one.name, one.faults) for one in found if one.faults] == []
    assert around.callers == []
    assert not around.canary_was_opened()


GROWING = (
    "box-empty-100000.mp4",
    "ts-8191-pids.ts",
    "ts-only-adaptation.ts",
    "ts-syncs-in-noise.ts",
    "mkv-clusters-without-size.mkv",
    "mkv-void.mkv",
    "mxf-100000-empty-keys.mxf",
    "avi-lists.avi",
    "ogg-pages-without-packets.ogg",
    "flv-tags-without-end.flv",
    "bomb-chunks.png",
)


async def test_time_grows_no_faster_than_the_file(
    corpus: list[BrokenFile], inspector: Inspector, tmp_path: Path
) -> None:
    found = {}
    for file in (file for file in corpus if file.name in GROWING):
        longer = BrokenFile(file.name, file.data + file.data[len(file.data) // 2 :] * 6)
        found[file.name] = [(await inspector.inspect(one, tmp_path)).cpu_seconds for one in (file, longer)]
    assert len(found) == len(GROWING)
    # Four times the bytes: four times the time, with room for the start of a job and for other work.
    assert {name: took for name, took in found.items() if took[1] > 6 * took[0] + 0.5} == {}


async def test_no_file_reaches_others_or_the_network(
    corpus: list[BrokenFile], inspector: Inspector, around: Surroundings, tmp_path: Path
) -> None:
    around.canary_was_opened()
    pointing = [file for file in corpus if file.name.startswith("reference-")]
    found: list[Inspection] = [await inspector.inspect(file, tmp_path) for file in pointing]
    assert [(one.name, one.faults) for one in found if one.faults] == []
    assert around.callers == []
    assert not around.canary_was_opened()
