"""Clusters where everybody is at it at once, in any order, or dies over it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import Any, cast
from uuid import uuid4

import numpy as np
import pytest

from framewell.inference.v1 import cluster_service_pb2 as api
from framewell_inference.ports.clusters import CLUSTER_JOB
from framewell_inference.testing import InferenceBench
from framewell_inference.testing.clusters import Archive, face
from framewell_kit.documents import Documents, MemoryDocuments, MongoDocuments
from framewell_kit.jobs.store import job_of
from framewell_kit.outcomes import Busy, Conflict, NotFound, Rejected
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.failing import failing
from framewell_kit.testing.held_lease import HeldLease
from framewell_kit.testing.ids import asset_called


async def test_two_workers_at_once_give_no_track_two_clusters(archive: Archive) -> None:
    """A worker that lost its lease without knowing goes on beside the next one."""
    for number in range(6):
        faces = [face(number % 3, number), face(10 + number % 2, number)]
        await archive.see(f"{asset_called(number)}/0/0", faces, cluster=False)
    (kind,) = [one for one in archive.bench.service.jobs if one.kind == CLUSTER_JOB]
    document = await archive.bench.jobs.get(CLUSTER_JOB, "0")
    assert document is not None

    class Lease:
        epoch = 1

        def check(self) -> None: ...

    job = job_of({**document, "attempt": 1})
    await asyncio.gather(*[kind.work(job, Lease()) for _ in range(3)])  # type: ignore[arg-type]
    tracks = [
        track
        for one in await archive.bench.documents.find("cluster_sightings", {})
        for track in one["tracks"]
    ]
    assert len(tracks) == len(set(tracks)) == 12


@pytest.mark.parametrize("after", [False, True])
async def test_killed_anywhere_clustering_comes_to_the_same(*, after: bool) -> None:
    """Calls to the database are the last one in turn; the next worker finishes, and nothing counts twice."""
    fails_at, done = 0, False
    while not done:
        async with InferenceBench() as bench:
            archive = Archive(bench)
            await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2)])
            await archive.see(f"{asset_called(2)}/0/0", [face(1, 1), face(3)], cluster=False)
            store, broken = failing(bench.documents, 1 << 30, after=after)
            async with InferenceBench(documents=store, objects=bench.objects) as dying:
                broken.calls, broken.fails_at = 0, fails_at
                (kind,) = [one for one in dying.service.jobs if one.kind == CLUSTER_JOB]
                document = await bench.jobs.get(CLUSTER_JOB, "1")
                assert document is not None
                with suppress(Busy):
                    await kind.work(job_of(document), HeldLease(bench.jobs, document))
                done = not broken.broke
                broken.fails_at = 1 << 30
            await bench.run_jobs()
            assert sorted(await archive.sizes()) == [1, 1, 2], f"call {fails_at}"
            await archive.check()
        fails_at += 3


@pytest.mark.parametrize("seed", range(12))
async def test_in_any_order_ids_stay_and_decisions_hold(archive: Archive, seed: int) -> None:
    """Chunks come in any order, some twice, some anew, while people decide; assets go."""
    random = np.random.default_rng(seed)
    chunks = [
        (
            f"{asset_called(asset)}/0/{chunk * 100}",
            [face(int(person), asset * 10 + chunk) for person in people],
        )
        for asset in range(4)
        for chunk, people in enumerate(random.integers(0, 5, (2, 2)))
    ]
    order = [*random.permutation(len(chunks)), *random.integers(0, len(chunks), 4)]
    ids: dict[str, str] = {}
    together, apart = list[tuple[str, str]](), list[tuple[str, str]]()
    for step, at in enumerate(order):
        chunk_id, faces = chunks[at]
        start = int(chunk_id.rpartition("/")[2])
        await archive.see(
            chunk_id, faces, start=start, generation=1 + step, cluster=bool(random.random() < 0.8)
        )
        listed = [one.cluster_id for one in await archive.listed()]
        if len(listed) > 1 and random.random() < 0.3:
            one, two = (str(each) for each in random.choice(listed, 2, replace=False))
            try:
                await archive.merge(one, two)
                together.append((one, two))
            except Conflict:
                assert (one, two) in apart or (two, one) in apart
        elif len(listed) > 1 and random.random() < 0.2:
            one, two = (str(each) for each in random.choice(listed, 2, replace=False))
            request = api.DistinguishClustersRequest(cluster_id=one, other_cluster_id=two)
            await archive.call("DistinguishClusters", request)
            apart.append((one, two))
        for each in await archive.bench.documents.find("cluster_sightings", {}):
            assert ids.setdefault(each["_id"], each["cluster"]) == each["cluster"], "none moves by itself"
    await archive.bench.run_jobs()
    await archive.check()
    for one, two in together:
        assert (await archive.get(one)).cluster.cluster_id == (await archive.get(two)).cluster.cluster_id
    for one, two in apart:
        assert (await archive.get(one)).cluster.cluster_id != (await archive.get(two)).cluster.cluster_id


class Interleaved:
    """Documents whose every call lets others go on before and after it, as a database elsewhere does."""

    def __init__(self, seed: int) -> None:
        self.documents, self.random = MemoryDocuments(), Random(seed)

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self.documents, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            for _ in range(self.random.randint(0, 3)):
                await asyncio.sleep(0)
            answer = await method(*args, **kwargs)
            await asyncio.sleep(0)
            return answer

        return call


async def decide_at_random(archive: Archive, random: Random) -> None:
    """Merge, split, take back and erase, a few times."""
    decided = list[str]()
    for step in range(6):
        listed = [one.cluster_id for one in await archive.listed()]
        what = random.random()
        with suppress(Conflict, NotFound, Rejected):
            if what < 0.4 and len(listed) > 1:
                decided.append((await archive.merge(*random.sample(listed, 2))).decision_id)
            elif what < 0.6 and listed:
                one = (await archive.get(listed[0])).appearances[0]
                seen = one.asset_id, one.appearance.observation_id
                decided.append((await archive.split(listed[0], seen)).decision_id)
            elif what < 0.8 and decided:
                await archive.undo(random.choice(decided))
            else:
                gone = asset_called(random.randrange(4))
                await archive.bench.deliver(erasure_plan(f"{random.random()}/{step}", asset_ids=[gone]))


@pytest.mark.parametrize("seed", range(100, 240))
async def test_people_and_workers_at_once_leave_everything_as_it_must_be(seed: int) -> None:
    """Tried: sums that three wrote at once stayed those of whoever had read first, in 4 of 100."""
    documents = Interleaved(seed)
    async with InferenceBench(documents=cast("Documents", documents)) as bench:
        archive, random = Archive(bench), documents.random
        for number in range(10):
            faces = [face(random.randrange(4), number), face(4 + random.randrange(3), number)]
            await archive.see(f"{asset_called(number)}/0/0", faces, cluster=number < 4)
        (kind,) = [one for one in bench.service.jobs if one.kind == CLUSTER_JOB]
        (*_, waiting) = await bench.documents.find("jobs", {"kind": CLUSTER_JOB}, sort=[("put_at", 1)])
        job = job_of({**waiting, "attempt": 1})
        workers = [kind.work(job, HeldLease(bench.jobs, waiting)) for _ in range(2)]
        await asyncio.gather(*workers, *[decide_at_random(archive, random) for _ in range(3)])
        await archive.see(f"{asset_called(99)}/0/0", [face(20)])
        await archive.check()


@pytest.mark.parametrize("seed", range(12))
async def test_mergers_in_a_circle_are_one_and_each_is_taken_back_alone(seed: int) -> None:
    """Tried: of three who merged at once in a circle, two had roots that were parts of others, for good."""
    documents = Interleaved(seed)
    async with InferenceBench(documents=cast("Documents", documents)) as bench:
        archive = Archive(bench)
        await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2), face(3)])
        one, two, three = await archive.all_of(asset_called(1))
        circle = ((one, two), (two, three), (three, one))
        ends = await asyncio.gather(*[archive.merge(*pair) for pair in circle], return_exceptions=True)
        assert {type(end) for end in ends if isinstance(end, BaseException)} <= {Rejected}, ends
        await archive.check()
        assert await archive.sizes() == [3]
        decided = [one.decision_id for one in ends if not isinstance(one, BaseException)]
        await asyncio.gather(*map(archive.undo, decided))
        await archive.check()
        assert await archive.sizes() == [1, 1, 1]


async def names_of(archive: Archive) -> dict[str, set[str]]:
    """Return by cluster, after mergers, the classes that decisions name it as now."""
    decisions = archive.bench.documents
    roots = {one["_id"]: one["root"] for one in await decisions.find("clusters", {})}
    found: dict[str, set[str]] = {}
    for one in await decisions.find("cluster_decisions", {"kind": 4, "undone": False}):
        if one["class_id"]:
            found.setdefault(roots[one["cluster"]], set()).add(one["class_id"])
    return found


@pytest.mark.parametrize("seed", range(30))
async def test_of_a_name_and_a_merger_at_the_same_instant_only_one_stands(seed: int) -> None:
    """Tried: both were taken, and one person had two names."""
    documents = Interleaved(seed)
    async with InferenceBench(documents=cast("Documents", documents)) as bench:
        archive = Archive(bench)
        await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2)])
        one, two = await archive.all_of(asset_called(1))
        await archive.name(two, "class-2")
        ends = await asyncio.gather(
            archive.merge(one, two), archive.name(one, "class-1"), return_exceptions=True
        )
        assert [type(end) for end in ends if isinstance(end, BaseException)] == [Conflict], ends
        await bench.run_jobs()
        assert all(len(names) == 1 for names in (await names_of(archive)).values())
        await archive.check()


@pytest.mark.parametrize("seed", range(20))
async def test_nobody_ever_has_two_names_whatever_several_people_decide_at_once(seed: int) -> None:
    documents = Interleaved(100 + seed)
    async with InferenceBench(documents=cast("Documents", documents)) as bench:
        archive, random = Archive(bench), documents.random
        for number in range(3):
            await archive.see(f"{asset_called(number)}/0/0", [face(each, number) for each in range(3)])

        async def decide() -> None:
            decided = list[str]()
            for _ in range(5):
                listed = [one.cluster_id for one in await archive.listed()]
                what = random.random()
                with suppress(Conflict, NotFound, Rejected):
                    if what < 0.4:
                        name = f"class-{random.randrange(3)}"
                        decided.append((await archive.name(random.choice(listed), name)).decision_id)
                    elif what < 0.65 and len(listed) > 1:
                        decided.append((await archive.merge(*random.sample(listed, 2))).decision_id)
                    elif what < 0.8:
                        one = (await archive.get(listed[0])).appearances[0]
                        seen = one.asset_id, one.appearance.observation_id
                        decided.append((await archive.split(listed[0], seen)).decision_id)
                    elif decided:
                        await archive.undo(random.choice(decided))

        await asyncio.gather(*[decide() for _ in range(3)])
        await archive.see(f"{asset_called(99)}/0/0", [face(20)])
        assert all(len(names) == 1 for names in (await names_of(archive)).values())


@pytest.mark.parametrize("after", [False, True])
async def test_killed_anywhere_a_name_or_merger_holds_up_nobody(*, after: bool) -> None:
    """What was begun is finished or taken back by the next job, and then names and mergers go on."""
    fails_at, done = 0, False
    while not done:
        async with InferenceBench() as bench:
            archive = Archive(bench)
            await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2)])
            one, two = await archive.all_of(asset_called(1))
            split = None
            await archive.name(two, "class-2")
            store, broken = failing(bench.documents, 1 << 30, after=after)
            async with InferenceBench(documents=store, objects=bench.objects) as dying:
                broken.calls, broken.fails_at = 0, fails_at
                with suppress(Busy):
                    await Archive(dying).merge(one, two)
                    split = two
                done = not broken.broke
            await archive.see(f"{asset_called(2)}/0/0", [face(9)])
            merged = (await archive.get(one)).cluster.cluster_id == two
            assert merged or split is None
            with suppress(Conflict):
                await archive.name(one, "class-1")
            assert all(len(names) == 1 for names in (await names_of(archive)).values())
            await archive.check()
        fails_at += 1
    assert fails_at > 5


@pytest.mark.integration
async def test_the_same_holds_on_the_database(database: str) -> None:
    documents = MongoDocuments(database, f"inference_{uuid4().hex[:8]}")
    async with InferenceBench(documents=documents) as bench:
        await test_in_any_order_ids_stay_and_decisions_hold(Archive(bench), seed=3)
    documents.close()
