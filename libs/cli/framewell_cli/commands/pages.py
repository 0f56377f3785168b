"""The HTML page of an asset, with pictures read over the gateway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from framewell_cli.report import write_asset_page
from framewell_client import Gateway


@dataclass(frozen=True, slots=True)
class GatewayPictures:
    """What a page shows besides the view."""

    gateway: Gateway

    def observations(self, asset_id: str) -> Sequence[Mapping[str, Any]]:
        """Faces and texts of the asset."""
        return self.gateway.observations(asset_id, ("faces", "text"))

    def frame(self, asset_id: str, frame: int) -> bytes:
        """The sampled picture nearest at or before a frame, as JPEG."""
        return self.gateway.frame(asset_id, frame)

    def samples(self, asset_id: str) -> Sequence[Mapping[str, Any]]:
        """Samples taken from the asset."""
        return self.gateway.samples(asset_id=asset_id)

    def object(self, key: str) -> bytes:
        """The bytes of an object."""
        return self.gateway.object(key)


def write_page(gateway: Gateway, view: Mapping[str, Any], path: Path) -> Path:
    """Write the page of an asset; where it lies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_asset_page(view, path, GatewayPictures(gateway))
    return path.absolute()
