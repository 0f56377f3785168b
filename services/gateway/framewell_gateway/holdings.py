"""What the gateway holds of people, assets and holders of rights, store by store."""

from framewell_gateway.handlers.erase_subjects import EraseSubjects
from framewell_kit.holdings import Holding, Holdings


def holdings(erase: EraseSubjects) -> Holdings:
    """Return the table of the service."""
    return Holdings(
        (
            Holding("events", "facts about an asset and the samples taken from it, for its timeline", erase),
            Holding("asset_progress", "how far an asset has come", erase),
            Holding("asset_summaries", "title and channel of an asset; that it is gone stays", erase),
            Holding("erasure_requests", kept="what was erased, by ids and numbers, and who asked"),
            Holding("announced", kept="which requests were sent, and by whom: ids of events"),
        )
    )
