"""Which assets a list shows, and in what order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from framewell.gateway.v1.asset_view_pb2 import AssetState
from framewell.media.v1.media_pb2 import MediaKind
from framewell_contracts.sentences import say
from framewell_kit.outcomes import Rejected
from framewell_kit.paging import Key, encode_token

_DESCENDING = "desc"


class SortField(StrEnum):
    """What assets can be ordered by, as `order_by` names it."""

    REQUESTED_AT = "requested_at"
    TITLE = "title"
    DURATION = "duration"
    STATE = "state"
    CHANGED_AT = "changed_at"


@dataclass(frozen=True, slots=True)
class StateCounts:
    """How many assets there are by state, and of how many the work failed as a whole."""

    by_state: "Mapping[AssetState.ValueType, int]"
    failed: int = 0


@dataclass(frozen=True, slots=True)
class AssetOrder:
    """The order of a list; assets that are equal in it are in order of their ids."""

    field: SortField = SortField.REQUESTED_AT
    descending: bool = True

    @property
    def name(self) -> str:
        """Return a name of the order that may stand in an address as it is."""
        return f"{self.field}-desc" if self.descending else str(self.field)

    def token(self, last: Key) -> str:
        """Return the page token of the place behind an asset with this sort key."""
        return f"{self.name}.{encode_token(last)}"

    def place(self, token: str) -> str:
        """Return the place that a page token names. Raises Rejected for one of a list in another order."""
        other, dot, place = token.partition(".")
        if dot and other != self.name:
            raise Rejected(
                say(
                    "bad_page_token.order",
                    "the page token is one of a list in another order ({other}): begin without a token",
                    other=other[:40],
                ),
            )
        return place if dot else token


@dataclass(frozen=True, slots=True)
class AssetFilter:
    """Which assets a list shows: those that meet all of it; what is empty or None is met by every asset.

    `title` is part of the title, in capitals or not, with accents or without; `search` are words, each the
    begin of one of the asset's. A label is `name:value`, or `name` with any value. `requested_until` is the
    first moment that is too late.
    """

    states: "Sequence[AssetState.ValueType]" = ()
    kinds: "Sequence[MediaKind.ValueType]" = ()
    title: str = ""
    search: str = ""
    source: str = ""
    labels: Sequence[str] = ()
    requested_from: datetime | None = None
    requested_until: datetime | None = None


def order_of(text: str) -> AssetOrder:
    """Return the order that an `order_by` names, `requested_at desc` for an empty one. Raises Rejected."""
    if not text.strip():
        return AssetOrder()
    name, *direction = text.split()
    if name not in list(SortField) or direction not in ([], [_DESCENDING]):
        fields = ", ".join(f"`{field}`" for field in SortField)
        raise Rejected(
            say(
                "bad_order.assets",
                "assets cannot be ordered by {order}: name {fields}, alone or followed by ` desc`",
                order=f"{text[:80]!r}",
                fields=fields,
            ),
        )
    return AssetOrder(SortField(name), descending=bool(direction))
