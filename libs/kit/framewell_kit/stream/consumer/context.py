"""What all streams of a process share."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from faststream.kafka import KafkaBroker

from framewell_kit.clock import Clock
from framewell_kit.stream.policy.quarantine import Quarantine
from framewell_kit.stream.producer.publisher import Publisher
from framewell_kit.stream.timing import StreamLimits, StreamTiming


@dataclass(frozen=True, slots=True)
class StreamContext:
    """`member` is the ordinal of this process, for static membership; empty: dynamic.

    `fatal` ends the process after a failure of the runtime itself: others take its work over.
    """

    broker: KafkaBroker
    publisher: Publisher
    clock: Clock
    prefix: str = ""
    member: str = ""
    quarantine: Quarantine = field(default_factory=Quarantine)
    fatal: Callable[[], None] = lambda: os._exit(70)
    timing: StreamTiming = field(default_factory=StreamTiming)
    limits: StreamLimits = field(default_factory=StreamLimits)
