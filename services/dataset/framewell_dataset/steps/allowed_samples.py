"""Which samples of a snapshot may be used for a purpose now: asked whenever they leave."""

from collections import Counter
from dataclasses import dataclass

from framewell.rights.v1.rights_pb2 import Purpose
from framewell_contracts.sentences import say, worded
from framewell_dataset.domain.rights import RightsOfAsset
from framewell_dataset.domain.snapshots import StoredSnapshot
from framewell_dataset.ports.snapshots import SnapshotTables
from framewell_dataset.steps.rights_gate import RightsGate
from framewell_kit.tombstones import class_subject

GONE = say("sample_left_out.gone", "Its person or asset was erased or removed.")


@dataclass(frozen=True, slots=True)
class Sorted:
    """The samples that may be used, by id, and how many may not for which reason."""

    allowed: frozenset[str]
    left_out: Counter[str]


@dataclass(frozen=True, slots=True)
class AllowedSamples:
    """Reads rights and tombstones anew, once an asset and class."""

    tables: SnapshotTables
    gate: RightsGate

    async def __call__(self, stored: StoredSnapshot, purpose: "Purpose.ValueType") -> Sorted:
        """Return the samples of a snapshot, told apart. Raises NotFound when its rows are gone."""
        rights: dict[str, RightsOfAsset | None] = {}
        buried: dict[str, bool] = {}
        allowed, left_out = set[str](), Counter[str]()
        async for row in self.tables.read(stored.rows_key):
            sample = row.sample
            asset_id, class_id = sample.provenance.asset_id, sample.class_id
            if asset_id not in rights:
                rights[asset_id] = await self.gate.rights_by_id(asset_id)
            if class_id not in buried:
                buried[class_id] = bool(await self.gate.tombstones.find(class_subject(class_id)))
            of_asset = rights[asset_id]
            if of_asset is None or buried[class_id]:
                left_out[GONE] += 1
                continue
            decision = self.gate.weigh(of_asset, purpose, sample.provenance.span)
            if decision.allowed:
                allowed.add(sample.sample_id)
            else:
                left_out[worded(decision.sentence, decision.wording)] += 1
        return Sorted(frozenset(allowed), left_out)
