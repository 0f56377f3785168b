"""A snapshot as training knows it: what it was told when it was published, and whether it still holds."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A published snapshot. `withdrawn` says why it must not be used any more; empty: it may."""

    published: SnapshotPublished
    withdrawn: str = ""
    superseded_by: str = ""

    @property
    def model_name(self) -> str:
        """Name of the identity model that a dataset's snapshots become."""
        return model_name(self.published.dataset_id)


@dataclass(frozen=True, slots=True)
class Owed:
    """A holder is to be paid for every use of a sample: exact decimal amount, ISO 4217 currency."""

    sample_id: str
    asset_id: str
    holder: str
    amount: str
    currency: str
    statement: str


def model_name(dataset_id: str) -> str:
    """`identity/<dataset>`."""
    return f"identity/{dataset_id}"
