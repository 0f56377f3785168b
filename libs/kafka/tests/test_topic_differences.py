"""What making a broker's topics as declared would cost, and what environments may say."""

from typing import Any

import pytest

from framewell_contracts.fact_types import topics
from framewell_contracts.topics import DAY_MS, DEAD_LETTER_ACTIONS, Topic
from framewell_kafka.environment import BadEnvironment, Environment
from framewell_kafka.topic_differences import Difference, ExistingTopic, differences

TOPIC = Topic("t", 3, 14)


def found(
    topic: Topic = TOPIC, *, partitions: int = 3, replication: int = 1, **changed: str
) -> ExistingTopic:
    settings = topic.settings() | {name.replace("_", "."): value for name, value in changed.items()}
    return ExistingTopic(partitions, replication, settings)


def only(topic: Topic, has: ExistingTopic) -> Difference:
    (one,) = differences([topic], {topic.name: has})
    return one


def test_a_broker_as_declared_has_no_difference() -> None:
    assert differences([TOPIC], {"t": found(), "somebody-elses": found()}) == []


@pytest.mark.parametrize(
    ("has", "remedy"),
    [
        (found(retention_ms=str(7 * DAY_MS)), "apply"),
        (found(retention_ms=str(15 * DAY_MS)), "confirm"),
        (found(retention_ms="-1"), "confirm"),
        (found(cleanup_policy="compact"), "confirm"),
        (found(max_message_bytes="1"), "apply"),
        (found(min_insync_replicas="2"), "confirm"),
        (found(partitions=1), "confirm"),
        (found(partitions=4), "by_hand"),
        (found(replication=3), "by_hand"),
    ],
)
def test_what_loses_something_takes_a_persons_word(has: ExistingTopic, remedy: str) -> None:
    one = only(TOPIC, has)
    assert one.remedy == remedy
    assert bool(one.cost) == (remedy != "apply")


def test_compaction_switched_on_loses_and_switched_off_with_endless_retention_does_not() -> None:
    kept = Topic("t", 3, None)
    assert only(Topic("t", 3, None, compacted=True), found(kept)).remedy == "confirm"
    assert only(kept, found(kept, cleanup_policy="compact")).remedy == "apply"


def test_an_environment_has_its_own_copies_partitions_and_retention() -> None:
    environment = Environment.read(
        {
            "replication": 3,
            "topics": {
                "framewell.chunk.*": {"partitions": 48},
                "framewell.chunk.planned.v1.live": {"retention_days": 2},
                "*.dead-letter": {"retention_days": 365},
                "framewell.asset.*": {"retention_days": "forever"},
            },
        }
    )
    named = {topic.name: topic for topic in environment.topics(topics())}
    planned = named["framewell.chunk.planned.v1.live"]
    assert (planned.partitions, planned.retention_days, planned.replication, planned.min_in_sync) == (
        48,
        2,
        3,
        2,
    )
    assert named["framewell.chunk.planned.v1.archive"].retention_days == 14
    assert named["ingest.erase.dead-letter"].retention_days == 365
    assert named["framewell.asset.ingested.v1"].retention_days is None
    assert named[DEAD_LETTER_ACTIONS].partitions == 1


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"replicas": 3},
        {"replication": 0},
        {"replication": True},
        {"replication": 2, "min_in_sync": 3},
        {"topics": ["framewell.chunk.*"]},
        {"topics": {"framewell.chunk.*": 48}},
        {"topics": {"framewell.chunk.*": {"partition": 48}}},
        {"topics": {"framewell.chunk.*": {"retention_days": "long"}}},
        {"topics": {"framewell.chonk.*": {"partitions": 48}}},
        {"topics": {"*": {"partitions": 48}}},
    ],
)
def test_an_environment_that_makes_no_sense_is_refused(document: Any) -> None:
    with pytest.raises(BadEnvironment):
        Environment.read(document).topics(topics())
