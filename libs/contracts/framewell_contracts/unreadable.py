"""Why a record cannot be read as an event."""


class Unreadable(Exception):
    """A record that can never be handled; `reason` is a sentence its sender can act on.

    `code` is a stable word for programs: `no_cloudevent`, `unknown_type`, `not_protobuf`, `bad_json` …
    """

    def __init__(self, reason: str, code: str = "unreadable") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
