"""Rights of an asset, a source or a holder changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.rights.v1.rights_pb2 import USE_ALLOWED, RightsChanged, RightsStatement
from framewell_dataset.domain.assets import Asset
from framewell_dataset.handlers.reconsider import Reconsider
from framewell_dataset.ports import AssetBook, RightsBook
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import Rejected

TARGETS = ("asset", "source", "holder")


@dataclass(frozen=True, slots=True)
class ChangeRights:
    """Writes the statements first (their revision moves), then scans what they concern.

    What restricts acts at once, whoever says it. What permits takes an actor with one of the
    `permitting` authorities; without one it is refused, after the restricting statements have acted.
    A target that is not known yet keeps its statements for when it comes.
    """

    assets: AssetBook
    rights: RightsBook
    reconsider: Reconsider
    permitting: frozenset[str]

    async def __call__(self, fact: RightsChanged, cause: Cause) -> Sequence[Outgoing]:
        check_target(fact.target)
        taken, refused = self.permitted(fact)
        if taken:
            await self.rights.add(fact.target, taken, fact.revision)
        for asset in await concerned(self.assets, fact.target):
            if not asset.removed:
                await self.reconsider(asset, fact.actor, cause)
        if refused:
            authority = fact.actor.authority or "none"
            raise Rejected(
                f"{len(refused)} statement(s) that permit a use of {fact.target} were not taken: permitting "
                f"takes an actor with the authority {' or '.join(sorted(self.permitting))}, and this one "
                f"({fact.actor.principal or 'nobody named'}) has {authority}",
                code="not_authorised",
            )
        return ()

    def permitted(self, fact: RightsChanged) -> tuple[list[RightsStatement], list[RightsStatement]]:
        """The statements that this actor may make, and those it may not."""
        if fact.actor.principal and fact.actor.authority in self.permitting:
            return list(fact.statements), []
        restricting = [each for each in fact.statements if each.use != USE_ALLOWED]
        return restricting, [each for each in fact.statements if each.use == USE_ALLOWED]


def check_target(target: str) -> None:
    """Raises Rejected for what no rights can be about."""
    kind, _, name = target.partition(":")
    if kind not in TARGETS or not name:
        raise Rejected(
            f"rights target {target!r} is none of asset:<id>, source:<name>, holder:<name>",
            code="unknown_target",
        )


async def concerned(assets: AssetBook, target: str) -> list[Asset]:
    """The assets a target means."""
    kind, _, name = target.partition(":")
    if kind == "source":
        return await assets.of_source(name)
    if kind == "holder":
        return await assets.of_holder(name)
    found = await assets.get(name)
    return [] if found is None else [found]
