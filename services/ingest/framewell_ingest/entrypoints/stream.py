"""Which handler answers a consumer group's facts."""

from __future__ import annotations

from functools import partial

from framewell_ingest.handlers.accept_request import AcceptRequest
from framewell_ingest.handlers.accept_segment import AcceptSegment
from framewell_ingest.handlers.change_programme import ChangeProgramme
from framewell_ingest.handlers.note_rejection import NoteRejection
from framewell_ingest.handlers.redo_recording import RedoRecording
from framewell_ingest.handlers.remove_asset import RemoveAsset
from framewell_ingest.handlers.resume_analysis import ResumeAnalysis
from framewell_ingest.ports import AssetRepository
from framewell_ingest.steps.forget_asset import ForgetAsset
from framewell_ingest.steps.raise_generation import RaiseGeneration
from framewell_ingest.steps.register_asset import RegisterAsset
from framewell_kit.erasure import Erase
from framewell_kit.stream import Stage
from framewell_kit.tombstones import Tombstones, UnlessGone


def stages(
    assets: AssetRepository,
    register: RegisterAsset,
    *,
    segment: AcceptSegment,
    raise_generation: RaiseGeneration,
    tombstones: Tombstones,
    forget: ForgetAsset,
    erase: Erase,
) -> list[Stage]:
    """Return one stage a consumer group; of an asset that is gone none makes anything.

    The id of the asset that a request is about may follow from its event: registering asks for itself.
    """
    accept, unless_gone = AcceptRequest(register), partial(UnlessGone, tombstones=tombstones, forget=forget)
    return [
        Stage("ingest.accept_request", accept, refuse=accept.refuse),
        Stage("ingest.accept_segment", unless_gone(segment)),
        Stage("ingest.note_rejection", unless_gone(NoteRejection(assets))),
        Stage("ingest.change_programme", unless_gone(ChangeProgramme(assets))),
        Stage("ingest.resume_analysis", unless_gone(ResumeAnalysis(assets, raise_generation))),
        Stage("ingest.redo_recording", unless_gone(RedoRecording(assets, raise_generation))),
        Stage("ingest.remove_asset", RemoveAsset(tombstones, forget)),
        Stage("ingest.erase", erase),
    ]
