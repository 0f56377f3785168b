"""How much is open at once in this process, by where it comes from."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class OpenCounts:
    """At most so many of one source, and in all; a source that is trusted is counted in all alone."""

    most_of_source: int
    most: int
    _open: Counter[str] = field(default_factory=Counter, init=False)

    @property
    def total(self) -> int:
        """Return how many are open."""
        return self._open.total()

    def take(self, source: str, *, trusted: bool = False) -> bool:
        """Count another one; False, counting nothing, where the source may have no more, or nobody may."""
        if self.total >= self.most or (not trusted and self._open.get(source, 0) >= self.most_of_source):
            return False
        self._open[source] += 1
        return True

    def give_back(self, source: str) -> None:
        """Count one less; whoever has none is forgotten."""
        self._open[source] -= 1
        if self._open[source] <= 0:
            del self._open[source]
