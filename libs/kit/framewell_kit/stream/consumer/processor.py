"""One record from bytes to its outcome: decoded, handled, its facts derived, or what its failure comes to.

No exception leaves here except cancellation: FastStream would swallow it and skip the batch.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE, LANE_LIVE, LANE_UNSPECIFIED
from framewell_contracts.cloudevents import Event, Record, Unreadable, asset_of, decode
from framewell_contracts.fact_types import FACTS
from framewell_contracts.sentences import say
from framewell_contracts.topics import MAX_EVENT_BYTES
from framewell_kit.cancellation import is_cancelled
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Origin, origin
from framewell_kit.outcomes import Busy, NotYet, Rejected
from framewell_kit.stream.consumer.record import ConsumedRecord, Postponed, Processed
from framewell_kit.stream.policy.breaker import BREAKER_OPEN, Breaker
from framewell_kit.stream.policy.failure import FailurePolicy, too_large
from framewell_kit.stream.policy.retry import Reason
from framewell_kit.stream.producer.outgoing import derive
from framewell_kit.stream.stages import HeavyStage, Stage
from framewell_kit.stream.timing import StreamTiming
from framewell_kit.telemetry import handling, logger, new_traceparent
from framewell_kit.telemetry.metrics import RETRIES
from framewell_kit.telemetry.tracing import bind, is_sampled, unbind

log = logger(__name__)

# Facts of one moment share their time, and its text: it is exact to a millisecond.
TICK_SECONDS = 0.001
_new = tuple.__new__  # half of what calling the class of a NamedTuple costs, on the path of every message


class RecordProcessor:
    """Runs one stage's handler on one record at a time, and returns what it comes to."""

    def __init__(
        self,
        stage: Stage | HeavyStage,
        source: str,
        clock: Clock,
        breaker: Breaker,
        timing: StreamTiming = StreamTiming(),  # noqa: B008 - frozen
    ) -> None:
        self.breaker = breaker
        self._stage, self._source, self._clock, self._timing = stage, source, clock, timing
        self._group, self._handler, self._decisions = stage.group, stage.handler, stage.decide_once
        self._origin = isinstance(stage, Stage) and stage.origin
        self._failures = FailurePolicy(stage, source, clock, breaker)
        self._tick = clock.now()
        self._tick_ends = clock.monotonic()

    async def process(self, record: ConsumedRecord) -> Processed | Postponed:
        """Handle the record; return the records to publish for it, or that it must be read again later."""
        try:
            if len(record.value or b"") > MAX_EVENT_BYTES:
                raise too_large(record)
            event = decode(record.topic, record.headers, record.value, received_ms=record.timestamp_ms)
        except Unreadable as error:
            return await self._refuse(record, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop its neighbours
            said = say("unreadable.failed", "reading it failed: {why}", why=repr(error)[:500])
            return await self._refuse(record, Unreadable(said))
        cause = _cause(event, record)
        if self._origin:
            origin.set(_origin(record))
        if is_sampled(cause.traceparent):
            with handling(cause, self._group) as seen:
                return await self._traced(record, event, seen)
        token = bind(cause, self._group)
        try:
            return _new(Processed, (await self._handle(event, cause), None))
        except Exception as error:  # noqa: BLE001 - a bug of a handler must not stop its neighbours
            return await self._after(error, record, event, cause)
        finally:
            unbind(token)

    def breaker_open(self) -> Postponed:
        """Return what becomes of a record that the breaker does not admit."""
        if self.breaker.is_open:
            return Postponed(self.breaker.seconds_left, BREAKER_OPEN)
        half_open = say("breaker_half_open", "breaker half open: one record is being tried")
        return Postponed(self._timing.half_open, half_open)

    def give_up(self, record: ConsumedRecord, reason: Reason) -> Processed | Postponed:
        """Give up a record without handling it: it killed its worker."""
        try:
            event = decode(record.topic, record.headers, record.value)
        except Unreadable as error:
            return self._failures.unreadable(record, error)
        self.breaker.undecided()
        return self._failures.give_up(record, event, _cause(event, record), reason)

    async def _refuse(self, record: ConsumedRecord, error: Unreadable) -> Processed | Postponed:
        """Return what becomes of a record that is no event; whoever waits for it is answered."""
        refuse, partial, facts = self._stage.refuse, error.partial, []
        if refuse is not None and partial is not None and self._failures.keeps_unreadable(record):
            cause = _cause(partial, record)
            try:
                outgoing = await refuse(partial.message, cause, Rejected(error.reason, error.code))
                facts = derive(outgoing, cause, source=self._source, now=self._now())
            except Busy as busy:
                self.breaker.undecided()
                return Postponed(busy.retry_after, busy.reason)
            except Exception:
                log.exception("refuse failed: nobody learns that the record cannot be read")
        return self._failures.unreadable(record, error, facts)

    async def _traced(self, record: ConsumedRecord, event: Event, cause: Cause) -> Processed | Postponed:
        try:
            return Processed(await self._handle(event, cause), cause.traceparent)
        except Exception as error:  # noqa: BLE001 - a bug of a handler must not stop its neighbours
            return await self._after(error, record, event, cause)

    async def _after(
        self, error: Exception, record: ConsumedRecord, event: Event, cause: Cause
    ) -> Processed | Postponed:
        """Return what becomes of a record whose handler raised: tried in place as long as that may help."""
        attempts = 1
        while True:
            if isinstance(error, Busy):
                self.breaker.undecided()
                return Postponed(error.retry_after, error.reason)
            if isinstance(error, NotYet):
                self.breaker.succeeded()
                return self._failures.not_yet(record, event, cause, error)
            if isinstance(error, Rejected):
                self.breaker.succeeded()
                reason = Reason(error.reason, error.code)
                return self._failures.give_up(record, event, cause, reason, facts=error.facts)
            pause = self._stage.retry.in_place(attempts)
            if pause is None:
                return self._failures.failed(record, event, cause, error)
            log.warning("handler failed, tried again", error=repr(error), attempt=cause.attempt)
            RETRIES.add(1, {"group": self._group, "way": "in_place"})
            await self._clock.sleep(pause)
            attempts += 1
            try:
                return Processed(await self._handle(event, cause))
            except Exception as next_error:  # noqa: BLE001
                error = next_error

    async def _handle(self, event: Event, cause: Cause) -> Sequence[Record]:
        """Return the records of the facts that the handler returned, or of those it decided on before."""
        decisions = self._decisions
        if decisions is not None:
            kept: list[Record] | None = await decisions.recall(self._group, cause.id)
            if kept is not None:
                self.breaker.succeeded()
                return kept
        try:
            outgoing = await self._handler(event.message, cause)
        except asyncio.CancelledError as error:
            if is_cancelled():
                raise
            raise RuntimeError("something that the handler waited for was cancelled") from error
        records = derive(outgoing, cause, source=self._source, now=self._now()) if outgoing else []
        if decisions is not None:
            records = await decisions.keep(self._group, cause.id, records)
        self.breaker.succeeded()
        return records

    def _now(self) -> datetime:
        if self._clock.monotonic() >= self._tick_ends:
            self._tick = self._clock.now()
            self._tick_ends = self._clock.monotonic() + TICK_SECONDS
        return self._tick


def _origin(record: ConsumedRecord) -> Origin:
    """Return where the record was written first."""
    retry, value = record.retry, record.value or b""
    if retry is not None:
        return Origin(record.topic, retry.origin_partition, retry.origin_offset, value)
    return Origin(record.topic, record.partition.partition, record.offset, value)


def _cause(event: Event, record: ConsumedRecord) -> Cause:
    """Return the cause of a record: its envelope, with the asset it is about as its subject."""
    event_id, source, type_, time, _, traceparent, _ = event.envelope
    lane = LANE_UNSPECIFIED
    if FACTS[type_].laned:
        lane = LANE_LIVE if record.live else LANE_ARCHIVE
    attempt = 1 if record.retry is None else record.retry.attempt + 1
    return _new(
        Cause,
        (event_id, source, type_, time, asset_of(event), lane, attempt, traceparent or new_traceparent()),
    )
