"""The one consumer runtime of the mesh.

    Stage("ingest.accept_request", handler=AcceptRequest(...))

Handlers know none of it: facts in, facts out, four outcomes. An event that Kafka acknowledged takes effect
at least once and its effects are visible once; one bad message never stops the rest; what cannot be
handled waits in a dead-letter topic with its reason. First attempts run in order per key; a record that is
tried again may be overtaken.

`consumer` reads: a `GroupConsumer` polls, a `ProcessingStrategy` (`consumer.strategy` states its contract)
decides in which order and how many at once, a `RecordProcessor` takes one record from bytes to its outcome.
`policy` decides what becomes of a record that was not handled, `producer` writes, `aiokafka_compat` holds
what is patched in client libraries. `timing` has every wait and bound.
"""

from framewell_kit.stream.policy.permits import Permits
from framewell_kit.stream.policy.retry import Reason, RetryPolicy
from framewell_kit.stream.producer.publisher import Publisher
from framewell_kit.stream.runtime import StreamRuntime
from framewell_kit.stream.stages import Broadcast, HeavyStage, Stage

__all__ = [
    "Broadcast",
    "HeavyStage",
    "Permits",
    "Publisher",
    "Reason",
    "RetryPolicy",
    "Stage",
    "StreamRuntime",
]
