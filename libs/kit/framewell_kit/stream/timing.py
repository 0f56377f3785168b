"""How long the runtime waits for what, and how much it holds: one value each, which tests may set.

Both are shared by all streams of a process. What a stage decides for itself stands in `stages` and
`policy.retry`; when a breaker opens is a rule of `policy.breaker`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StreamTiming:
    """Seconds, unless the name ends in `ms`. Defaults were measured on the real broker, or bound a wait."""

    # --- polling
    poll_ms: int = 5
    """A poll that finds records waits so long for more."""
    idle_poll_ms: int = 1000
    """A poll that finds none waits so long for the first."""
    fetch_wait_ms: int = 500
    """The broker answers a fetch that finds nothing after so long. A partition that comes back from a pause
    is asked for with the next fetch."""
    idle_fetch_wait_ms: int = 2000
    """The same for a consumer that has read nothing for `idle_after` and has no partition paused: two
    fetches a second by every consumer were half of what an idle mesh cost. After a rebalance that finds it
    idle the first record may be so late."""
    idle_after: float = 10.0
    metadata_ms: int = 30_000
    """Partitions that somebody adds are read after this time; aiokafka's own is five minutes."""
    # --- membership
    heartbeat_ms: int = 1000
    """How soon a member learns of a rebalance: a new replica has work after about a second."""
    rebalance: float = 30.0
    """How long a member may finish its work in a rebalance before the broker removes it from the group."""
    hand_over: float = 24.0
    """How much of that goes into waiting for records in flight; the rest is for the commit."""
    keep_alive: float = 1.0
    """A consumer whose partitions are all paused is polled so often, to stay a member."""
    consumer_stop: float = 10.0
    """A consumer may take so long to stop; its tasks wait for each other, one that ended for ever."""
    leave: float = 4.0
    """All consumers together may take so long to leave their groups, once drained."""
    # --- commits
    commit: float = 30.0
    """One commit may take so long. It waits for a broker that is away, but not for ever for a consumer that
    will never commit again and has been replaced."""
    commit_interval: float = 0.025
    """Commits follow each other no faster than this; the first after a silence goes out at once."""
    # --- pauses
    behind_slow_record: float = 0.25
    """A partition that was read too far beyond a record in flight pauses so long."""
    stuck: float = 2.0
    """A partition none of whose queued records begins for so long is stuck behind its keys: they are given
    back, and it pauses as long."""
    hold_after: float = 20.0
    """Handlers that leave no room for so long: all partitions pause, and are polled to stay in the group."""
    broker_away: float = 1.0
    """A partition whose facts the broker did not acknowledge pauses so long."""
    half_open: float = 1.0
    """The others wait so long while a half-open breaker lets one record be tried."""
    # --- watching
    watch: float = 1.0
    """How often consumers, the producer and overdue acknowledgements are looked at."""
    denied: float = 5.0
    """A topic that the broker denies is asked for again after so long."""
    breaker_look: float = 2.0
    """How often a replica with an open breaker looks whether a person resumed it."""
    breaker_flush: float = 2.0
    """How long the state of the breakers may take to be written at the end."""
    lag: float = 2.0
    """How long the broker may take to say where partitions end."""
    # --- producing
    answer: float = 20.0
    """Whoever publishes waits so long for an acknowledgement before it is Busy."""
    producer_stop: float = 5.0
    """A producer may take so long to stop while the broker is away."""
    producer_retire: float = 60.0
    """A producer that was replaced may take so long to send what it still holds."""
    partition_count: float = 60.0
    """Topics may get more partitions: how many they have is looked up anew so often."""

    @property
    def denial_expires(self) -> float:
        """Return for how long a denial counts: a topic is granted when asked for again and not denied."""
        return self.denied + 2 * self.watch


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """Records, unless the name ends in `bytes` or `tries`."""

    poll: int = 500
    """Most records of one poll of a `Stage`."""
    broadcast_poll: int = 200
    """Most records of one poll of a `Broadcast`."""
    fetch_bytes: int = 128 * 1024
    """The broker sends so much of a partition at once (or one batch that is larger), compressed, and it waits
    here to be read. With aiokafka's own 1 MiB a process with a backlog took 150 MB more than an idle one."""
    room: int = 500
    """More is polled when no more than so many are in flight: two polls at most are in memory."""
    ahead: int = 2000
    """So many records of a partition may be read beyond its first unfinished one. Bounds what is remembered,
    and what a crash repeats while one record takes its time."""
    yield_after: int = 64
    """A handler that never waits lets the rest of the process run after so many records."""
    delayed: int = 1000
    """Records of a retry topic that may be read ahead of their time."""
    delayed_bytes: int = 16 << 20
    """Bytes of them."""
    broadcast_tries: int = 5
    """A fact of a `Broadcast` that fails so often is skipped."""
    publish_tries: int = 5
    """Records that the broker refuses so often, for reasons that pass, make the publisher Busy."""
