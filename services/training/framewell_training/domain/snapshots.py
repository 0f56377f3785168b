"""A snapshot as published, and whether it may still be used."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell_contracts.sentences import Sentence, say


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A published snapshot. `withdrawn` says why it must not be used any more; empty: it may."""

    published: SnapshotPublished
    withdrawn: str = ""
    superseded_by: str = ""

    @property
    def model_name(self) -> str:
        """Return the name of the identity model that the dataset's snapshots become."""
        return model_name(self.published.dataset_id)


@dataclass(frozen=True, slots=True)
class Owed:
    """A holder is to be paid for every use of a sample: exact decimal amount, ISO 4217 currency.

    `issuer`, `statement_id` and `revision` name the rights statement that says so.
    """

    sample_id: str
    asset_id: str
    holder: str
    amount: str
    currency: str
    issuer: str
    statement_id: str
    revision: int


def snapshot_withdrawn(snapshot_id: str, reason: str) -> Sentence:
    """Return that a snapshot was withdrawn, and why."""
    return say(
        "withdrawn.snapshot",
        "snapshot {snapshot_id} was withdrawn: {reason}",
        snapshot_id=snapshot_id,
        reason=reason,
    )


def model_name(dataset_id: str) -> str:
    """Return `identity/<dataset>`."""
    return f"identity/{dataset_id}"
