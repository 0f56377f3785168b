"""The settings of transcode. Prefix `FRAMEWELL_TRANSCODE_`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from framewell_kit.settings import ServiceSettings
from framewell_transcode.domain.proxy import ProxyRecipe, Size


class TranscodeSettings(ServiceSettings):
    """How chunks are cut, what the proxy looks like, and how much runs at once."""

    model_config = SettingsConfigDict(env_prefix="FRAMEWELL_TRANSCODE_", frozen=True, extra="ignore")

    chunk_seconds: float = Field(10.0, ge=1, le=60, description="Length a chunk aims at, in seconds.")
    sound_piece_seconds: float = Field(
        120.0,
        ge=14.4,
        le=3600,
        description="Sound taken out at a time, in seconds; between two pieces live sound overtakes.",
    )
    chunks_at_once: int = Field(1, ge=1, le=64, description="Chunks one process decodes at a time.")
    pictures_at_once: int = Field(
        1, ge=1, le=16, description="Single pictures one process takes out of originals at a time."
    )
    encoder: Literal["libx264", "libvpx-vp9", "h264_nvenc"] = Field(
        "libx264", description="Encoder of the proxy; libx264 is GPL, see docs/licences.md."
    )
    preset: str = Field("superfast", description="Preset of libx264: slower is smaller.")
    quality: int = Field(26, ge=0, le=63, description="Constant quality of the proxy: lower is better.")
    proxy_width: int = Field(960, ge=64, le=3840, description="Widest proxy, in pixels.")
    proxy_height: int = Field(540, ge=64, le=2160, description="Highest proxy, in pixels.")
    decoder_threads: int = Field(
        1, ge=1, le=64, description="Threads of one decoder; 1 is best with several chunks at once."
    )
    segments_at_once: int = Field(
        2, ge=1, le=16, description="Segments of recordings under way one process plans at a time."
    )
    segment_patience_seconds: float = Field(
        6,
        ge=0,
        description="How long a segment of a recording waits for those before it where its clock does not "
        "say how far it lies behind them.",
    )
    memory_mib: int = Field(2048, ge=256, description="Memory one media job may use, in MiB.")

    def recipe(self) -> ProxyRecipe:
        """Return the proxy these settings describe."""
        return ProxyRecipe(
            encoder=self.encoder,
            preset=self.preset,
            quality=self.quality,
            box=Size(self.proxy_width, self.proxy_height),
            decoder_threads=self.decoder_threads,
        )
