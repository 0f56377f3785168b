"""What the gateway holds of people, assets and holders of rights, store by store."""

from framewell_gateway.handlers.erase_subjects import EraseSubjects
from framewell_kit.holdings import Holding, Holdings


def holdings(erase: EraseSubjects) -> Holdings:
    """Return the table of the service."""
    return Holdings(
        (
            Holding("events", "facts about an asset and the samples taken from it, for its timeline", erase),
            Holding("event_hours", kept="hours in which events arrived; nobody is named"),
            Holding("webhooks", kept="addresses of others that want events, and who registered them"),
            Holding("webhook_deliveries", kept="which events went where, by their ids, for a week"),
            Holding("kept_answers", kept="answers for a day, enciphered with a key of their callers alone"),
            Holding("asset_progress", "how far an asset has come", erase),
            Holding("asset_summaries", "title and channel of an asset; that it is gone stays", erase),
            Holding("asset_list", kept="that the list has the form of this version; nobody is named"),
            Holding("erasure_requests", kept="what was erased, by ids and numbers, and who asked"),
            Holding("users", kept="staff who may sign in; an administrator removes an account"),
            Holding("administrators", kept="ids of accounts"),
            Holding("sessions", kept="who is signed in, by ids and hashes, for days"),
            Holding("api_tokens", kept="tokens of accounts, by ids, hashes and what they are for"),
            Holding("attempts", kept="how often somebody was wrong, by keyed hashes cut short"),
            Holding("known_sources", kept="from where logins signed in, by keyed hashes"),
            Holding("setup", kept="the hash of the operator's code"),
            Holding("announced", kept="which requests were sent, and by whom: ids of events"),
        )
    )
