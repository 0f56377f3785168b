"""How long the broker may wait with the answer to a fetch that finds nothing, changed while a consumer runs.

Upstream: aiokafka takes `fetch_max_wait_ms` when a consumer is made, and writes it into every fetch from an
attribute of its fetcher; no public way changes it (0.14). Beside that it looks five times a second whether
there is something to fetch, which only a partition needs that was paused or sought a moment ago.
"""

from typing import Any


def choose(consumer: Any, milliseconds: int) -> None:
    """Let fetches that are sent from now on wait so long at most; one that is under way is not changed."""
    fetcher = consumer._fetcher  # noqa: SLF001 - see above
    fetcher._fetch_max_wait_ms = milliseconds  # noqa: SLF001
    fetcher._fetcher_timeout = milliseconds / 2000  # noqa: SLF001 - as often as aiokafka's own at 500 ms
