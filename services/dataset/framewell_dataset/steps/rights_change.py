"""What a change of rights may say, and which assets it concerns."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.rights.v1.rights_pb2 import PURPOSE_UNSPECIFIED, USE_ALLOWED, RightsChanged, RightsStatement
from framewell_contracts.subjects import subject_key
from framewell_dataset.domain.assets import Asset
from framewell_dataset.ports.assets import AssetRepository
from framewell_kit.outcomes import Rejected

SUBJECTS = ("asset_id", "source", "holder")


@dataclass(frozen=True, slots=True)
class RightsChangePolicy:
    """Anybody may restrict; what permits takes an actor with one of the `permitting` authorities."""

    assets: AssetRepository
    permitting: frozenset[str]

    def check(self, change: RightsChanged) -> None:
        """Raise Rejected for a subject that no rights can be about, and for a purpose that is none."""
        kind = change.subject.WhichOneof("subject")
        if kind not in SUBJECTS or not getattr(change.subject, kind):
            raise Rejected(
                f"rights are about an asset, a source or a holder: {subject_key(change.subject)!r} is none",
                code="unknown_subject",
            )
        if any(PURPOSE_UNSPECIFIED in statement.purposes for statement in change.statements):
            raise Rejected(
                "a statement names an unspecified purpose: leave its purposes empty to mean all of them",
                code="unknown_purpose",
            )

    def split(self, change: RightsChanged) -> tuple[list[RightsStatement], list[RightsStatement]]:
        """Return the statements that the change's actor may make, and those it may not."""
        if change.actor.principal and change.actor.authority in self.permitting:
            return list(change.statements), []
        restricting = [each for each in change.statements if each.use != USE_ALLOWED]
        return restricting, [each for each in change.statements if each.use == USE_ALLOWED]

    async def concerned(self, subject: Subject) -> AsyncIterator[Asset]:
        """Yield the assets that a subject means and that are not removed."""
        kind = subject.WhichOneof("subject")
        if kind == "asset_id":
            found = await self.assets.get(subject.asset_id)
            if found is not None and not found.removed:
                yield found
            return
        by_source = kind == "source"
        assets = self.assets.of_source(subject.source) if by_source else self.assets.of_holder(subject.holder)
        async for asset in assets:
            yield asset
