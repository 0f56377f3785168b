"""Which handler answers a consumer group's facts."""

from __future__ import annotations

from dataclasses import dataclass

from framewell_ingest.handlers.accept_request import AcceptRequest
from framewell_ingest.handlers.change_programme import ChangeProgramme
from framewell_ingest.handlers.note_rejection import NoteRejection
from framewell_ingest.handlers.remove_asset import RemoveAsset
from framewell_kit.decisions import DecisionLog
from framewell_kit.erasure import Erase
from framewell_kit.stream import Stage


@dataclass(frozen=True, slots=True)
class Handlers:
    """The stream handlers of ingest."""

    accept_request: AcceptRequest
    note_rejection: NoteRejection
    change_programme: ChangeProgramme
    remove_asset: RemoveAsset
    erase: Erase


def stages(handlers: Handlers, decisions: DecisionLog) -> list[Stage]:
    """Return the stages of ingest; what was erased is counted once, at the first delivery."""
    return [
        Stage("ingest.accept_request", handlers.accept_request),
        Stage("ingest.note_rejection", handlers.note_rejection),
        Stage("ingest.change_programme", handlers.change_programme),
        Stage("ingest.remove_asset", handlers.remove_asset),
        Stage("ingest.erase", handlers.erase, decide_once=decisions),
    ]
