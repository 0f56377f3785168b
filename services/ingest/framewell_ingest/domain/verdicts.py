"""Why an asset is not taken in: a code for programs, a sentence for the person who sent it."""

from __future__ import annotations

from typing import Final

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.media.v1.media_pb2 import ObjectRef
from framewell_kit.outcomes import Busy

UNREACHABLE: Final = "unreachable"
FORBIDDEN: Final = "forbidden"
TOO_LARGE: Final = "too_large"
WRONG_HASH: Final = "wrong_hash"
UNREADABLE: Final = "unreadable"
CANCELLED: Final = "cancelled"
FAILED: Final = "failed"

_GROWN_SECONDS: Final = 5.0


class Refused(Exception):
    """The media cannot be taken in, and trying again would not help."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class PlaceAway(Busy):
    """The place that media is to come from does not answer now; after some hours that is a refusal."""


class StillGrowing(Busy):
    """The file changed while it was copied; `half` is what was stored of it, which nobody wants."""

    def __init__(self, file_name: str, half: ObjectRef) -> None:
        super().__init__(f"the file {file_name!r} is still being written", retry_after=_GROWN_SECONDS)
        self.half = half


def rejection(asset_id: str, uri: str, generation: int, code: str, detail: str) -> AssetRejected:
    """The fact that says so."""
    return AssetRejected(asset_id=asset_id, code=code, detail=detail, uri=uri, generation=generation)
