"""Somebody is to be forgotten: a class (a person), an asset, or everything of a holder."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from framewell.erasure.v1.erasure_pb2 import ErasedCount, ErasureCompleted, ErasureRequested
from framewell_dataset.domain.classes import name_hash
from framewell_dataset.domain.samples import Withdrawal
from framewell_dataset.handlers.forget_samples import ForgetSamples
from framewell_dataset.handlers.remove_asset import RemoveAsset
from framewell_dataset.ports import AssetBook, Catalogue, SampleStore
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import Rejected

SERVICE = "dataset"


@dataclass(frozen=True, slots=True)
class Erase:
    """Answers with counts. A forgotten name is kept as a salted hash, so that no caption brings it back.

    Repeating it is safe and finds less to erase; the stage keeps the first answer.
    """

    assets: AssetBook
    catalogue: Catalogue
    samples: SampleStore
    forget: ForgetSamples
    remove: RemoveAsset

    async def __call__(self, fact: ErasureRequested, cause: Cause) -> Sequence[Outgoing]:
        kind, _, name = fact.subject.partition(":")
        if kind == "class" and name:
            counts = await self._class(name, fact, cause)
        elif kind == "asset" and name:
            counts = await self._assets([name], fact, cause)
        elif kind == "holder" and name:
            held = await self.assets.of_holder(name)
            counts = await self._assets([asset.asset_id for asset in held], fact, cause)
        else:
            raise Rejected(
                f"erasure subject {fact.subject!r} is none of class:<id>, asset:<id>, holder:<name>",
                code="unknown_subject",
            )
        return (
            ErasureCompleted(
                erasure_id=fact.erasure_id,
                subject=fact.subject,
                service=SERVICE,
                counts=[ErasedCount(kind=each, count=counts[each]) for each in sorted(counts)],
            ),
        )

    async def _class(self, class_id: str, fact: ErasureRequested, cause: Cause) -> Counter[str]:
        named = await self.catalogue.get_class(class_id)
        if named is not None:
            salt = await self.catalogue.salt()
            hashes = [name_hash(name, salt) for name in (named.name, *named.aliases)]
            await self.catalogue.never_learn(hashes, class_id)
        counts = await self.forget(
            await self.samples.of_class(class_id), Withdrawal.ERASED, "Its person was forgotten.",
            fact.actor, cause,
        )  # fmt: skip
        counts["names"] += await self.catalogue.forget_class(class_id)
        return counts

    async def _assets(self, asset_ids: Sequence[str], fact: ErasureRequested, cause: Cause) -> Counter[str]:
        counts: Counter[str] = Counter()
        for asset_id in asset_ids:
            await self.assets.remove(asset_id, revision=0)
            counts += Counter(
                await self.remove.take_away(
                    asset_id, Withdrawal.ERASED, "Its asset was erased.", fact.actor, cause
                )
            )
        return counts
