"""Which fact reaches which handler."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetRejected, AssetRemoved
from framewell.erasure.v1.erasure_pb2 import ErasureRequested
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.programme.v1.programme_pb2 import ProgrammeChanged
from framewell_ingest.handlers.accept_request import AcceptRequest
from framewell_ingest.handlers.change_programme import ChangeProgramme
from framewell_ingest.handlers.note_rejection import NoteRejection
from framewell_ingest.handlers.remove_asset import Erase, RemoveAsset
from framewell_kit.stream import Stage


@dataclass(frozen=True, slots=True)
class Handlers:
    """The stream handlers of ingest."""

    accept_request: AcceptRequest
    note_rejection: NoteRejection
    change_programme: ChangeProgramme
    remove_asset: RemoveAsset
    erase: Erase


def stages(handlers: Handlers) -> list[Stage]:
    """The subscriptions of ingest."""
    return [
        Stage("ingest.accept_request", IngestRequested, handlers.accept_request),
        Stage("ingest.note_rejection", AssetRejected, handlers.note_rejection),
        Stage("ingest.change_programme", ProgrammeChanged, handlers.change_programme),
        Stage("ingest.remove_asset", AssetRemoved, handlers.remove_asset),
        Stage("ingest.erase", ErasureRequested, handlers.erase),
    ]
