"""The one consumer runtime of the mesh.

    Stage("ingest.accept_request", reads=IngestRequested, handler=AcceptRequest(...))

Handlers know none of it: facts in, facts out, four outcomes. An event that Kafka acknowledged takes effect
at least once and its effects are visible once; one bad message never stops the rest; what cannot be
handled waits in a dead-letter topic with its reason. First attempts run in order per key; a record that is
tried again may be overtaken. The modules follow one record: `delivery` (bytes), `settle` (its end),
`light` and `heavy` (many of them), `feed` and `gate` (the consumer), `publisher` (what leaves).
"""

from framewell_kit.stream.policy.retry import Reason, RetryPolicy
from framewell_kit.stream.producer.publisher import Publisher
from framewell_kit.stream.runtime import StreamRuntime
from framewell_kit.stream.stages import Broadcast, HeavyStage, Stage

__all__ = ["Broadcast", "HeavyStage", "Publisher", "Reason", "RetryPolicy", "Stage", "StreamRuntime"]
