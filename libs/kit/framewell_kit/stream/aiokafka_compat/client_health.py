"""Whether a client of aiokafka still works.

It works in tasks of its own. One that meets an error it does not expect ends for good: a consumer then
raises at every poll, or reads nothing and raises nothing; a producer fails whatever it is given, or waits.

Upstream: aiokafka's issue 983 is one such end (closed); nothing restarts a task that ended, and no
public attribute shows it. Its own attributes are looked at; a test ends each of these tasks.
"""

import asyncio
from typing import Any

from framewell_contracts.sentences import say

# These never end while the client is open.
CONSUMER_TASKS = ("_client._sync_task", "_fetcher._fetch_task", "_coordinator._coordination_task")
PRODUCER_TASKS = ("client._sync_task", "_sender._sender_task")
# These may end well: another begins with the next assignment.
PASSING_TASKS = ("_coordinator._heartbeat_task", "_coordinator._commit_refresh_task")


def consumer_ended(consumer: Any) -> str:
    """Return why a consumer will not read any more; empty while it may, and once it was stopped."""
    if consumer._closed:  # noqa: SLF001 - see above
        return ""
    return _ended(consumer, CONSUMER_TASKS) or _ended(consumer, PASSING_TASKS, only_failed=True)


def producer_ended(producer: Any) -> str:
    """Return why a producer will not write any more; empty while it may, and once it was stopped."""
    if producer._closed:  # noqa: SLF001 - see above
        return ""
    return _ended(producer, PRODUCER_TASKS)


def end(consumer: Any) -> None:
    """Cancel what is left of a consumer that failed to stop, or would not end, and close its connections."""
    for path in (*CONSUMER_TASKS, *PASSING_TASKS):
        if (task := _task(consumer, path)) is not None:
            task.cancel()
    for connection in list(consumer._client._conns.values()):  # noqa: SLF001 - see above
        connection.close()


def _ended(client: Any, paths: tuple[str, ...], *, only_failed: bool = False) -> str:
    for path in paths:
        task = _task(client, path)
        if task is None or not task.done():
            continue
        error = None if task.cancelled() else task.exception()
        if error is not None or not only_failed:
            name = path.rpartition("._")[2].replace("_", " ")
            why = (error and error.__cause__) or repr(error)
            return say("client_ended", "its {part} ended: {why}", part=name, why=why)
    return ""


def _task(client: Any, path: str) -> asyncio.Task[Any] | None:
    part, name = path.split(".")
    task: asyncio.Task[Any] | None = getattr(getattr(client, part), name, None)  # not all without a group
    return task
