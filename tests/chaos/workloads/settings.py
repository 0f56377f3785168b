"""The settings of a workload, as `CHAOS_*` variables; everything of the mesh comes as `FRAMEWELL_*`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from framewell_kit.settings import ServiceSettings
from framewell_kit.stream import RetryPolicy


class WorkloadSettings(ServiceSettings):
    """Shared by all workloads; each reads what concerns it."""

    model_config = SettingsConfigDict(env_prefix="CHAOS_", frozen=True, extra="ignore")

    journal: Path = Field(description="Where its entries are noted.")
    broken: str = Field("", description="Name of a broken runtime to run with; empty: the real one.")
    parts: int = Field(10, description="How many requests make an asset whole.")
    work_ms: float = Field(0.0, description="What handling one record takes, beside its effect.")
    not_yet_every: int = Field(0, description="One in so many records is not yet due at first; 0: none.")
    steps: int = Field(4, description="Steps of a job, each of which it saves.")
    step_ms: float = Field(5.0, description="What one step takes.")
    lease_seconds: float = Field(3.0, description="How long a job is leased.")
    blind: bool = Field(False, description="Leases do not look at their own clock: only the database fences.")
    poll_interval_ms: int = Field(0, description="Longest time between polls; 0: the client's default.")
    permits: int = Field(2, description="Heavy records at once.")
    long_jobs: bool = Field(False, description="Every heavy record puts a job.")
    object_bytes: int = Field(1000, description="Size of the object of a heavy record.")
    retry_in_place: tuple[float, ...] | None = Field(None, description="In place of the policy's own.")
    retry_rounds: tuple[float, ...] | None = Field(None, description="In place of the policy's own.")
    fail_every: int = Field(0, description="The handler fails on one in so many records; 0: on none.")
    switch: Path | None = Field(None, description="While this file is there, it fails on none.")

    @property
    def retry(self) -> RetryPolicy:
        """The policy of the stages that may fail."""
        usual = RetryPolicy()
        return RetryPolicy(
            usual.in_place_seconds if self.retry_in_place is None else self.retry_in_place,
            usual.round_seconds if self.retry_rounds is None else self.retry_rounds,
        )
