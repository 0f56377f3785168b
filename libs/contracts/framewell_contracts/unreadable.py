"""Why a record cannot be read as an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewell_contracts.media_addresses import redacted_text

if TYPE_CHECKING:
    from framewell_contracts.envelopes import Event


class Unreadable(Exception):
    """A record that can never be handled; `reason` is a sentence its sender can act on, without secrets.

    `code` is a stable word for programs: `no_cloudevent`, `unknown_type`, `not_protobuf`, `bad_json` …
    `partial` is what could be read of an event whose id, source and type are known: an envelope, and a
    message with some of its fields at best. It serves to answer whoever waits, and for nothing else.
    """

    partial: Event | None = None

    def __init__(self, reason: str, code: str = "unreadable") -> None:
        self.reason = redacted_text(reason)
        super().__init__(self.reason)
        self.code = code
