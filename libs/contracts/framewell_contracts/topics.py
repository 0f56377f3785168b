"""A topic as code: what `framewell topics apply` creates and `framewell topics diff` compares."""

from dataclasses import dataclass

# No event carries media or vectors, only references to objects: 1 MiB is generous.
MAX_EVENT_BYTES = 1 << 20
# A dead letter carries the whole event and what went wrong with it.
MAX_DEAD_LETTER_BYTES = 2 * MAX_EVENT_BYTES
# What Kafka adds to a record inside its batch, and then some.
RECORD_OVERHEAD_BYTES = 1024

DAY_MS = 24 * 60 * 60 * 1000

RETRY_SUFFIX = ".retry"
DEAD_LETTER_SUFFIX = ".dead-letter"
# What answers systems outside, as JSON that needs no schema to be read: the same events once more.
RESULTS = "framewell.results.v1"
# What people did with dead letters: the newest action on each of them.
DEAD_LETTER_ACTIONS = "framewell.dead-letters.actions"


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: its name and everything about it that matters to the mesh.

    `retention_days` None keeps records for ever; `compacted` keeps the newest record of every key. Of
    `replication` copies at least `min_in_sync` have a record before it is acknowledged.
    """

    name: str
    partitions: int
    retention_days: int | None
    compacted: bool = False
    max_bytes: int = MAX_EVENT_BYTES
    replication: int = 1
    min_in_sync: int = 1

    def settings(self) -> dict[str, str]:
        """Return the broker settings of the topic, as Kafka spells them."""
        retention_ms = -1 if self.retention_days is None else self.retention_days * DAY_MS
        return {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "retention.ms": str(retention_ms),
            "max.message.bytes": str(self.max_bytes),
            "min.insync.replicas": str(self.min_in_sync),
        }


def retry_topic(group: str) -> str:
    """Return the topic in which a group keeps records that it will try again later."""
    return group + RETRY_SUFFIX


def dead_letter_topic(group: str) -> str:
    """Return the topic in which a group keeps what it gave up, with the reason."""
    return group + DEAD_LETTER_SUFFIX
