"""Rights, and what is forgotten."""

from collections.abc import Mapping
from typing import Any

from framewell_client.gateway.calls import Calls, Document
from framewell_client.rest.request import part


class RightsCalls(Calls):
    """Methods about rights and erasures."""

    def rights(self, asset_id: str) -> Document:
        """Return rights of an asset: decisions and statements."""
        return self._document("GET", f"/v1/assets/{part(asset_id)}/rights")

    def change_rights(self, change: Mapping[str, Any]) -> Document:
        """Change rights of an asset, a source or a holder: `{event_id, type, statements, asset_count}`."""
        return self._document("POST", "/v1/rights", json=dict(change))

    def preview_rights_change(self, change: Mapping[str, Any]) -> Document:
        """Return what a change of rights would do."""
        return self._document("POST", "/v1/rights/preview", json=dict(change))

    def unmatched_rights(self) -> list[Document]:
        """Return statements that match nothing, by subject, newest first."""
        return self._pages("/v1/rights/unmatched", "unmatched")

    def preview_house_rules(self, rules: str) -> Document:
        """Return what other house rules would do; `rules` is the content of their file."""
        return self._document("POST", "/v1/rights/rules/preview", json={"rules": rules})

    def request_erasure(self, request: Mapping[str, Any]) -> Document:
        """Ask for a class, an asset or a holder to be forgotten by every service: `{erasure_id}`."""
        return self._document("POST", "/v1/erasures", json=dict(request))

    def erasure(self, erasure_id: str) -> Document:
        """Return where an erasure stands, and what each service erased."""
        return self._document("GET", f"/v1/erasures/{part(erasure_id)}")

    def erasures(self) -> list[Document]:
        """Return the erasures that were asked for, newest first, without names."""
        return self._pages("/v1/erasures", "erasures")
