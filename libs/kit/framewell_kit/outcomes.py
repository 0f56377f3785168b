"""How a handler or a call ends when it does not simply return.

A stream handler knows three: `Rejected`, `NotYet` and `Busy`; every other exception is a bug, retried a
few times and then given up with its traceback. A gRPC method may also say `NotFound`, `Gone`, `Conflict` and
`Forbidden`. Reasons are sentences for a person: what happened, to what, what to do next. They are shown, kept
and logged, so the passwords and signatures of addresses in them are redacted. One that was made from a
template (`framewell_contracts.sentences.say`) has its wording beside it.
"""

from collections.abc import Sequence
from typing import Final

from framewell_contracts.media_addresses import redacted_text
from framewell_contracts.sentences import Sentence
from framewell_kit.facts import Outgoing

REJECTED: Final = "rejected"
"""The code of what was rejected and has no other."""


class Outcome(Exception):
    """Base of all; never raised itself.

    `code` is a stable word for programs, which tells refusals of one kind apart: that of the sentence, where
    it is made from a template; empty where the kind says it all. It travels with the refusal: as ErrorInfo
    over gRPC, as `reason` of a problem over REST.
    """

    def __init__(self, reason: str, *, code: str = "") -> None:
        self.reason = redacted_text(reason)
        self.code = code or (reason.reason if isinstance(reason, Sentence) else "")
        super().__init__(self.reason)


class Rejected(Outcome):
    """This can never succeed: the record becomes a dead letter, and the stage's `gave_up` facts leave.

    So do `facts`, of what was done all the same. Of a call: the caller sent something that is not accepted.
    """

    def __init__(self, reason: str, code: str = "", facts: Sequence[Outgoing] = ()) -> None:
        super().__init__(reason, code=code)
        self.code = self.code or REJECTED
        self.facts = facts


class NotYet(Outcome):
    """Something this refers to has not arrived here: try this record later, go on with the others."""

    def __init__(self, reason: str, retry_after: float = 1.0, *, code: str = "") -> None:
        super().__init__(reason, code=code)
        self.retry_after = retry_after


class Busy(Outcome):
    """Something we depend on is away or full: pause, lose nothing, try again by ourselves."""

    def __init__(self, reason: str, retry_after: float = 2.0, *, code: str = "") -> None:
        super().__init__(reason, code=code)
        self.retry_after = retry_after


class NotFound(Outcome):
    """What was asked for does not exist."""


class Gone(Outcome):
    """What was asked for was here, and may not be had any more: it was withdrawn, removed or erased."""


class Conflict(Outcome):
    """The state does not allow it, or somebody else changed it first."""


class Forbidden(Outcome):
    """The actor may not do this."""
