"""Lets FastStream build consumers of another class than aiokafka's.

FastStream makes `AIOKafkaConsumer`s with a builder that it keeps in its broker's configuration once it is
connected; there is no option for another class, and no issue that asks for one (November 2026, 0.7.8). Needed
for as long as FastStream sleeps after an empty poll, and after an error: see `consumer.start`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from faststream.kafka import KafkaBroker


def use(broker: KafkaBroker, consumer: Callable[..., Any], **options: Any) -> None:
    """Build `consumer(**options, ...)` for every subscriber of a connected broker that starts from now on."""
    config = broker.config.broker_config
    built: Any = config.builder
    config.builder = partial(consumer, **built.keywords, **options)
