"""Tells apart the two meanings of a CancelledError.

Code that awaits a call, a task or a future which is cancelled by somebody else meets the same error as a task
that is to stop. Taken for the latter it would end a worker silently.
"""

import asyncio


def is_cancelled() -> bool:
    """Return, in an `except CancelledError`, whether the running task is to stop.

    False means that only what the task awaited was cancelled.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
