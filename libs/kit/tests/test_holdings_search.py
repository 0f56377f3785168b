"""A search finds what an erasure left, in whatever store and spelling it lies."""

import pytest

from framewell.media.v1.media_pb2 import Programme
from framewell.mesh.v1 import operations_service_pb2 as pb
from framewell_kit.documents import MemoryDocuments
from framewell_kit.health import Health
from framewell_kit.holdings import Holding, Holdings
from framewell_kit.objects import MemoryObjects
from framewell_kit.operations import HoldingsSearch, ProcessState
from framewell_kit.operations import holdings_search as module
from framewell_kit.operations.servicer import Operations
from framewell_kit.outcomes import NotYet, Rejected
from framewell_kit.telemetry.control import TelemetryControl

NAME = "Jörg Müßigbrodt"


@pytest.fixture
def search() -> HoldingsSearch:
    table = Holdings((Holding("ledger", kept="bookkeeping"), Holding("classes", kept="x")))
    return HoldingsSearch(MemoryDocuments(), MemoryObjects(), table)


@pytest.mark.parametrize(
    "kept",
    [
        {"name": NAME},
        {"names": ["x", {"alias": "JÖRG MÜSSIGBRODT"}]},
        {"content": Programme(title=f"Ein Abend mit {NAME}").SerializeToString()},
        {f"by {NAME}": 1},
    ],
)
async def test_a_name_is_found_wherever_a_document_has_it(
    search: HoldingsSearch, kept: dict[str, object]
) -> None:
    await search.documents.insert_once("classes", {"_id": "c1", **kept})
    await search.documents.insert_once("classes", {"_id": "c2", "name": "Ada Neumann"})
    classes, objects = await search([NAME, "nobody"])
    assert (classes.store, classes.searched, classes.found) == ("classes", 2, 1)
    assert (classes.places, classes.needles) == (["c1"], {0})
    assert (objects.searched, objects.found) == (0, 0)


async def test_objects_that_documents_name_are_read_to_their_end(
    search: HoldingsSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name lies across the border of two blocks."""
    monkeypatch.setattr(module, "BLOCK_BYTES", 64)
    text = b"x" * 60 + NAME.encode() + b"y" * 200
    ref = await search.objects.put(text, media_type="text/plain", suffix=".md")
    gone = "ab/" + "ab" * 32 + ".jpg"
    await search.documents.insert_once("models", {"_id": "m", "card": ref.SerializeToString(), "x": gone})
    _, objects = await search([NAME, "ab" * 32])
    assert (objects.searched, objects.places) == (1, [ref.key])


async def test_the_servicer_says_what_may_stay(search: HoldingsSearch) -> None:
    await search.documents.insert_once("ledger", {"_id": "u1", "holder": NAME})
    state = ProcessState("dataset", Health("dataset"), TelemetryControl("info", 1.0))
    servicer = Operations(state)
    request = pb.SearchHoldingsRequest(needles=[NAME], compact=True)
    with pytest.raises(NotYet):
        await servicer.SearchHoldings(request, None)
    state.search = search
    with pytest.raises(Rejected):
        await servicer.SearchHoldings(pb.SearchHoldingsRequest(needles=[""]), None)
    answer = await servicer.SearchHoldings(request, None)
    ledger = next(one for one in answer.stores if one.store == "ledger")
    assert (ledger.found, ledger.kept, answer.compacted) == (1, "bookkeeping", True)
    declared = await servicer.ListHoldings(pb.ListHoldingsRequest(), None)
    assert [one.store for one in declared.holdings] == ["ledger", "classes"]
