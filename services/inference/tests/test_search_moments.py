"""Words of the archive: found in every spelling, page by page, and never after they may not be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewell.inference.v1.search_service_pb2 import FoundMoment
from framewell.media.v1.media_pb2 import Span
from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS, PurposeDecision, RightsDecided
from framewell_inference.adapters.media_objects import ArrowVectors
from framewell_inference.adapters.observation_documents import ObservationDocuments
from framewell_inference.adapters.vector_block_objects import VectorBlockObjects
from framewell_inference.adapters.vector_log_documents import VectorLogDocuments
from framewell_inference.adapters.word_documents import COLLECTION, WordDocuments
from framewell_inference.domain.forgetting import NOBODY_IS_FORGOTTEN, Forgotten
from framewell_inference.domain.observations import Findings, FrameSpan, Observation
from framewell_inference.domain.search_words import Query, words
from framewell_inference.domain.stored import ChunkKey
from framewell_inference.queries.search_moments import SearchMoments
from framewell_inference.steps.pack_vectors import PackVectors
from framewell_kit.documents import MemoryDocuments
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects import MemoryObjects
from framewell_kit.outcomes import Rejected
from framewell_kit.paging import PageRequest
from framewell_kit.rights_decisions import Passages, RightsDecisions
from framewell_kit.testing.clocks import HeldClock
from framewell_kit.tombstones import Going, Tombstones, asset_subject
from framewell_models.manifest import ModelRef

OLD, NEW = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"


@dataclass
class Archive:
    """What was read and said in some assets, and the search over it."""

    documents: MemoryDocuments = field(default_factory=MemoryDocuments)
    clock: HeldClock = field(default_factory=HeldClock)

    def __post_init__(self) -> None:
        objects = MemoryObjects()
        references = ObjectReferences(self.documents, objects)
        log = VectorLogDocuments(self.documents)
        packing = PackVectors(log, VectorBlockObjects(objects, references, None))  # type: ignore[arg-type]
        index = WordDocuments(self.documents)
        self.sets = ObservationDocuments(
            self.documents, objects, ArrowVectors(), references, log, packing, index
        )
        self.rights = RightsDecisions(self.documents, self.clock)
        self.tombstones = Tombstones(self.documents, self.clock)
        self.search = SearchMoments(index, self.sets, self.rights, self.tombstones)

    async def seen(
        self,
        asset: str,
        *texts: str,
        chunk: int = 0,
        kind: str = "text",
        asked_at: float = 1.0,
        span: tuple[int, int] | None = None,
        forgotten: Forgotten = NOBODY_IS_FORGOTTEN,
    ) -> str:
        """Keep what was seen in a chunk of a hundred ticks; its set."""
        await self.decide(asset)
        start, end = chunk * 100, chunk * 100 + 100
        first, last = span or (start, end)
        listed = tuple(_observation(kind, text, first, last) for text in texts)
        found = Findings(kind if kind != "label" else "labels", ModelRef("m", "1.0"), listed)
        key = ChunkKey(asset, f"{asset}/0/{start}", chunk, 1, start, end, Passages(), asked_at=asked_at)
        await self.sets.keep(found, key, forgotten)
        return f"{asset}/0/{start}#{found.analyser}#m@1.0#1"

    async def decide(self, asset: str, revision: int = 1, *withheld: tuple[int, int], allowed: bool = True):
        spans = [Span(start_pts=start, end_pts=end) for start, end in withheld]
        decision = PurposeDecision(purpose=PURPOSE_ANALYSIS, allowed=allowed, withheld=spans)
        await self.rights.keep(RightsDecided(asset_id=asset, revision=revision, purposes=[decision]))

    async def find(self, text: str, *kinds: str, assets: Sequence[str] = ()) -> list[FoundMoment]:
        return list((await self.search(text, kinds, assets, PageRequest(50))).items)

    async def texts(self, text: str, *kinds: str) -> list[str]:
        return [one.text for one in await self.find(text, *kinds)]


def _observation(kind: str, text: str, start: int, end: int) -> Observation:
    read = {"label": text} if kind == "label" else {"text": text}
    return Observation(kind, FrameSpan(start, end, start, end), 0.9, **read)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "there", "found"),
    [
        ("müssigbrodt", "Jörg Müßigbrodt", True),
        ("MUESSIGBRODT", "Jörg Müßigbrodt", True),
        ("mussigbrodt", "Jörg Müßigbrodt", True),
        ("Cafe", "Das Café um die Ecke", True),
        ("brodt", "Jörg Müßigbrodt", False),
        ("brodt jörg", "Jörg Brodt", True),
        ('"brodt jörg"', "Jörg Brodt", False),
        ('"jörg brodt"', "Herr Jörg Brodt!", True),
        ("„jörg brodt“", "Jörg-Brodt", True),
        ("wetter sport", "Wetter", False),
        ("Æneas", "aeneas", True),
        ("10.000", "10.000 Besucher", True),
        ("Привет", "привет, мир", True),
        ("天気", "天気", True),
    ],
)
def test_words_are_found_whatever_their_case_accents_and_order(typed: str, there: str, found: bool) -> None:
    assert Query.parse(typed)(there) is found


@given(st.text(max_size=300))
def test_any_text_finds_itself_and_its_words_have_no_case(text: str) -> None:
    assert not words(text) or Query(tuple(words(text)))(text)
    assert all(word == word.casefold() for word in words(text) if word.isascii())


async def test_newest_assets_come_first_and_every_kind_by_its_name() -> None:
    archive = Archive()
    await archive.seen(OLD, "Hochwasser am Rhein", "Sport", asked_at=100.0)
    await archive.seen(NEW, "Hochwasser sinkt", kind="transcript", asked_at=200.0)
    await archive.seen(NEW, "Hochwasser", kind="label", asked_at=200.0, chunk=1)
    found = await archive.find("hochwasser")
    assert [(one.asset_id, one.kind) for one in found] == [
        (NEW, "transcript"), (NEW, "label"), (OLD, "text"),
    ]  # fmt: skip
    assert await archive.texts("hochwasser", "text") == ["Hochwasser am Rhein"]
    assert [one.asset_id for one in await archive.find("hochwasser", assets=[OLD])] == [OLD]
    assert await archive.texts("hochwasser sport") == []


async def test_what_stands_over_several_chunks_is_one_moment() -> None:
    archive = Archive()
    for chunk in (0, 1, 2, 5):
        await archive.seen(NEW, "KANAL EINS", "anders", chunk=chunk)
    found = await archive.find("kanal eins")
    assert [(one.span.start_pts, one.span.end_pts, one.span.frames) for one in found] == [
        (0, 300, 300), (500, 600, 100),
    ]  # fmt: skip


async def test_pages_come_to_everything_once() -> None:
    archive = Archive()
    for chunk in range(0, 260, 2):
        await archive.seen(NEW, f"Satz {chunk}", chunk=chunk, asked_at=5.0)
    found, token = [], ""
    while True:
        page = await archive.search("satz", (), (), PageRequest(7, token))
        found += [one.text for one in page.items]
        token = page.next_token
        if not token:
            break
    assert found == [f"Satz {chunk}" for chunk in range(0, 260, 2)]
    with pytest.raises(Rejected, match="page token"):
        await archive.search("satz", (), (), PageRequest(7, "WzFd"))


async def test_what_may_not_be_analysed_or_was_removed_is_not_found() -> None:
    archive = Archive()
    await archive.seen(OLD, "Geheim", asked_at=1.0)
    await archive.seen(NEW, "Geheim", asked_at=2.0)
    assert len(await archive.find("geheim")) == 2
    await archive.decide(NEW, 2, (50, 60))
    assert [one.asset_id for one in await archive.find("geheim")] == [OLD]
    await archive.decide(OLD, 2, allowed=False)
    assert await archive.find("geheim") == []
    await archive.decide(OLD, 3)
    await archive.tombstones.put(asset_subject(OLD), Going.REMOVED, "cause")
    assert await archive.find("geheim") == []


async def test_a_forgotten_name_leaves_no_word_behind() -> None:
    archive = Archive()
    await archive.seen(NEW, "Erika Muster", "Wetter")
    (stored,) = [one async for one in archive.sets.with_texts()]
    assert await archive.sets.without_names(stored, lambda text: "Muster" in text) == 1
    assert await archive.texts("muster") == []
    assert await archive.texts("wetter") == ["Wetter"]
    kept = await archive.documents.find(COLLECTION, {})
    assert "muster" not in str(kept)


async def test_words_go_with_their_set_and_come_back_with_it() -> None:
    archive = Archive()
    set_id = await archive.seen(NEW, "Wetter")
    stored = await archive.sets.get(set_id)
    assert stored is not None
    await archive.sets.drop(stored)
    assert await archive.documents.find(COLLECTION, {}) == []
    await archive.seen(NEW, "Wetter")
    await archive.seen(NEW, "Wetter")  # delivered twice
    assert await archive.texts("wetter") == ["Wetter"]
    await archive.sets.forget(NEW)
    assert await archive.documents.find(COLLECTION, {}) == []


@pytest.mark.parametrize("nothing", ["", "  ", "!!!", '""', "\u202e"])
async def test_a_text_without_a_word_is_refused_in_words(nothing: str) -> None:
    with pytest.raises(Rejected, match="no word"):
        await Archive().find(nothing)
