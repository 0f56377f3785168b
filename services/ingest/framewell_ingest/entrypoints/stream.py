"""Which handler answers a consumer group's facts."""

from __future__ import annotations

from framewell_ingest.handlers.accept_request import AcceptRequest
from framewell_ingest.handlers.change_programme import ChangeProgramme
from framewell_ingest.handlers.note_rejection import NoteRejection
from framewell_ingest.handlers.remove_asset import RemoveAsset
from framewell_ingest.ports import AssetRepository
from framewell_ingest.steps.forget_asset import ForgetAsset
from framewell_ingest.steps.register_asset import RegisterAsset
from framewell_kit.erasure import Erase
from framewell_kit.stream import Stage


def stages(
    assets: AssetRepository, register: RegisterAsset, forget: ForgetAsset, erase: Erase
) -> list[Stage]:
    """Return one stage a consumer group."""
    accept = AcceptRequest(register)
    return [
        Stage("ingest.accept_request", accept, refuse=accept.refuse),
        Stage("ingest.note_rejection", NoteRejection(assets)),
        Stage("ingest.change_programme", ChangeProgramme(assets)),
        Stage("ingest.remove_asset", RemoveAsset(forget)),
        Stage("ingest.erase", erase),
    ]
