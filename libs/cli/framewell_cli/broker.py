"""The broker a command talks to, and the sentences for one that is away or refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Annotated, TypeVar

import typer
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    NodeNotReadyError,
    RequestTimedOutError,
    TopicAuthorizationFailedError,
)

from framewell_cli.errors import CommandError, MeshUnreachable, UsageProblem
from framewell_cli.mesh.endpoints import read_endpoints
from framewell_kafka.broker_access import BrokerAccess, UnsafeAccess
from framewell_kafka.broker_reach import BrokerUnusable

Kafka = Annotated[
    str | None,
    typer.Option(
        "--kafka",
        envvar="FRAMEWELL_KAFKA",
        help="Bootstrap servers; without it the mesh of this folder. FRAMEWELL_KAFKA_SECURITY and its "
        "companions say how to reach them.",
    ),
]
Prefix = Annotated[
    str,
    typer.Option(envvar="FRAMEWELL_KAFKA_PREFIX", help="What stands before every topic and group."),
]

_AWAY = (KafkaConnectionError, KafkaTimeoutError, NodeNotReadyError, RequestTimedOutError)
_FORBIDDEN = (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
)

R = TypeVar("R")


def broker_access(kafka: str | None) -> BrokerAccess:
    """Return the access to the broker of a command. Raise UsageProblem for settings that contradict."""
    try:
        return BrokerAccess.from_environment(kafka or read_endpoints()["kafka"])
    except UnsafeAccess as error:
        raise UsageProblem(f"The broker's settings do not fit together: {error}") from None


def run(kafka: BrokerAccess, work: Coroutine[None, None, R]) -> R:
    """Run work against a broker; its errors become one clear line for a person."""
    try:
        return asyncio.run(work)
    except UnsafeAccess as error:
        raise UsageProblem(f"The broker's settings cannot be used: {error}") from None
    except KafkaError as error:
        raise problem(kafka, error) from None


def problem(kafka: BrokerAccess, error: KafkaError) -> CommandError:
    """Return what a person reads of an error of the broker."""
    if isinstance(error, BrokerUnusable):
        return MeshUnreachable(f"The broker cannot be used: {error}")
    if isinstance(error, _AWAY):
        return MeshUnreachable(
            f"No broker answers at {kafka} ({error}): 'framewell status' says what runs here."
        )
    if isinstance(error, _FORBIDDEN):
        return CommandError(
            f"The broker at {kafka} does not let {kafka.user or 'you'} do this ({error}): "
            "'framewell topics access operator' lists the rights that are needed."
        )
    return CommandError(f"The broker at {kafka} answers, and refuses: {type(error).__name__}: {error}")
