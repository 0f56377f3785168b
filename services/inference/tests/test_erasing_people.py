"""A person who was erased: no vector, no caption and no name of theirs is left, or comes again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import numpy as np
import pytest

from framewell.erasure.v1.erasure_pb2 import ErasureCompleted
from framewell.inference.v1 import inference_service_pb2 as api
from framewell.media.v1.media_pb2 import ObservationRef
from framewell.recognition.v1.recognition_pb2 import RecognitionUpdated
from framewell_inference.adapters.media_objects import ArrowVectors
from framewell_inference.adapters.vector_tables import decode_table
from framewell_inference.domain.pictures import Picture
from framewell_inference.ports.analysers import Analysers
from framewell_inference.testing import InferenceBench
from framewell_kit.name_hashes import NameHashes
from framewell_kit.outcomes import Busy
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.failing import failing
from framewell_kit.testing.ids import asset_called
from framewell_kit.testing.service_bench import NAME_KEY

NAMES = NameHashes(bytes.fromhex(NAME_KEY))


async def all_vectors(bench: InferenceBench) -> np.ndarray:
    """Return every finite vector of faces there is, in whatever object or entry: 128 dimensions."""
    found = []
    for key in {one["key"] for one in await bench.documents.find("references", {})}:
        if key.endswith(".vectors.arrow"):
            vectors = ArrowVectors().decode(await bench.objects.read(key))
            if vectors.shape[1] == 128:
                found += [row for row in vectors if np.isfinite(row).all()]
    return np.array(found)


async def searched_vectors(bench: InferenceBench) -> np.ndarray:
    """Return every vector of faces in the log and the blocks of what is searched."""
    data = [one["rows"] for one in await bench.documents.find("vector_log", {}) if not one["gone"]]
    held = {one["key"] for one in await bench.documents.find("references", {})}
    data += [await bench.objects.read(key) for key in held if key.endswith(".block.arrow")]
    return np.array([row for one in data for row in decode_table(one).vectors if len(row) == 128])


async def named(bench: InferenceBench) -> list[str]:
    return [one.class_id for asset in (asset_called(1), asset_called(2)) for one in await bench.people(asset)]


async def test_an_erased_class_leaves_no_vector_in_any_asset_and_none_comes_again(
    bench: InferenceBench, man_in_car: list[Picture], astronaut: Picture
) -> None:
    """Tried: vectors of the erased person stayed in the blocks of other assets."""
    first = await bench.analyse(man_in_car[:4], f"{asset_called(1)}/0/0")
    second = await bench.analyse([*man_in_car[4:6], astronaut], f"{asset_called(2)}/0/0")
    man = (await bench.vectors(first)).mean(axis=0)
    await bench.promote({"man": man}, "1.0", 1)
    await bench.relabel()
    updated = bench.facts.one(RecognitionUpdated)
    assert await named(bench) == ["man", "man", ""]
    (answer,) = await bench.deliver(erasure_plan("e", class_ids=["man"]))
    assert isinstance(answer, ErasureCompleted)
    counts = {one.kind: one.count for one in answer.counts if one.count}
    assert counts == {"face_tracks": 2, "postings": 3, "recognition_changes": 1}
    assert not await bench.objects.exists(updated.changes)
    for rest in (await all_vectors(bench), await searched_vectors(bench)):
        assert len(rest) == 1, "the astronaut's"
        assert float(np.linalg.norm(rest - man, axis=1).min()) > 0.6
    for analysed in (first, second):
        assert not await bench.objects.exists(analysed.results[0].vectors)
    assert await named(bench) == ["", ""]
    one = ObservationRef(asset_id=asset_called(2), observation_id="faces/0/0/2")
    found = await bench.call(
        "FindSimilar", api.FindSimilarRequest(observation=one, limit=50, reason="a test")
    )
    assert [each.observation.id for each in found.neighbours] == ["faces/0/0/2"]

    again = await bench.deliver(erasure_plan("e2", class_ids=["man"]))
    assert not any(one.count for one in again[0].counts)  # type: ignore[attr-defined]
    await bench.analyse(man_in_car[:4], f"{asset_called(1)}/0/0")  # comes again, late
    await bench.analyse(
        man_in_car[6:], f"{asset_called(2)}/0/100", start=100
    )  # and new footage, by the old model
    await bench.promote({"man": man, "other": man + 0.3}, "2.0", 2)
    await bench.relabel()
    assert "man" not in await named(bench)
    assert len(await all_vectors(bench)) == len(await searched_vectors(bench)) == 1


@pytest.fixture
async def reading(analysers: Analysers) -> AsyncIterator[InferenceBench]:
    async with InferenceBench(replace(analysers, pictures=[analysers.pictures[1]])) as bench:
        yield bench


async def texts(bench: InferenceBench) -> list[str]:
    answer = await bench.call("ListObservations", api.ListObservationsRequest(asset_id=asset_called(1)))
    return [one.text for one in answer.observations] + [
        one.text_attributes.below_text for one in answer.observations if one.text_attributes.below_text
    ]


async def test_captions_with_a_forgotten_name_go_and_new_ones_are_not_kept(
    reading: InferenceBench, astronaut: Picture, caption: Callable[..., Picture]
) -> None:
    shown = [caption(astronaut, "Eileen Collins", "Commander")] * 3
    first = await reading.analyse(shown, f"{asset_called(1)}/0/0")
    seen = await texts(reading)
    assert any("Eileen Collins" in one for one in seen)
    hashes = [NAMES.of("EILEEN  COLLINS")]
    (answer,) = await reading.deliver(erasure_plan("e", class_ids=["x"], name_hashes=hashes))
    assert isinstance(answer, ErasureCompleted)
    assert {one.kind: one.count for one in answer.counts if one.count} == {"observation_sets": 1}
    assert not await reading.objects.exists(first.results[0].observation_set)
    kept = await texts(reading)
    assert kept
    assert not any("Collins" in one for one in kept)
    await reading.analyse(shown, f"{asset_called(1)}/0/0")
    await reading.analyse(shown, f"{asset_called(1)}/0/100", start=100)
    assert not any("Collins" in one for one in await texts(reading))
    for key in {one["key"] for one in await reading.documents.find("references", {})}:
        assert b"Collins" not in await reading.objects.read(key)


async def test_a_worker_that_dies_anywhere_in_an_erasure_leaves_nothing_once_it_is_done_again(
    remembered_faces: Analysers, man_in_car: list[Picture]
) -> None:
    """Every call to the database is the last of some worker; another one ends its work."""
    faces = remembered_faces
    plan, deaths = erasure_plan("e", class_ids=["man"]), 0
    for last in range(200):
        async with InferenceBench(faces) as bench:
            first = await bench.analyse(man_in_car[:2], f"{asset_called(1)}/0/0")
            await bench.promote({"man": (await bench.vectors(first)).mean(axis=0)}, "1.0", 1)
            await bench.relabel()
            documents, store = failing(bench.documents, 1000, after=bool(last % 2))
            async with InferenceBench(faces, documents=documents, objects=bench.objects) as mortal:
                store.fails_at = store.calls + last  # from here on: its start is not of interest
                try:
                    await mortal.deliver(plan)
                except Busy:
                    deaths += 1
                else:
                    break
                store.fails_at = 10_000
            await bench.deliver(plan)
            people = await bench.people(asset_called(1))
            assert [one.class_id for one in people] == [""], f"after {last} calls"
            assert len(await all_vectors(bench)) == 0, f"after {last} calls"
            assert len(await searched_vectors(bench)) == 0, f"after {last} calls"
            assert not await bench.objects.exists(first.results[0].vectors), f"after {last} calls"
    assert deaths > 20
