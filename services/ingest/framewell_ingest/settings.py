"""The settings of ingest. Prefix `FRAMEWELL_INGEST_`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from framewell_kit.settings import ServiceSettings

GIBIBYTE = 1 << 30


class IngestSettings(ServiceSettings):
    """Where media may come from, how large it may be, and how much is fetched at once."""

    model_config = SettingsConfigDict(env_prefix="FRAMEWELL_INGEST_", frozen=True, extra="ignore")

    roots: Annotated[tuple[Path, ...], NoDecode] = Field(
        (), description=f"Folders that file: URIs may name, separated by {os.pathsep!r}; none: no file: URI."
    )
    buckets: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Buckets that s3: URIs may name, separated by commas; none: no s3: URI."
    )
    inner_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Hosts with private addresses that https: (and for these, http:) URIs may name, "
        "separated by commas. Public hosts need not be named.",
    )
    logins: dict[str, SecretStr] = Field(
        default_factory=dict,
        description='Logins of hosts that https: URIs name: {"host": "user:password"}; no URI may hold one.',
    )
    most_bytes: int = Field(200 * GIBIBYTE, ge=1, description="Largest file taken in, in bytes.")
    most_upload_bytes: int = Field(20 * GIBIBYTE, ge=1, description="Largest upload, in bytes.")
    most_open_uploads: int = Field(
        1000,
        ge=1,
        description="Most resumable uploads under way at once; each may hold that much of the disk.",
    )
    upload_hours: float = Field(24, gt=0, description="How long an upload waits for its request, in hours.")
    fetches_at_once: int = Field(2, ge=1, le=64, description="Files one process fetches at a time.")
    fetch_seconds: float = Field(6 * 3600, gt=0, description="Longest time one fetch may take.")
    retry_hours: float = Field(
        24, ge=0, description="How long a place that does not answer is tried, in hours."
    )
    segments_at_once: int = Field(
        2, ge=1, le=64, description="Segments of recordings under way one process fetches at a time."
    )
    close_after_last_seconds: float = Field(
        10,
        ge=0,
        description="How long a recording whose last segment is there waits for those that are missing.",
    )
    close_after_silence_seconds: float = Field(
        60, gt=0, description="How long a recording without news stays open when no segment was the last."
    )
    trust_lists: Path | None = Field(
        None,
        description="Folder with the trust lists for content credentials (C2PA): `anchors.pem`, and "
        "`revoked.txt` with serial numbers. Unset: no signed permission is believed.",
    )
    memory_mib: int = Field(1024, ge=256, description="Memory that reading one file may use, in MiB.")

    @field_validator("roots", mode="before")
    @classmethod
    def _split_paths(cls, value: object) -> object:
        return tuple(part for part in value.split(os.pathsep) if part) if isinstance(value, str) else value

    @field_validator("buckets", "inner_hosts", mode="before")
    @classmethod
    def _split_names(cls, value: object) -> object:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )
