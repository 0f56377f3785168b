"""One record from bytes to its end: read, handle, try again, put aside or give up.

No exception leaves here except cancellation: FastStream would swallow it and skip the batch.
"""

import asyncio
import random
import traceback
from datetime import datetime

from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE, LANE_LIVE, LANE_UNSPECIFIED
from framewell_contracts.cloudevents import Event, Record, Unreadable, asset_of, decode
from framewell_contracts.fact_types import FACTS
from framewell_contracts.topics import MAX_EVENT_BYTES, dead_letter_topic, retry_topic
from framewell_kafka import retry_headers
from framewell_kafka.retry_headers import RetryHeaders
from framewell_kit.cancellation import told_to_stop
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy, NotYet, Rejected
from framewell_kit.stream.consumer.record import ConsumedRecord, Postponed, Processed
from framewell_kit.stream.policy.breaker import Breaker
from framewell_kit.stream.policy.retry import Reason, not_yet_waits
from framewell_kit.stream.producer.outgoing import derive
from framewell_kit.stream.stages import HeavyStage, Stage
from framewell_kit.telemetry import handling, logger, new_traceparent, tracing
from framewell_kit.telemetry.metrics import DEAD_LETTERS, RETRIES
from framewell_kit.telemetry.tracing import bind, is_sampled, unbind

log = logger(__name__)

# How long the others wait while one record is tried.
HALF_OPEN_SECONDS = 1.0
TICK_SECONDS = 0.001
_new = tuple.__new__  # half of what calling the class of a NamedTuple costs, on the path of every message


class RecordProcessor:
    """Runs one stage's handler on one record at a time and says how it ended."""

    def __init__(self, stage: Stage | HeavyStage, source: str, clock: Clock, breaker: Breaker) -> None:
        self.stage, self.source, self.clock, self.breaker = stage, source, clock, breaker
        self._tick = clock.now()
        self._tick_ends = clock.monotonic()

    async def settle(self, delivered: ConsumedRecord) -> Processed | Postponed:
        """Handle the record. Processed: publish these, then it is done. Postponed: read it again later."""
        try:
            if len(delivered.value or b"") > MAX_EVENT_BYTES:
                raise _too_large(delivered)
            event = decode(
                delivered.topic, delivered.headers, delivered.value, received_ms=delivered.timestamp_ms
            )
        except Unreadable as error:
            return self._unreadable(delivered, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop its neighbours
            told = Unreadable(f"reading it failed: {error!r}"[:500], code="unreadable")
            return self._unreadable(delivered, told)
        cause = _cause(event, delivered)
        if is_sampled(cause.traceparent):
            with handling(cause, self.stage.group) as seen:
                return await self._handle(delivered, event, seen, seen.traceparent)
        token = bind(cause, self.stage.group)
        try:
            return await self._handle(delivered, event, cause, None)
        finally:
            unbind(token)

    def breaker_open(self) -> Postponed:
        """What becomes of a record that the breaker does not admit."""
        if self.breaker.is_open:
            return Postponed(self.breaker.seconds_left, "breaker open")
        return Postponed(HALF_OPEN_SECONDS, "breaker half open: one record is being tried")

    async def give_up(self, delivered: ConsumedRecord, reason: Reason) -> Processed | Postponed:
        """Give up a record without handling it: it killed its worker."""
        try:
            event = decode(delivered.topic, delivered.headers, delivered.value)
        except Unreadable as error:
            return self._unreadable(delivered, error)
        self.breaker.undecided()
        return self._given_up(delivered, event, _cause(event, delivered), reason, "")

    async def _handle(
        self, delivered: ConsumedRecord, event: Event, cause: Cause, trace: str | None
    ) -> Processed | Postponed:
        try:
            return _new(Processed, (await self._decide(event, cause), trace))
        except Exception as error:  # noqa: BLE001 - a bug of a handler must not stop its neighbours
            return await self._after(error, delivered, event, cause)

    async def _after(
        self, error: Exception, delivered: ConsumedRecord, event: Event, cause: Cause
    ) -> Processed | Postponed:
        """What becomes of a record whose handler did not return: tried in place as long as that may help."""
        waits = iter(self.stage.retry.in_place_seconds)
        while True:
            if isinstance(error, Busy):
                self.breaker.undecided()
                return Postponed(error.retry_after, error.reason)
            if isinstance(error, NotYet):
                self.breaker.succeeded()
                return self._not_yet(delivered, event, cause, error)
            if isinstance(error, Rejected):
                self.breaker.succeeded()
                return self._given_up(delivered, event, cause, Reason(error.reason, error.code), "")
            pause = next(waits, None)
            if pause is None:
                return self._failed(delivered, event, cause, error)
            log.warning("handler failed, tried again", error=repr(error), attempt=cause.attempt)
            RETRIES.add(1, {"group": self.stage.group, "way": "in_place"})
            await self.clock.sleep(pause * random.uniform(0.5, 1.5))
            try:
                return Processed(await self._decide(event, cause))
            except Exception as next_error:  # noqa: BLE001
                error = next_error

    async def _decide(self, event: Event, cause: Cause) -> list[Record]:
        decisions = self.stage.decide_once
        if decisions is not None:
            kept: list[Record] | None = await decisions.recall(self.stage.group, cause.id)
            if kept is not None:
                self.breaker.succeeded()
                return kept
        try:
            outgoing = await self.stage.handler(event.message, cause)
        except asyncio.CancelledError as error:
            if told_to_stop():
                raise
            raise RuntimeError("something that the handler waited for was cancelled") from error
        records = derive(outgoing, cause, source=self.source, now=self._now()) if outgoing else []
        if decisions is not None:
            records = await decisions.keep(self.stage.group, cause.id, records)
        self.breaker.succeeded()
        return records

    def _not_yet(
        self, delivered: ConsumedRecord, event: Event, cause: Cause, wait: NotYet
    ) -> Processed | Postponed:
        waited, seconds = not_yet_waits(wait.retry_after, cause.attempt)
        if waited > self.stage.retry.not_yet_limit_seconds:
            reason = Reason(f"waited {waited:.0f} s in vain: {wait.reason}", "waited_in_vain")
            return self._given_up(delivered, event, cause, reason, "")
        return self._again(delivered, cause, seconds, Reason(wait.reason, "not_yet"))

    def _failed(
        self, delivered: ConsumedRecord, event: Event, cause: Cause, error: Exception
    ) -> Processed | Postponed:
        told = "".join(traceback.format_exception(error))
        tracing.failed(error)
        self.breaker.failed()
        if self.breaker.is_open:
            return Postponed(self.breaker.seconds_left, f"breaker open, last failure: {error!r}")
        rounds = self.stage.retry.round_seconds
        again = delivered.waited is not None and delivered.waited.code == "failed"
        failures = cause.attempt - 1 if again else 0
        reason = Reason(f"{type(error).__name__}: {error}"[:500], "failed")
        if failures < len(rounds):
            log.error("handler failed, put into the retry topic", error=reason, traceback=told)
            return self._again(delivered, cause, rounds[failures] * random.uniform(0.75, 1.25), reason)
        return self._given_up(delivered, event, cause, reason, told)

    def _again(
        self, delivered: ConsumedRecord, cause: Cause, seconds: float, reason: Reason
    ) -> Processed | Postponed:
        if (
            retry_headers.record_size(delivered.key, delivered.value, delivered.headers)
            > retry_headers.MAX_KEPT_BYTES
        ):
            return self._unreadable(delivered, _too_large(delivered))
        RETRIES.add(1, {"group": self.stage.group, "way": "topic"})
        note = self._note(
            delivered, cause.attempt, reason, not_before_ms=self._now_ms() + int(seconds * 1000)
        )
        return Processed([self._aside(retry_topic(self.stage.group), delivered, note)])

    def _given_up(
        self, delivered: ConsumedRecord, event: Event, cause: Cause, reason: Reason, told: str
    ) -> Processed | Postponed:
        note = self._note(delivered, cause.attempt, reason, told=told)
        records = [self._aside(dead_letter_topic(self.stage.group), delivered, note)]
        DEAD_LETTERS.add(1, {"group": self.stage.group, "code": reason.code})
        log.error("record given up", reason=reason, code=reason.code, attempt=cause.attempt, traceback=told)
        if self.stage.gave_up is not None:
            try:
                outgoing = self.stage.gave_up(event.message, reason)
                records += derive(outgoing, cause, source=self.source, now=self.clock.now())
            except Exception:
                log.exception("gave_up failed: nobody is told that the record was given up")
        return Processed(records)

    def _unreadable(self, delivered: ConsumedRecord, error: Unreadable) -> Processed | Postponed:
        kind = FACTS.get(delivered.topic)
        if kind is None or not kind.from_outside:
            self.breaker.failed()
            if self.breaker.is_open:
                return Postponed(self.breaker.seconds_left, f"breaker open, last failure: {error.reason}")
        self.breaker.undecided()
        DEAD_LETTERS.add(1, {"group": self.stage.group, "code": error.code})
        log.error(
            "record cannot be read", reason=error.reason, topic=delivered.topic, offset=delivered.offset
        )
        note = self._note(delivered, 1, Reason(error.reason, error.code))
        return Processed([self._aside(dead_letter_topic(self.stage.group), delivered, note)])

    def _note(
        self,
        delivered: ConsumedRecord,
        attempt: int,
        reason: Reason,
        *,
        not_before_ms: int = 0,
        told: str = "",
    ) -> RetryHeaders:
        waited = delivered.waited
        return RetryHeaders(
            group=self.stage.group,
            origin_topic=delivered.topic,
            origin_partition=waited.origin_partition if waited else delivered.partition.partition,
            origin_offset=waited.origin_offset if waited else delivered.offset,
            attempt=attempt,
            first_ms=self._first_ms(delivered),
            last_ms=self._now_ms(),
            code=reason.code,
            reason=reason,
            not_before_ms=not_before_ms,
            traceback=told,
            valueless=delivered.value is None,
        )

    def _aside(self, topic: str, delivered: ConsumedRecord, note: RetryHeaders) -> Record:
        kept = retry_headers.parked(delivered.key, delivered.value, delivered.headers, note)
        return Record(topic, *kept)

    def _first_ms(self, delivered: ConsumedRecord) -> int:
        return delivered.waited.first_ms if delivered.waited else self._now_ms()

    def _now(self) -> datetime:
        """The time of day, exact to a millisecond: facts of one moment share it, and its spelling."""
        if self.clock.monotonic() >= self._tick_ends:
            self._tick = self.clock.now()
            self._tick_ends = self.clock.monotonic() + TICK_SECONDS
        return self._tick

    def _now_ms(self) -> int:
        return int(self.clock.now().timestamp() * 1000)


def _too_large(delivered: ConsumedRecord) -> Unreadable:
    size = retry_headers.record_size(delivered.key, delivered.value, delivered.headers)
    return Unreadable(
        f"a record of {size} bytes, sent compressed, is larger than an event may be ({MAX_EVENT_BYTES}): "
        "put what it carries into an object and refer to that",
        code="too_large",
    )


def _cause(event: Event, delivered: ConsumedRecord) -> Cause:
    """Return what a handler learns of the event it handles."""
    envelope = event.envelope
    kind = FACTS[envelope.type]
    lane = LANE_UNSPECIFIED
    if kind.laned:
        lane = LANE_LIVE if delivered.live else LANE_ARCHIVE
    event_id, source, type_, time, _, traceparent, _ = envelope
    attempt = 1 if delivered.waited is None else delivered.waited.attempt + 1
    return _new(
        Cause,
        (event_id, source, type_, time, asset_of(event), lane, attempt, traceparent or new_traceparent()),
    )
