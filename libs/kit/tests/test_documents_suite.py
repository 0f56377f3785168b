"""What every document store promises, the fake and the real one alike."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest

from framewell_kit.documents import Documents, MongoDocuments
from framewell_kit.outcomes import Busy


async def test_a_document_is_inserted_once(documents: Documents) -> None:
    assert await documents.insert_once("c", {"_id": "1", "n": 1})
    assert not await documents.insert_once("c", {"_id": "1", "n": 2})
    assert await documents.get("c", "1") == {"_id": "1", "n": 1}
    assert await documents.get("c", "2") is None


async def test_values_come_back_as_they_went(documents: Documents) -> None:
    kept = {
        "_id": "1", "text": "Müßigbrodt", "bytes": b"\x00\xff", "int": 1 << 40, "float": 0.5, "no": None,
        "yes": True, "list": [1, {"a": b"x"}], "when": datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC),
    }  # fmt: skip
    await documents.insert_once("c", kept)
    assert await documents.get("c", "1") == kept


async def test_what_is_read_is_a_copy(documents: Documents) -> None:
    await documents.insert_once("c", {"_id": "1", "list": [1]})
    (await documents.get("c", "1"))["list"].append(2)  # type: ignore[index]
    assert await documents.get("c", "1") == {"_id": "1", "list": [1]}


async def test_many_are_inserted_once_each(documents: Documents) -> None:
    await documents.insert_once("c", {"_id": "1"})
    assert await documents.insert_each_once("c", [{"_id": str(n)} for n in range(5)]) == 4
    assert await documents.insert_each_once("c", [{"_id": str(n)} for n in range(5)]) == 0
    assert await documents.insert_each_once("c", []) == 0
    assert await documents.count("c", {}) == 5


async def test_an_update_returns_the_document_afterwards(documents: Documents) -> None:
    await documents.insert_once("c", {"_id": "1", "n": 1, "list": ["a"]})
    after = await documents.update(
        "c", "1", {"$inc": {"n": 2}, "$push": {"list": "b"}, "$set": {"deep.x": 1}}
    )
    assert after == {"_id": "1", "n": 3, "list": ["a", "b"], "deep": {"x": 1}}
    assert await documents.update("c", "none", {"$set": {"n": 1}}) is None


async def test_compare_and_set(documents: Documents) -> None:
    await documents.insert_once("c", {"_id": "1", "state": "open", "epoch": 1})
    change = {"$set": {"state": "closed"}, "$inc": {"epoch": 1}}
    assert await documents.update("c", "1", change, expect={"state": "closed"}) is None
    assert await documents.update("c", "1", change, expect={"state": "open", "epoch": 1}) is not None
    assert await documents.update("c", "1", change, expect={"state": "open"}) is None
    assert await documents.update("c", "1", change, expect={"state": {"$nin": ["closed"]}}) is None


async def test_an_upsert_creates_what_is_missing_and_respects_what_is_not_as_expected(
    documents: Documents,
) -> None:
    change = {"$set": {"revision": 2}, "$setOnInsert": {"made": True}}
    assert await documents.update("c", "1", change, upsert=True) == {"_id": "1", "revision": 2, "made": True}
    assert (
        await documents.update(
            "c", "1", {"$set": {"revision": 1}}, expect={"revision": {"$lt": 1}}, upsert=True
        )
        is None
    )
    assert await documents.update(
        "c", "1", {"$set": {"revision": 3}}, expect={"revision": {"$lt": 3}}, upsert=True
    ) == {"_id": "1", "revision": 3, "made": True}


async def test_the_other_changes(documents: Documents) -> None:
    await documents.insert_once(
        "c", {"_id": "1", "n": 5, "gone": 1, "tags": ["a"], "facts": [{"id": "x"}, {"id": "y"}, {"id": "z"}]}
    )
    after = await documents.update(
        "c", "1",
        {
            "$unset": {"gone": ""}, "$addToSet": {"tags": "a"}, "$max": {"n": 7},
            "$pull": {"facts": {"id": {"$in": ["x", "z"]}}},
        },
    )  # fmt: skip
    assert after == {"_id": "1", "n": 7, "tags": ["a"], "facts": [{"id": "y"}]}
    after = await documents.update(
        "c",
        "1",
        {
            "$min": {"n": 1},
            "$addToSet": {"tags": {"$each": ["b", "a"]}},
            "$push": {"facts": {"$each": [{"id": "v"}, {"id": "w"}]}},
        },
    )
    assert after == {"_id": "1", "n": 1, "tags": ["a", "b"], "facts": [{"id": "y"}, {"id": "v"}, {"id": "w"}]}


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, "abcd"),
        ({"n": 2}, "b"),
        ({"n": {"$gte": 2, "$lt": 4}}, "bc"),
        ({"n": {"$in": [1, 4]}}, "ad"),
        ({"n": {"$ne": 1}}, "bcd"),
        ({"$or": [{"n": 1}, {"name": "four"}]}, "ad"),
        ({"tags": "red"}, "ac"),
        ({"deep.x": 1}, "b"),
        ({"name": {"$exists": True}}, "d"),
        ({"name": {"$exists": False}, "n": {"$gt": 1}}, "bc"),
        ({"name": None}, "abc"),
        ({"parts.k": {"$gte": 5}}, "c"),
        ({"tags": []}, "d"),
        ({"name": {"$regex": "o.r$"}}, "d"),
        ({"tags": {"$regex": "^b"}}, "a"),
        ({"$and": [{"tags": "red"}, {"tags": "blue"}]}, "a"),
    ],
)  # fmt: skip
async def test_finding(documents: Documents, query: dict[str, object], ids: str) -> None:
    await documents.insert_each_once(
        "c",
        [
            {"_id": "a", "n": 1, "tags": ["red", "blue"]},
            {"_id": "b", "n": 2, "deep": {"x": 1}},
            {"_id": "c", "n": 3, "tags": ["red"], "parts": [{"k": 1}, {"k": 5}]},
            {"_id": "d", "n": 4, "name": "four", "tags": []},
        ],
    )
    found = await documents.find("c", query, sort=[("_id", 1)])
    assert "".join(one["_id"] for one in found) == ids
    assert await documents.count("c", query) == len(ids)


async def test_sort_and_limit(documents: Documents) -> None:
    for n in (3, 1, 2):
        await documents.insert_once("c", {"_id": str(n), "n": n, "even": n % 2 == 0})
    found = await documents.find("c", {}, sort=[("even", -1), ("n", -1)], limit=2)
    assert [one["n"] for one in found] == [2, 3]


async def test_a_queue_is_claimed_once_by_each(documents: Documents) -> None:
    await documents.ensure_index("jobs", ["queue"])
    await documents.insert_each_once("jobs", [{"_id": str(n), "queue": "waiting"} for n in range(30)])

    async def worker() -> list[str]:
        mine = []
        while one := await documents.update_first("jobs", {"queue": "waiting"}, {"$set": {"queue": "run"}}):
            mine.append(one["_id"])
        return mine

    claimed = [one for mine in await asyncio.gather(*[worker() for _ in range(8)]) for one in mine]
    assert sorted(claimed) == sorted(str(n) for n in range(30))


async def test_many_updates_at_once_lose_nothing(documents: Documents) -> None:
    await asyncio.gather(
        *[documents.update("c", "1", {"$set": {f"parts.p{n}": n}}, upsert=True) for n in range(20)]
    )
    assert (await documents.get("c", "1"))["parts"] == {f"p{n}": n for n in range(20)}  # type: ignore[index]


async def test_where_updates_and_deletes(documents: Documents) -> None:
    await documents.insert_each_once("c", [{"_id": str(n), "n": n} for n in range(5)])
    assert await documents.update_where("c", {"n": {"$lt": 2}}, {"$set": {"low": True}}) == 2
    assert await documents.delete_where("c", {"low": True}) == 2
    assert await documents.delete("c", "3")
    assert not await documents.delete("c", "3")
    assert await documents.count("c", {}) == 2


async def test_a_unique_index_refuses_the_second(documents: Documents) -> None:
    await documents.ensure_index("c", ["name"], unique=True)
    assert await documents.insert_once("c", {"_id": "1", "name": "x"})
    assert not await documents.insert_once("c", {"_id": "2", "name": "x"})


async def test_times_compare(documents: Documents) -> None:
    now = datetime.now(UTC)
    await documents.insert_once("c", {"_id": "1", "due": now - timedelta(seconds=5)})
    assert await documents.find("c", {"due": {"$lte": now}})
    assert not await documents.find("c", {"due": {"$gt": now}})


async def test_a_store_that_is_away_is_busy() -> None:
    """What is said of it is for a person: the address and what happened, not the driver's settings."""
    store = MongoDocuments("mongodb://127.0.0.1:1", "nowhere", answer_within=0.2)
    with pytest.raises(Busy) as raised:
        await store.ping()
    store.close()
    what, _, why = str(raised.value).partition(": 127.0.0.1:1: ")
    assert what == "the document database does not answer"
    assert re.fullmatch(r"\[Errno 111\] Connection refused|timed out", why)


async def test_collections_are_known_and_space_is_given_back(documents: Documents) -> None:
    await documents.insert_once("zebras", {"_id": "z"})
    await documents.insert_once("ants", {"_id": "a"})
    found = await documents.collections()
    assert [name for name in found if name in {"ants", "zebras"}] == ["ants", "zebras"]
    assert await documents.delete("ants", "a")
    assert await documents.compact()
    assert await documents.get("zebras", "z") == {"_id": "z"}
