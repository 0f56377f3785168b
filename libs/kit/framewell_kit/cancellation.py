"""Whose cancellation a CancelledError is.

Somebody's code that waits for a call, a task or a future which is cancelled under it meets the same error as
a task that is to stop. Taken for the latter it would end a worker without a word.
"""

import asyncio


def told_to_stop() -> bool:
    """In an `except CancelledError`: True when this task is to stop, not what it waited for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
