"""The streams of the service: which group's facts go to which handler."""

from collections.abc import Sequence
from functools import partial

from framewell_dataset.handlers.change_programme import ChangeProgramme
from framewell_dataset.handlers.change_rights import ChangeRights
from framewell_dataset.handlers.complete_asset import CompleteAsset
from framewell_dataset.handlers.keep_audit import KeepAudit
from framewell_dataset.handlers.note_clock import NoteClock
from framewell_dataset.handlers.plan_erasure import PlanErasure
from framewell_dataset.handlers.propose_samples import ProposeSamples
from framewell_dataset.handlers.record_usage import RecordUsage
from framewell_dataset.handlers.register_asset import RegisterAsset
from framewell_dataset.handlers.remove_asset import RemoveAsset
from framewell_dataset.handlers.request_snapshot import RequestSnapshot
from framewell_dataset.ports.stores import Stores
from framewell_dataset.steps.follow_effects import FollowEffects
from framewell_dataset.steps.shared_steps import Steps
from framewell_dataset.steps.take_away_gone import TakeAwayGone
from framewell_kit.clock import Clock
from framewell_kit.erasure import Erase
from framewell_kit.stream import Stage
from framewell_kit.tombstones import UnlessGone

CHUNKS_AT_ONCE = 4
"""Cutting crops costs tens of milliseconds: no more of it at once than a small machine has cores for."""


def stages(stores: Stores, steps: Steps, clock: Clock, erase: Erase) -> Sequence[Stage]:
    """Return one stage a consumer group. The audit log is written one entry at a time.

    Of an asset that is gone none makes anything.
    """
    s, reconsider, tombstones = stores, steps.reconsider, steps.forgotten.tombstones
    forget = TakeAwayGone(steps.take_away, tombstones, clock)
    unless_gone = partial(UnlessGone, tombstones=tombstones, forget=forget)
    register = RegisterAsset(s.assets, s.statements, reconsider, clock, steps.forgotten)
    propose = ProposeSamples(s.assets, s.chunks, s.datasets, s.analyses, steps.register, steps.describe)
    change_rights = ChangeRights(
        policy=steps.rights_change,
        statements=s.statements,
        reconsider=reconsider,
        clock=clock,
        forgotten=steps.forgotten,
        changes=s.changes,
        follow=FollowEffects(s.changes, s.samples, s.snapshots, steps.gate),
    )
    return (
        Stage("dataset.register_asset", unless_gone(register)),
        Stage("dataset.propose_samples", unless_gone(propose), concurrency=CHUNKS_AT_ONCE),
        Stage("dataset.complete_asset", unless_gone(CompleteAsset(s.assets, s.completions))),
        Stage("dataset.change_rights", change_rights, refuse=change_rights.refuse),
        Stage("dataset.change_programme", unless_gone(ChangeProgramme(s.assets, reconsider))),
        Stage("dataset.note_clock", unless_gone(NoteClock(s.assets, reconsider, clock))),
        Stage("dataset.record_usage", RecordUsage(s.ledger)),
        Stage("dataset.keep_audit", KeepAudit(s.audit, steps.forgotten.hashes), concurrency=1, origin=True),
        Stage("dataset.request_snapshot", RequestSnapshot(steps.upkeep)),
        Stage("dataset.remove_asset", RemoveAsset(tombstones, steps.take_away)),
        Stage("dataset.plan_erasure", PlanErasure(s.classes, s.assets, s.erasure_plans, steps.forgotten)),
        Stage("dataset.erase", erase),
    )
