"""What the dataset service remembers of an asset: where it comes from and who has rights in it."""

from dataclasses import dataclass
from datetime import datetime

from framewell.media.v1.media_pb2 import MediaKind, ObjectRef, Programme
from framewell.media.v1.media_pb2 import MediaKind as Kind


@dataclass(frozen=True, slots=True)
class Asset:
    """An asset as taken in. Its statements lie in the rights book, by target."""

    asset_id: str
    kind: "MediaKind.ValueType"
    source: str
    uri: str
    original: ObjectRef
    programme: Programme
    revision: int = 0
    programme_revision: int = 0
    removed: bool = False
    rights_due: datetime | None = None

    @property
    def still(self) -> bool:
        return self.kind == Kind.MEDIA_KIND_STILL

    @property
    def programme_key(self) -> str:
        """The same text for the same programme; the asset itself where nothing is known of it."""
        programme = self.programme
        parts = (programme.series, programme.title, programme.broadcast_time[:10])
        return "|".join(parts) if any(parts[:2]) else self.asset_id


def asset_target(asset_id: str) -> str:
    return f"asset:{asset_id}"


def source_target(source: str) -> str:
    return f"source:{source}"


def holder_target(holder: str) -> str:
    return f"holder:{holder}"
