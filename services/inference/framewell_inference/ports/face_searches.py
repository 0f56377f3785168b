"""Who looked for a face, as it is kept."""

from __future__ import annotations

from typing import Protocol

from framewell.face.v1.face_pb2 import FaceSearched
from framewell_kit.facts import Cause


class FaceSearches(Protocol):
    """Searches for faces that were answered."""

    async def keep(self, search: FaceSearched, cause: Cause) -> None:
        """Keep that there was a search, and announce it, by its id once. Raises Busy."""
        ...
