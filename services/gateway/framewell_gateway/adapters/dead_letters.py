"""Dead letters on the Kafka of the mesh, for people: counted, read, sent again."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import nlargest
from typing import Final

from aiokafka.errors import KafkaError
from google.protobuf.timestamp_pb2 import Timestamp

from framewell.gateway.v1.mesh_view_pb2 import (
    DeadLetterCount,
    DeadLettersLeft,
    DeadLetterState,
    DeadLetterView,
    DiscardDeadLettersRequest,
    DiscardDeadLettersResponse,
    ListDeadLettersRequest,
    ListDeadLettersResponse,
    ReplayDeadLettersRequest,
    ReplayDeadLettersResponse,
)
from framewell_contracts.fact_types import groups_of
from framewell_contracts.groups import GROUPS
from framewell_contracts.sentences import say, wording_of
from framewell_gateway.domain.moments import timestamp
from framewell_gateway.ports import BROKER, Away
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.dead_letters import (
    ANY_STATE,
    WAITING,
    ActionCounts,
    DeadLetter,
    DeadLetterStore,
    RateLimit,
    Selection,
    State,
    TopicsMissing,
)
from framewell_kafka.dead_letters.content import content, header
from framewell_kit.clock import Clock
from framewell_kit.outcomes import NotFound
from framewell_kit.paging import Key, KeyTypes, decode_token, encode_token, page_request

LOOKS_BACK: Final = timedelta(days=30)
DEFAULT_PAGE_SIZE: Final = 50
LARGEST_PAGE_SIZE: Final = 200
READ_SECONDS: Final = 20.0
REPLAY_SECONDS: Final = 120.0
_COUNTS_LAST_SECONDS: Final = 5.0
_DEFAULT_LIMIT: Final = 1000
_SHOWN_CHARACTERS: Final = 16 << 10
_HEADER_CHARACTERS: Final = 200
_HEADERS: Final = 40
_KEY: Final[KeyTypes] = (int, str)
_STATES: "Final[dict[State, DeadLetterState.ValueType]]" = {
    "waiting": DeadLetterState.DEAD_LETTER_STATE_WAITING,
    "replayed": DeadLetterState.DEAD_LETTER_STATE_REPLAYED,
    "discarded": DeadLetterState.DEAD_LETTER_STATE_DISCARDED,
}


@dataclass(slots=True)
class KafkaDeadLetters:
    """`DeadLetters` of all groups. Counts are read anew when they are some seconds old."""

    access: BrokerAccess
    clock: Clock
    prefix: str = ""
    groups: tuple[str, ...] = tuple(GROUPS)
    _counted: Sequence[DeadLetterCount] = field(default=(), init=False)
    _counted_at: float = field(default=float("-inf"), init=False)
    _counting: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def counts(self) -> Sequence[DeadLetterCount]:
        """See DeadLetters."""
        async with self._counting:  # whoever comes meanwhile waits for the same answer
            if self.clock.monotonic() - self._counted_at > _COUNTS_LAST_SECONDS:
                self._counted = await self._count()
                self._counted_at = self.clock.monotonic()
        return self._counted

    async def page(self, request: ListDeadLettersRequest) -> ListDeadLettersResponse:
        """See DeadLetters. Reads all that match, and keeps in memory no more than a page of them."""
        wanted = page_request(request, default=DEFAULT_PAGE_SIZE, largest=LARGEST_PAGE_SIZE)
        before = decode_token(wanted.token, _KEY)
        chosen = self._chosen(request)
        total, found = 0, list[DeadLetter]()
        async with self._store(chosen, READ_SECONDS) as store:
            async for one in store.read(chosen):
                total += 1
                if before is None or _key(one) < before:
                    found.append(one)
                if len(found) > 4 * wanted.size:
                    found = nlargest(wanted.size + 1, found, key=_key)
        shown = nlargest(wanted.size + 1, found, key=_key)
        more, shown = len(shown) > wanted.size, shown[: wanted.size]
        return ListDeadLettersResponse(
            dead_letters=map(_view, shown),
            next_page_token=encode_token(_key(shown[-1])) if more else "",
            total_size=total,
        )

    async def replay(self, request: ReplayDeadLettersRequest, by: str) -> ReplayDeadLettersResponse:
        """See DeadLetters."""
        chosen = Selection(
            (self._known(request.group),),
            code=request.code,
            event_type=request.type,
            asset=request.asset_id,
            ids=frozenset(request.ids),
            states=WAITING | {"replayed"} if request.again else WAITING,
        )
        counts = ActionCounts()
        async with self._store(chosen, REPLAY_SECONDS) as store:
            await store.replay(
                chosen,
                by=by,
                rate_limit=RateLimit(0.0),
                counts=counts,
                limit=request.limit or _DEFAULT_LIMIT,
                dry_run=request.dry_run,
            )
        return ReplayDeadLettersResponse(
            matching=counts.matching,
            replayed=counts.done,
            overtaken=counts.overtaken,
            left_out=_left(counts.left_out.items()),
            refused=_left(counts.refused.items()),
            topics=counts.topics,
        )

    async def discard(self, request: DiscardDeadLettersRequest, by: str) -> DiscardDeadLettersResponse:
        """See DeadLetters."""
        chosen = Selection((self._known(request.group),), ids=frozenset(request.ids))
        counts = ActionCounts()
        async with self._store(chosen, REPLAY_SECONDS) as store:
            await store.record_action(chosen, "discarded", by=by, reason=request.because, counts=counts)
        return DiscardDeadLettersResponse(matching=counts.matching, discarded=counts.done)

    async def _count(self) -> Sequence[DeadLetterCount]:
        chosen = Selection(self.groups, since_ms=self._since_ms())
        counted: dict[tuple[str, str, str], DeadLetterCount] = {}
        async with self._store(chosen, READ_SECONDS) as store:
            async for one in store.read(chosen):
                kind = (one.id.group, one.code, one.event_type)
                at = _moment(one.written_ms)
                count = counted.setdefault(
                    kind, DeadLetterCount(group=kind[0], code=kind[1], type=kind[2], first=at)
                )
                count.count += 1
                count.last.CopyFrom(at)
        return [counted[kind] for kind in sorted(counted)]

    def _chosen(self, request: ListDeadLettersRequest) -> Selection:
        named = request.HasField("since")
        since_ms = max(request.since.ToMilliseconds(), 0) if named else self._since_ms()
        states = frozenset(word for word, state in _STATES.items() if state in request.state)
        return Selection(
            (self._known(request.group),) if request.group else self.groups,
            code=request.code,
            event_type=request.type,
            asset=request.asset_id,
            since_ms=since_ms,
            states=(states & ANY_STATE) or WAITING,
        )

    def _since_ms(self) -> int:
        return int((self.clock.now() - LOOKS_BACK).timestamp() * 1000)

    def _known(self, group: str) -> str:
        if group not in self.groups:
            raise NotFound(
                say(
                    "group_unknown.named",
                    "the mesh has no consumer group {group}: GET /v1/mesh names them",
                    group=f"{group!r}",
                )
            )
        return group

    @asynccontextmanager
    async def _store(self, chosen: Selection, seconds: float) -> AsyncIterator[DeadLetterStore]:
        store = DeadLetterStore(self.access, chosen.groups, prefix=self.prefix, since_ms=chosen.since_ms)
        try:
            async with asyncio.timeout(seconds), store as opened:
                yield opened
        except TimeoutError as error:
            said = say(
                "dead_letters_unread",
                "its dead letters were not read within {seconds} s",
                seconds=f"{seconds:g}",
            )
            raise Away(BROKER, said) from error
        except (KafkaError, OSError, TopicsMissing) as error:
            raise Away(BROKER, str(error) or type(error).__name__) from error


def _key(one: DeadLetter) -> Key:
    return (one.written_ms, str(one.id))


def _left(reasons: Iterable[tuple[str, int]]) -> list[DeadLettersLeft]:
    return [
        DeadLettersLeft(reason=reason, count=count, wording=wording_of(reason)) for reason, count in reasons
    ]


def _view(one: DeadLetter) -> DeadLetterView:
    failure, action, payload = one.failure, one.action, content(one)
    view = DeadLetterView(
        dead_letter_id=str(one.id),
        group=one.id.group,
        state=_STATES[one.state],
        code=one.code,
        reason=_text(one.reason),
        wording=wording_of(one.reason),
        type=_text(one.event_type),
        event_id=_text(one.event_id),
        asset_id=_text(one.asset()),
        given_up=_moment(one.written_ms),
        headers={
            _text(name[:_HEADER_CHARACTERS]): _text(header(value)[:_HEADER_CHARACTERS])
            for name, value in one.headers[:_HEADERS]
        },
        payload_kind=payload.kind,
        payload_bytes=payload.size,
    )
    if payload.kind in ("fact", "json"):
        view.payload = _text(json.dumps(payload.value, ensure_ascii=False))[:_SHOWN_CHARACTERS]
    else:
        view.payload = _text(payload.value or "")[:_SHOWN_CHARACTERS]
    if failure:
        view.attempts = failure.attempt
        view.origin_topic = failure.origin_topic
        view.origin_partition, view.origin_offset = failure.origin_partition, failure.origin_offset
        view.replay_reaches.extend(groups_of(failure.origin_topic))
        view.traceback = _text(failure.traceback or "")
    if action:
        view.handled_by, view.handled_because = action.by, action.reason
        view.handled_at.CopyFrom(_moment(action.at_ms))
        view.times_replayed = action.times
    return view


def _text(text: str) -> str:
    """Return text that protobuf and JSON take: half surrogate pairs replaced."""
    return text.encode("utf-8", "replace").decode()


def _moment(milliseconds: int) -> Timestamp:
    return timestamp(datetime.fromtimestamp(milliseconds / 1000, UTC))
