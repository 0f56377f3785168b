"""Unknown people, and faces and pictures that are alike."""

from collections.abc import Mapping, Sequence
from typing import Any

from framewell_client.gateway.calls import Calls, Document
from framewell_client.rest.request import part


class PeopleCalls(Calls):
    """Methods about unknown people."""

    def similar(self, query: Mapping[str, Any]) -> list[Document]:
        """Return stored faces or pictures near to one, nearest first; `query` is a FindSimilarRequest."""
        found: list[Document] = self._document("POST", "/v1/similar", json=dict(query))["neighbours"]
        return found

    def clusters(self, *, limit: int | None = 50, **wanted: Any) -> list[Document]:
        """Return unknown people, the most often seen first; `order_by` (`last_seen`), `series`, `channels`,
        `asked_from`, `asked_until`, `least_appearances` and `include_known` choose which.
        """
        return self._pages("/v1/clusters", "clusters", limit, **wanted)

    def cluster(self, cluster_id: str, *, limit: int = 100) -> Document:
        """Return an unknown person: `cluster`, `appearances`, who may be the same, `best` to learn from."""
        return self._document("GET", f"/v1/clusters/{part(cluster_id)}", params={"page_size": limit})

    def cluster_decisions(self, cluster_id: str) -> list[Document]:
        """Return what people decided about an unknown person, newest first."""
        return self._pages(f"/v1/clusters/{part(cluster_id)}/decisions", "decisions")

    def merge_clusters(self, cluster_id: str, into_cluster_id: str) -> Document:
        """Make one cluster part of another: `{cluster, decision_id}`."""
        body = {"cluster_id": cluster_id, "into_cluster_id": into_cluster_id}
        return self._document("POST", "/v1/clusters/decisions/merge", json=body)

    def split_cluster(self, cluster_id: str, appearances: Sequence[Mapping[str, str]]) -> Document:
        """Make another cluster of appearances (`asset_id`, `observation_id`) of one.

        Return `{cluster, rest, decision_id}`.
        """
        body = {"cluster_id": cluster_id, "appearances": [dict(one) for one in appearances]}
        return self._document("POST", "/v1/clusters/decisions/split", json=body)

    def distinguish_clusters(self, cluster_id: str, other_cluster_id: str) -> str:
        """Note that two clusters are two people; return the id of the decision."""
        body = {"cluster_id": cluster_id, "other_cluster_id": other_cluster_id}
        answer = self._document("POST", "/v1/clusters/decisions/distinguish", json=body)
        return str(answer["decision_id"])

    def name_person(self, cluster_id: str, **who: str) -> Document:
        """Say who an unknown person is, by `name` or `class_id`; return what became of the appearances."""
        return self._document("POST", "/v1/clusters/decisions/name", json={"cluster_id": cluster_id, **who})

    def undo_cluster_decision(self, decision_id: str) -> Document:
        """Take a decision about a cluster back, and return it."""
        body = {"decision_id": decision_id}
        decision: Document = self._document("POST", "/v1/clusters/decisions/undo", json=body)["decision"]
        return decision
