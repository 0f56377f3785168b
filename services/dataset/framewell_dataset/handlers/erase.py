"""Somebody is to be forgotten: a class (a person), an asset, or everything of a holder.

The kit's `Erase` reads the request and answers it; here is how each kind of subject goes.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from framewell.erasure.v1.erasure_pb2 import ErasureRequested
from framewell_dataset.domain.classes import name_hash
from framewell_dataset.domain.samples import Withdrawal
from framewell_dataset.ports.assets import AssetRepository
from framewell_dataset.ports.catalogue import ClassRepository, ForgottenNameRepository
from framewell_dataset.ports.review import SampleRepository
from framewell_dataset.steps.forget_samples import ForgetSamples
from framewell_dataset.steps.take_away_asset import TakeAwayAsset
from framewell_kit.facts import Cause


@dataclass(frozen=True, slots=True)
class EraseClass:
    """Forgets a person. The name is kept as a salted hash, so that no caption brings it back."""

    classes: ClassRepository
    forgotten: ForgottenNameRepository
    samples: SampleRepository
    forget: ForgetSamples

    async def __call__(self, class_id: str, request: ErasureRequested, cause: Cause) -> Mapping[str, int]:
        named = await self.classes.get(class_id)
        if named is not None:
            salt = await self.forgotten.salt()
            hashes = [name_hash(name, salt) for name in (named.name, *named.aliases)]
            await self.forgotten.add(hashes, class_id)
        samples = self.samples.of_class(class_id)
        why = Withdrawal.ERASED, "Its person was forgotten."
        counts = await self.forget(samples, *why, request.actor, cause)
        counts["names"] += await self.classes.forget(class_id)
        return counts


@dataclass(frozen=True, slots=True)
class EraseAsset:
    """Forgets everything made of an asset."""

    take_away: TakeAwayAsset

    async def __call__(self, asset_id: str, request: ErasureRequested, cause: Cause) -> Mapping[str, int]:
        why = Withdrawal.ERASED, "Its asset was erased."
        return await self.take_away(asset_id, 0, why, request.actor, cause)


@dataclass(frozen=True, slots=True)
class EraseHolder:
    """Forgets every asset that a holder has rights in."""

    assets: AssetRepository
    erase_asset: EraseAsset

    async def __call__(self, holder: str, request: ErasureRequested, cause: Cause) -> Mapping[str, int]:
        counts: Counter[str] = Counter()
        async for asset in self.assets.of_holder(holder):
            counts += Counter(await self.erase_asset(asset.asset_id, request, cause))
        return counts
