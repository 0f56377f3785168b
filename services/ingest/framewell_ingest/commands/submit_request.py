"""A request by call, the same as one that was published."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.identity import asset_id, requested_asset_id
from framewell_contracts.media_addresses import REDACTED, MediaAddress
from framewell_contracts.sentences import say
from framewell_ingest.domain.assets import Asset
from framewell_ingest.domain.requests import checked
from framewell_ingest.ports import UploadRepository
from framewell_ingest.steps.register_asset import RegisterAsset
from framewell_kit.facts import Cause, Fact
from framewell_kit.outcomes import Conflict, Rejected


@dataclass(frozen=True, slots=True)
class SubmitRequest:
    """Registers the asset; ingest.requested leaves as if the caller had published it under the cause's id."""

    register: RegisterAsset
    uploads: UploadRepository

    async def __call__(
        self, request: IngestRequested, cause: Cause, actor: Actor, *, names_event: bool
    ) -> tuple[Asset, bool]:
        """Return the asset, and whether it is new. `names_event`: the caller chose the id of the cause.

        `actor` asked, and is named when the asset is taken in.

        Raises Rejected for a request that must be corrected, Conflict for one whose id another request had
        or that names another asset than the one its id stands for: one event asks for one asset. NotFound for
        an upload of somebody else.
        """
        captions = [one.uri for one in request.captions]
        for named in (request.uri, request.existing_proxy, *captions):
            if MediaAddress(named).is_redacted:
                raise Rejected(
                    say(
                        "redacted_uri",
                        "{named} is an address as it is shown, {redacted} in place of its secret: give "
                        "it whole",
                        named=named,
                        redacted=REDACTED,
                    ),
                )
        complete = checked(request, cause.source)
        for named in filter(None, (request.uri, request.existing_proxy, *captions)):
            await self.uploads.require_usable(named, actor)
        announced = complete.request
        own = asset_id(cause.source, cause.id)
        if names_event and announced.asset_id not in ("", own):
            raise Conflict(
                say(
                    "request_id_taken",
                    "the request id {request_id} stands for asset {asset_id}, the request names "
                    "{named}: leave "
                    "one of them out, either makes the same request twice one asset",
                    request_id=cause.id,
                    asset_id=own,
                    named=announced.asset_id,
                )
            )
        announced.asset_id = requested_asset_id(announced, cause.source, cause.id)
        announcement = Fact(announced, id=cause.id, subject=announced.asset_id)
        return await self.register(complete, cause, announcement, actor)
