"""Models, training runs and campaigns over the archive."""

from collections.abc import Mapping
from typing import Any

from framewell_client.gateway.calls import Calls, Document
from framewell_client.rest.request import part


class ModelCalls(Calls):
    """Methods about models, runs and re-analysis."""

    def models(self) -> list[Document]:
        """Return the models known, and which are in force."""
        return self._pages("/v1/models", "models")

    def runs(self, dataset_id: str = "", *, limit: int = 100) -> list[Document]:
        """Return training runs, newest first."""
        return self._pages("/v1/runs", "runs", limit, dataset_id=dataset_id)

    def start_run(self, request: Mapping[str, Any]) -> Document:
        """Start a training run, and return it."""
        run: Document = self._document("POST", "/v1/runs", json=dict(request))["run"]
        return run

    def candidates(self, name: str = "") -> list[Document]:
        """Return models that wait for a person, and those in service."""
        return self._pages("/v1/candidates", "candidates", name=name)

    def promote(self, name: str, version: str, *, reason: str = "") -> Document:
        """Put a candidate into service, and return it."""
        return self._decide("promote", {"model": {"name": name, "version": version}}, reason)

    def rollback(self, name: str, *, reason: str = "") -> Document:
        """Put the version before back into service, and return it."""
        return self._decide("rollback", {"name": name}, reason)

    def hold(self, name: str, version: str, *, reason: str) -> Document:
        """Hold a candidate back, and return it: nobody and no rule puts it into service."""
        return self._decide("hold", {"model": {"name": name, "version": version}}, reason)

    def release(self, name: str, version: str, *, reason: str) -> Document:
        """Release a candidate that was held back, and return it."""
        return self._decide("release", {"model": {"name": name, "version": version}}, reason)

    def _decide(self, decision: str, body: Document, reason: str) -> Document:
        given = {**body, **({"reason": reason} if reason else {})}
        candidate: Document = self._document("POST", f"/v1/candidates/{decision}", json=given)["candidate"]
        return candidate

    def estimate_reanalysis(self, request: Mapping[str, Any]) -> Document:
        """Return `{estimate, notes}` of a campaign that is not started: `{target, selection}`."""
        return self._document("POST", "/v1/reanalyses/estimate", json=dict(request))

    def start_reanalysis(self, request: Mapping[str, Any]) -> Document:
        """Let a model or an analyser look at the archive again; return `{reanalysis, notes}`."""
        return self._document("POST", "/v1/reanalyses", json=dict(request))

    def reanalysis(self, reanalysis_id: str) -> Document:
        """Return how far a campaign has come."""
        found: Document = self._document("GET", f"/v1/reanalyses/{part(reanalysis_id)}")["reanalysis"]
        return found

    def reanalyses(self, *, limit: int = 100) -> list[Document]:
        """Return campaigns, newest first."""
        return self._pages("/v1/reanalyses", "reanalyses", limit)

    def change_reanalysis(self, reanalysis_id: str, change: str) -> Document:
        """`pause`, `resume` or `cancel` a campaign, and return it."""
        path = f"/v1/reanalyses/{part(reanalysis_id)}/{change}"
        changed: Document = self._document("POST", path)["reanalysis"]
        return changed
