"""The steps of the service, built once, in order of who uses whom."""

from dataclasses import dataclass

from framewell_dataset.domain.house_rules import HouseRule
from framewell_dataset.domain.rights import HousePolicy
from framewell_dataset.ports.stores import Stores
from framewell_dataset.steps.describe_faces import DescribeFaces
from framewell_dataset.steps.forget_files import ForgetFiles
from framewell_dataset.steps.forget_samples import ForgetSamples
from framewell_dataset.steps.forgotten_names import ForgottenNames
from framewell_dataset.steps.make_sample import MakeSample
from framewell_dataset.steps.name_candidate import NameCandidate
from framewell_dataset.steps.recheck_background import RecheckBackground
from framewell_dataset.steps.reconsider_asset import ReconsiderAsset
from framewell_dataset.steps.register_candidate import RegisterCandidate
from framewell_dataset.steps.rights_change import RightsChangePolicy
from framewell_dataset.steps.rights_gate import RightsGate
from framewell_dataset.steps.sample_changes import SampleChanges
from framewell_dataset.steps.snapshot_upkeep import SnapshotUpkeep
from framewell_dataset.steps.take_away_asset import TakeAwayAsset
from framewell_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class House:
    """What the house decided for itself: its policy, its standing rules, who may permit, and the quota."""

    policy: HousePolicy
    rules: tuple[HouseRule, ...]
    permitting_authorities: frozenset[str]
    quota: int


@dataclass(frozen=True, slots=True)
class Steps:
    """What handlers, commands and queries share."""

    gate: RightsGate
    rights_change: RightsChangePolicy
    changes: SampleChanges
    upkeep: SnapshotUpkeep
    reconsider: ReconsiderAsset
    register: RegisterCandidate
    describe: DescribeFaces
    forget: ForgetSamples
    take_away: TakeAwayAsset
    forgotten: ForgottenNames


def shared_steps(stores: Stores, house: House, clock: Clock, forgotten: ForgottenNames) -> Steps:
    """Build the steps of one process."""
    s = stores
    gate = RightsGate(s.assets, s.statements, forgotten.tombstones, house.policy, house.rules, clock)
    upkeep = SnapshotUpkeep(s.datasets, s.snapshots, s.publications)
    changes = SampleChanges(s.samples, gate, upkeep)
    files = ForgetFiles(s.snapshots, s.tables, upkeep)
    forget = ForgetSamples(s.samples, s.vectors, s.words, s.repeats, s.crops, s.snapshots, files, changes)
    register = RegisterCandidate(
        s.samples,
        s.vectors,
        s.repeats,
        s.crops,
        NameCandidate(s.samples, s.vectors, s.classes, forgotten),
        MakeSample(s.pictures, gate, clock),
        gate,
        changes,
        clock,
        house.quota,
        forget,
    )
    background = RecheckBackground(s.background, s.snapshots, files, gate, upkeep)
    take_away = TakeAwayAsset(
        s.assets, s.chunks, s.statements, s.samples, s.repeats, s.background, forget, background
    )
    return Steps(
        gate=gate,
        rights_change=RightsChangePolicy(s.assets, s.statements, house.permitting_authorities),
        changes=changes,
        upkeep=upkeep,
        reconsider=ReconsiderAsset(s.samples, gate, changes, background),
        register=register,
        describe=DescribeFaces(s.samples, s.vectors, s.background, upkeep, clock),
        forget=forget,
        take_away=take_away,
        forgotten=forgotten,
    )
