"""Lists and watchers of assets skip nothing and repeat nothing, however many assets one moment has."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_ingest.testing import IngestBench
from framewell_kit.outcomes import Rejected


async def ask(ingest: IngestBench, number: int) -> str:
    return await ingest.accept(IngestRequested(uri=f"file:///{number}.mp4"), f"request-{number}")


async def listed(ingest: IngestBench, page_size: int) -> list[str]:
    """Return the ids of all pages, in order."""
    ids: list[str] = []
    token = ""
    while True:
        request = pb.ListAssetsRequest(page_size=page_size, page_token=token)
        answer = await ingest.call("ListAssets", request)
        ids += [asset.asset_id for asset in answer.assets]
        token = answer.next_page_token
        if not token:
            return ids


@pytest.mark.parametrize("page_size", [1, 2, 3, 7, 8])
async def test_assets_of_one_moment_are_on_one_page_each(ingest: IngestBench, page_size: int) -> None:
    asked = [await ask(ingest, number) for number in range(7)]  # the clock stands still meanwhile
    ids = await listed(ingest, page_size)
    assert len(ids) == 7
    assert set(ids) == set(asked)


async def test_newer_assets_come_first(ingest: IngestBench) -> None:
    asked = []
    for number in range(4):
        asked.append(await ask(ingest, number))
        ingest.clock.advance(1)
    assert await listed(ingest, 2) == asked[::-1]


async def test_an_asset_of_the_same_moment_that_comes_between_two_pages_moves_no_other(
    ingest: IngestBench,
) -> None:
    asked = {await ask(ingest, number) for number in range(4)}
    first = await ingest.call("ListAssets", pb.ListAssetsRequest(page_size=2))
    await ask(ingest, 4)
    rest = await ingest.call(
        "ListAssets", pb.ListAssetsRequest(page_size=9, page_token=first.next_page_token)
    )
    ids = [asset.asset_id for asset in (*first.assets, *rest.assets)]
    assert len(ids) == len(set(ids))
    assert asked <= set(ids)


@pytest.mark.parametrize("token", ["1789000000000", "x", "e30=", "WzFd"])
async def test_a_token_of_another_making_is_refused(ingest: IngestBench, token: str) -> None:
    with pytest.raises(Rejected) as refused:
        await ingest.call("ListAssets", pb.ListAssetsRequest(page_token=token))
    assert refused.value.code == "bad_page_token"
    with pytest.raises(Rejected):
        await anext(ingest.stream("Watch", pb.WatchRequest(resume_token=token)))


async def watched(ingest: IngestBench, count: int, token: str = "") -> list[pb.WatchResponse]:
    """Return the first changes behind a token."""
    answers: list[pb.WatchResponse] = []
    async with aclosing(ingest.stream("Watch", pb.WatchRequest(resume_token=token))) as changes:
        async for answer in changes:
            answers.append(answer)
            if len(answers) == count:
                break
    return answers


async def test_a_watcher_that_resumes_misses_no_change(ingest: IngestBench) -> None:
    asked = [await ask(ingest, number) for number in range(3)]
    first, *_ = await watched(ingest, 3)
    resumed = await watched(ingest, 3, first.resume_token)
    assert {answer.asset.asset_id for answer in resumed} == set(asked)
    ingest.clock.advance(60)
    await ingest.call("CancelIngest", pb.CancelIngestRequest(asset_id=asked[1]))
    last = (await watched(ingest, 3, resumed[-1].resume_token))[-1]
    assert (last.asset.asset_id, last.asset.state) == (asked[1], pb.INGEST_STATE_REJECTED)
    (again,) = await watched(ingest, 1, last.resume_token)
    assert again.asset == last.asset
