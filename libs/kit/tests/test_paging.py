"""Pages neither skip nor repeat, and a token says where the next one begins."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewell.ingest.v1.ingest_service_pb2 import ListAssetsRequest
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.outcomes import Rejected
from framewell_kit.paging import (
    Order,
    PageRequest,
    decode_token,
    encode_token,
    find_page,
    page_of,
    page_request,
    scan,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NEWEST_FIRST = Order("at", datetime, descending=True)


async def all_ids(documents: Documents, order: Order, size: int) -> list[str]:
    ids: list[str] = []
    token = ""
    while True:
        page = await find_page(documents, "c", {}, PageRequest(size, token), order)
        ids += [document["_id"] for document in page.items]
        token = page.next_token
        if not token:
            return ids


async def fill(documents: Documents, seconds: dict[str, int]) -> None:
    for name, second in seconds.items():
        await documents.insert_once("c", {"_id": name, "at": NOON + timedelta(seconds=second)})


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
async def test_documents_of_one_moment_are_neither_skipped_nor_repeated_at_the_edge_of_a_page(
    documents: Documents, descending: bool, size: int
) -> None:
    seconds = {"e": 1, "a": 1, "d": 1, "c": 0, "b": 2, "f": 1}
    await fill(documents, seconds)
    expected = sorted(seconds, key=lambda name: (seconds[name], name), reverse=descending)
    assert await all_ids(documents, Order("at", datetime, descending=descending), size) == expected


@pytest.mark.parametrize("descending", [True, False])
async def test_a_list_may_be_ordered_by_its_ids_alone(documents: Documents, descending: bool) -> None:
    await fill(documents, dict.fromkeys("cab", 0))
    ids = await all_ids(documents, Order("_id", str, descending=descending), 1)
    assert ids == (["c", "b", "a"] if descending else ["a", "b", "c"])


async def test_what_comes_and_goes_between_two_pages_moves_nothing_else() -> None:
    documents = MemoryDocuments()
    await fill(documents, {"a": 1, "b": 2, "c": 3, "d": 4})
    first = await find_page(documents, "c", {}, PageRequest(2), NEWEST_FIRST)
    await documents.delete("c", "c")
    await fill(documents, {"e": 5})
    second = await find_page(documents, "c", {}, PageRequest(2, first.next_token), NEWEST_FIRST)
    assert [one["_id"] for one in [*first.items, *second.items]] == ["d", "c", "b", "a"]
    assert second.next_token == ""


async def test_a_filter_holds_on_every_page() -> None:
    documents = MemoryDocuments()
    for number in range(6):
        await documents.insert_once("c", {"_id": str(number), "at": NOON, "odd": bool(number % 2)})
    query = {"odd": True}
    first = await find_page(documents, "c", query, PageRequest(2), NEWEST_FIRST)
    second = await find_page(documents, "c", query, PageRequest(2, first.next_token), NEWEST_FIRST)
    assert [one["_id"] for one in [*first.items, *second.items]] == ["5", "3", "1"]


async def test_a_scan_meets_every_document_once_however_small_its_batches(documents: Documents) -> None:
    seconds = {"e": 1, "a": 1, "d": 1, "c": 0, "b": 2}
    await fill(documents, seconds)
    met = [one["_id"] async for one in scan(documents, "c", {}, NEWEST_FIRST, batch=2)]
    assert met == ["b", "e", "d", "a", "c"]
    behind = (NOON + timedelta(seconds=1), "d")
    rest = [one["_id"] async for one in scan(documents, "c", {}, NEWEST_FIRST, after=behind, batch=2)]
    assert rest == ["a", "c"]


@given(numbers=st.sets(st.integers(0, 40)), size=st.integers(1, 9))
def test_items_in_memory_are_paged_once_each(numbers: set[int], size: int) -> None:
    items, seen, token = sorted(numbers), [], ""
    while True:
        page = page_of(items, PageRequest(size, token), lambda number: (number,), (int,))
        seen += page.items
        token = page.next_token
        if not token:
            break
    assert seen == items


@given(st.text(), st.integers(-(1 << 63), (1 << 63) - 1), st.datetimes(timezones=st.just(UTC)))
def test_a_token_carries_the_whole_key(text: str, number: int, moment: datetime) -> None:
    key = (moment, number, text)
    assert decode_token(encode_token(key), (datetime, int, str)) == key


@pytest.mark.parametrize(
    "token",
    [
        "7",
        "!",
        "ü",
        encode_token(("a",)),
        encode_token((1, "a")),
        encode_token((NOON, "a", "b")),
        encode_token((NOON.replace(tzinfo=None), "a")),
        "eyJhIjoxfQ==",
        "W3RydWUsImEiXQ==",
        encode_token((NOON, "\ud800")),
        encode_token((datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))), "a")),
        base64.b64encode(b"[" * 1500).decode(),
        base64.b64encode(b"[" + b"9" * 5000 + b"]").decode(),
    ],
)
async def test_a_token_of_another_list_is_refused(token: str) -> None:
    with pytest.raises(Rejected, match="begin without a token") as refused:
        await find_page(MemoryDocuments(), "c", {}, PageRequest(1, token), NEWEST_FIRST)
    assert refused.value.code == "bad_page_token"


@pytest.mark.parametrize("number", [1 << 63, -(1 << 63) - 1])
def test_a_token_with_a_number_that_no_document_holds_is_refused(number: int) -> None:
    assert decode_token(encode_token((number - 1 if number > 0 else number + 1,)), (int,))
    with pytest.raises(Rejected):
        decode_token(encode_token((number,)), (int,))


def test_a_request_gets_a_size_within_bounds() -> None:
    def size(asked: int) -> int:
        return page_request(ListAssetsRequest(page_size=asked), default=50, largest=200).size

    assert [size(asked) for asked in (-1, 0, 1, 200, 201)] == [50, 50, 1, 200, 200]
    assert page_request(ListAssetsRequest(page_token="t")).token == "t"
