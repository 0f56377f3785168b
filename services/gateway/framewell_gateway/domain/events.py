"""One event of the mesh as the gateway keeps it: never changed, told apart by its source and id."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from framewell_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class Failure:
    """A piece of work that was given up: a word for programs and a sentence for people."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """A fact, reduced to what people and the projection read.

    `assets` are all assets it concerns (none for facts about models). `generation` is 0 and `chunk_id`
    and `sample_id` are empty where the fact has none. `failure` is set when its outcome is failed.
    `recorded` is its arrival here (see Arrivals): the order in which events are told.
    """

    id: str
    type: str
    source: str
    time: datetime
    recorded: int
    assets: tuple[str, ...] = ()
    subject: str = ""
    generation: int = 0
    chunk_id: str = ""
    sample_id: str = ""
    failure: Failure | None = None
    data: Mapping[str, object] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The type without prefix and version: `chunk.planned`."""
        return self.type.removeprefix("framewell.").rsplit(".v", 1)[0]

    @property
    def key(self) -> str:
        """What tells it apart: ids are unique for their source only. Plain ASCII on one line."""
        return quote(f"{self.source}#{self.id}", safe="/:#")

    @property
    def cursor(self) -> "Cursor":
        """Its place in the order of telling."""
        return Cursor(self.recorded, self.key)


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place in the order in which events were recorded."""

    recorded: int
    key: str


class Arrivals:
    """Numbers arrivals: microseconds since 1970, strictly rising in one gateway whatever its clock does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        """The number of the arrival at hand."""
        self._last = max(self._last + 1, int(self._clock.now().timestamp() * 1_000_000))
        return self._last
