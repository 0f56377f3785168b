"""What becomes of a record that was not handled: it goes to the retry topic, or becomes a dead letter."""

import traceback
from collections.abc import Sequence

from framewell_contracts.cloudevents import Event, Record, Unreadable
from framewell_contracts.fact_types import FACTS, keeps_unreadable
from framewell_contracts.media_addresses import redacted_text
from framewell_contracts.sentences import say
from framewell_contracts.topics import MAX_EVENT_BYTES, dead_letter_topic, retry_topic
from framewell_kafka import retry_headers
from framewell_kafka.retry_headers import RetryHeaders
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import NotYet
from framewell_kit.stream.consumer.record import ConsumedRecord, Postponed, Processed
from framewell_kit.stream.policy.breaker import Breaker
from framewell_kit.stream.policy.retry import Reason, not_yet_waits
from framewell_kit.stream.producer.outgoing import derive
from framewell_kit.stream.stages import HeavyStage, Stage
from framewell_kit.telemetry import logger, tracing
from framewell_kit.telemetry.metrics import DEAD_LETTERS, RETRIES, UNREADABLE_SKIPPED

log = logger(__name__)


class FailurePolicy:
    """The rules of one stage for records whose handler raised, or that cannot be read.

    Every method returns the records to publish, after which the record is over here, or postpones its
    partition because the breaker opened.
    """

    def __init__(self, stage: Stage | HeavyStage, source: str, clock: Clock, breaker: Breaker) -> None:
        self._group, self._retry, self._gave_up = stage.group, stage.retry, stage.gave_up
        self._source, self._clock, self._breaker = source, clock, breaker

    def keeps_unreadable(self, record: ConsumedRecord) -> bool:
        """Return whether a dead letter of this group is made of the record if it cannot be read."""
        return record.assigned.is_retry or keeps_unreadable(self._group, record.topic)

    def unreadable(
        self, record: ConsumedRecord, error: Unreadable, facts: Sequence[Record] = ()
    ) -> Processed | Postponed:
        """Give up a record that is no event, beside these facts; skip it where another group keeps it.

        Junk from outside does not count against the stage.
        """
        kind = FACTS.get(record.topic)
        if kind is None or not kind.from_outside:
            self._breaker.failed()
            if self._breaker.is_open:
                return self._open(error.reason)
        self._breaker.undecided()
        if self.keeps_unreadable(record):
            return Processed([self._unread(record, error), *facts])
        UNREADABLE_SKIPPED.add(1, {"group": self._group, "code": error.code})
        log.debug("record cannot be read, another group keeps it", reason=error.reason,
                  topic=record.topic, offset=record.offset)  # fmt: skip
        return Processed(())

    def not_yet(
        self, record: ConsumedRecord, event: Event, cause: Cause, wait: NotYet
    ) -> Processed | Postponed:
        """Try it again through the retry topic, or give it up when it has waited too long in all."""
        waited, seconds = not_yet_waits(wait.retry_after, cause.attempt)
        if waited > self._retry.not_yet_limit_seconds:
            said = say(
                "waited_in_vain",
                "waited {seconds} s in vain: {why}",
                seconds=f"{waited:.0f}",
                why=wait.reason,
            )
            reason = Reason(said, "waited_in_vain")
            return self.give_up(record, event, cause, reason)
        return self._retry_later(record, cause, seconds, Reason(wait.reason, "not_yet"))

    def failed(
        self, record: ConsumedRecord, event: Event, cause: Cause, error: Exception
    ) -> Processed | Postponed:
        """Try it again through the retry topic, or give it up after its last round; the breaker counts it."""
        tracing.failed(error)
        self._breaker.failed()
        if self._breaker.is_open:
            return self._open(repr(error))
        failed_before = record.retry is not None and record.retry.code == "failed"
        seconds = self._retry.round(cause.attempt - 1 if failed_before else 0)
        reason = Reason(f"{type(error).__name__}: {error}"[:500], "failed")
        trace = "".join(traceback.format_exception(error))
        if seconds is None:
            return self.give_up(record, event, cause, reason, trace=trace)
        log.error("handler failed, put into the retry topic", error=reason, traceback=trace)
        return self._retry_later(record, cause, seconds, reason)

    def give_up(
        self,
        record: ConsumedRecord,
        event: Event,
        cause: Cause,
        reason: Reason,
        *,
        trace: str = "",
        facts: Sequence[Outgoing] = (),
    ) -> Processed:
        """Make it a dead letter, beside these facts and those that inform whoever waits for it."""
        headers = self._headers(record, cause.attempt, reason, trace=trace)
        records = [_parked(dead_letter_topic(self._group), record, headers)]
        DEAD_LETTERS.add(1, {"group": self._group, "code": reason.code})
        log.error("record given up", reason=reason, code=reason.code, attempt=cause.attempt, traceback=trace)
        records += derive(facts, cause, source=self._source, now=self._clock.now())
        if self._gave_up is not None:
            try:
                outgoing = self._gave_up(event.message, reason.for_senders())
                records += derive(outgoing, cause, source=self._source, now=self._clock.now())
            except Exception:
                log.exception("gave_up failed: nobody learns that the record was given up")
        return Processed(records)

    def _unread(self, record: ConsumedRecord, error: Unreadable) -> Record:
        DEAD_LETTERS.add(1, {"group": self._group, "code": error.code})
        log.error("record cannot be read", reason=error.reason, topic=record.topic, offset=record.offset)
        headers = self._headers(record, 1, Reason(error.reason, error.code))
        return _parked(dead_letter_topic(self._group), record, headers)

    def _open(self, last_failure: str) -> Postponed:
        said = say("breaker_open.failure", "breaker open, last failure: {why}", why=last_failure)
        return Postponed(self._breaker.seconds_left, said)

    def _retry_later(
        self, record: ConsumedRecord, cause: Cause, seconds: float, reason: Reason
    ) -> Processed | Postponed:
        if _size(record) > retry_headers.MAX_KEPT_BYTES:
            return Processed([self._unread(record, too_large(record))])
        RETRIES.add(1, {"group": self._group, "way": "topic"})
        not_before_ms = self._now_ms() + int(seconds * 1000)
        headers = self._headers(record, cause.attempt, reason, not_before_ms=not_before_ms)
        return Processed([_parked(retry_topic(self._group), record, headers)])

    def _headers(
        self,
        record: ConsumedRecord,
        attempt: int,
        reason: Reason,
        *,
        not_before_ms: int = 0,
        trace: str = "",
    ) -> RetryHeaders:
        earlier, now_ms = record.retry, self._now_ms()
        return RetryHeaders(
            group=self._group,
            origin_topic=record.topic,
            origin_partition=earlier.origin_partition if earlier else record.partition.partition,
            origin_offset=earlier.origin_offset if earlier else record.offset,
            attempt=attempt,
            first_ms=earlier.first_ms if earlier else now_ms,
            last_ms=now_ms,
            code=reason.code,
            reason=reason.sentence,
            not_before_ms=not_before_ms,
            traceback=redacted_text(trace),
            valueless=record.value is None,
        )

    def _now_ms(self) -> int:
        return int(self._clock.now().timestamp() * 1000)


def too_large(record: ConsumedRecord) -> Unreadable:
    """Return the error of a record that is larger than an event may be."""
    return Unreadable(
        say(
            "event_too_large",
            "a record of {size} bytes, sent compressed, is larger than an event may be ({most}): put what it "
            "carries into an object and refer to that",
            size=_size(record),
            most=MAX_EVENT_BYTES,
        ),
        code="too_large",
    )


def _size(record: ConsumedRecord) -> int:
    return retry_headers.record_size(record.key, record.value, record.headers)


def _parked(topic: str, record: ConsumedRecord, headers: RetryHeaders) -> Record:
    return Record(topic, *retry_headers.parked(record.key, record.value, record.headers, headers))
