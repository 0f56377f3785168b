"""Samples, classes and snapshots."""

from collections.abc import Mapping, Sequence
from typing import Any

from framewell_client.gateway.calls import Calls, Document
from framewell_client.rest.request import part


class SampleCalls(Calls):
    """Methods about training data."""

    def samples(self, *, limit: int = 1000, **wanted: Any) -> list[Document]:
        """Return samples; `dataset_id`, `states`, `class_id`, `asset_id` narrow them down."""
        return self._pages("/v1/samples", "samples", limit, **wanted)

    def review(self, reviews: Sequence[Mapping[str, Any]]) -> list[Document]:
        """Decide about samples: `{sample_id, decision, …}` each; what became of each."""
        body = {"reviews": [dict(review) for review in reviews]}
        results: list[Document] = self._document("POST", "/v1/samples/review", json=body)["results"]
        return results

    def undo_review(self, sample_ids: Sequence[str]) -> list[Document]:
        """Take decisions back; what became of each."""
        body = {"sample_ids": list(sample_ids)}
        results: list[Document] = self._document("POST", "/v1/samples/undo", json=body)["results"]
        return results

    def datasets(self) -> list[Document]:
        """Return all datasets."""
        return self._pages("/v1/datasets", "datasets")

    def classes(self, dataset_id: str = "") -> list[Document]:
        """Return classes with their names."""
        return self._pages("/v1/classes", "classes", dataset_id=dataset_id)

    def snapshots(self, dataset_id: str = "", *, limit: int = 100) -> list[Document]:
        """Return snapshots, newest first."""
        return self._pages("/v1/snapshots", "snapshots", limit, dataset_id=dataset_id)

    def publish_snapshot(self, dataset_id: str) -> Document:
        """Publish a snapshot now, and return it."""
        path = f"/v1/datasets/{part(dataset_id)}/snapshots"
        snapshot: Document = self._document("POST", path)["snapshot"]
        return snapshot
