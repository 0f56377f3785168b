"""Which asset an event is about."""

from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_contracts.catalogue import FACTS
from framewell_contracts.cloudevents import Event
from framewell_contracts.identity import asset_id


def asset_of(event: Event) -> str:
    """The asset, wherever there is one: what an outsider wrote into `ce_subject` comes second to it."""
    said, message = event.envelope, event.message
    asset = FACTS[said.type].asset_of(message)
    if not asset and isinstance(message, IngestRequested):
        asset = asset_id(said.source, said.id)
    return asset or said.subject
