"""The event loop of every process of the mesh: uvloop, which aiokafka does not know well enough."""

from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop

from framewell_kit.stream.aiokafka_compat import lost_connection

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to its end, as `asyncio.run` does; every connection to a broker notices its loss in time."""
    lost_connection.install()
    return uvloop.run(main)
