"""Ends the waiting of everybody who has sent with a producer that will not acknowledge any more.

Upstream: with idempotence aiokafka never gives up a batch (a batch that was sent may be in the log, and to
drop it would leave a gap in the sequence): its futures wait for as long as the broker is away, and for ever
once the producer is stopped with batches left. Related: aiokafka's issue 1017, a sequence lost in an outage.
"""

from typing import Any

from aiokafka.errors import ProducerClosed


def fail(producer: Any) -> None:
    """Fail every send that this producer has not acknowledged, with ProducerClosed."""
    producer._message_accumulator.fail_all(ProducerClosed())  # noqa: SLF001 - nothing else ends them
