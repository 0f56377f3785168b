"""The gateway's read models on one store, as its stream fills them: for tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from argon2 import PasswordHasher

from framewell_gateway.adapters.argon_hasher import ArgonHasher
from framewell_gateway.adapters.attempt_documents import AttemptDocuments
from framewell_gateway.adapters.erasure_documents import ErasureDocuments
from framewell_gateway.adapters.event_documents import EventDocuments
from framewell_gateway.adapters.progress_documents import ProgressDocuments
from framewell_gateway.adapters.session_documents import ApiTokenDocuments, SessionDocuments
from framewell_gateway.adapters.setup_code_documents import SetupCodeDocuments
from framewell_gateway.adapters.summary_documents import SummaryDocuments
from framewell_gateway.adapters.user_documents import UserDocuments
from framewell_gateway.domain.events import Arrivals
from framewell_gateway.domain.signed_addresses import Signer
from framewell_gateway.entrypoints.access import Access
from framewell_gateway.handlers.erase_subjects import EraseSubjects
from framewell_gateway.handlers.record_event import RecordEvent
from framewell_gateway.holdings import holdings
from framewell_gateway.ports import Announcer
from framewell_gateway.steps.forget_events import ForgetEvents
from framewell_kit.clock import Clock, SystemClock
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.erasure import Erase
from framewell_kit.name_hashes import NameHashes
from framewell_kit.tombstones import Tombstones

HASHES: Final = NameHashes(b"a key of tests")


@dataclass
class ReadModels:
    """Everything that the gateway keeps, by default in memory."""

    documents: Documents = field(default_factory=MemoryDocuments)
    clock: Clock = field(default_factory=SystemClock)

    def __post_init__(self) -> None:
        self.events = EventDocuments(self.documents)
        self.progress = ProgressDocuments(self.documents)
        self.summaries = SummaryDocuments(self.documents)
        self.erasures = ErasureDocuments(self.documents, HASHES)
        self.tombstones = Tombstones(self.documents, self.clock)
        self.forget = ForgetEvents(self.events, self.progress, self.summaries, self.tombstones)

    @cached_property
    def record(self) -> RecordEvent:
        """Return what keeps facts."""
        return RecordEvent(self.forget, self.erasures, Arrivals(self.clock), HASHES.of)

    @cached_property
    def erase(self) -> Erase:
        """Return what erases by a plan."""
        table = holdings(EraseSubjects(self.forget))
        return Erase("gateway", table, self.tombstones, self.documents)

    async def prepare(self) -> None:
        """Make every index."""
        for store in (self.events, self.progress, self.summaries, self.erasures):
            await store.prepare()


class NoTrust:
    """Stands for a file that says whether this machine is trusted; remembers what became of it."""

    def __init__(self) -> None:
        self.is_open = False

    def open(self) -> None:
        """Begin to trust."""
        self.is_open = True

    def close(self) -> None:
        """Trust nobody."""
        self.is_open = False


def access_on(
    documents: Documents,
    announcer: Announcer,
    clock: Clock | None = None,
    tokens: Mapping[str, str] | None = None,
    **more: Any,
) -> Access:
    """Return access on a store; passwords are hashed as little as argon2 allows, so that tests are quick."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    given: dict[str, Any] = {
        "users": UserDocuments(documents),
        "sessions": SessionDocuments(documents),
        "api_tokens": ApiTokenDocuments(documents),
        "attempts": AttemptDocuments(documents, HASHES),
        "setup_codes": SetupCodeDocuments(documents),
        "hasher": ArgonHasher(quick),
        "trust": NoTrust(),
        "signer": Signer(b"a key of tests"),
        **more,
    }
    return Access(announcer=announcer, clock=clock or SystemClock(), tokens=tokens or {}, **given)
