"""Places for connections: each may hold megabytes of bodies that nobody has read yet, so they are few."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from framewell_gateway.domain.open_counts import OpenCounts
from framewell_gateway.domain.proxies import Network, is_in
from framewell_gateway.domain.sources import source_of

MOST: Final = 512
MOST_OF_PEER: Final = 64
"""Of an address: a connection carries 256 requests at once, and a client has one or a few."""
TOO_MANY: Final = "too many connections are open from there, or in all: use one for many requests"


@dataclass(frozen=True, slots=True)
class Places:
    """Counts connections by where they come from; `proxies` have those of everybody, up to all there are."""

    proxies: Collection[Network] = ()
    counts: OpenCounts = field(default_factory=lambda: OpenCounts(MOST_OF_PEER, MOST))

    def take(self, client: tuple[str, int] | None) -> Callable[[], None] | None:
        """Take a place; return what gives it back, None where there is none."""
        peer = client[0] if client else ""
        source = source_of(peer)
        if not self.counts.take(source, trusted=is_in(peer, self.proxies)):
            return None
        return partial(self.counts.give_back, source)
