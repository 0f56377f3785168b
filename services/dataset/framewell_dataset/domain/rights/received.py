"""Statements as they arrived: what they say, by which change, and with what authority."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from framewell.media.v1.media_pb2 import Timeline
from framewell.rights.v1.rights_pb2 import (
    STATEMENT_SOURCE_C2PA,
    STATEMENT_SOURCE_EXIF,
    STATEMENT_SOURCE_TDMREP,
    STATEMENT_SOURCE_XMP,
    RightsStatement,
)
from framewell_contracts.spelling import normalised

FOUND_IN_FILES = frozenset(
    {STATEMENT_SOURCE_TDMREP, STATEMENT_SOURCE_XMP, STATEMENT_SOURCE_EXIF, STATEMENT_SOURCE_C2PA}
)

Key = tuple[str, str, str]
"""Names a statement: the namespace of its door, its issuer and its id, as they are compared."""

Rank = tuple[int, int]
"""Orders revisions of one statement: its own, then that of the change that brought it."""


class Origin(StrEnum):
    """By which door a statement came; it decides what the statement may do to earlier revisions."""

    FOUND = "found"
    """It stood in the file or on its page. It permits what it says, and weakens nothing stated before."""

    REQUEST = "request"
    """It came with the request to take the asset in; otherwise as FOUND."""

    RESTRICTING = "restricting"
    """It came by a change whose actor may not permit: it can restrict, and nothing else."""

    PERMITTING = "permitting"
    """It came by a change whose actor may permit: it takes the place of every earlier revision."""

    RULE = "rule"
    """It is a rule of the house."""


_NAMESPACES = {Origin.FOUND: "found", Origin.RULE: "rule"}
"""Text in a file never takes the place of a contract, and neither of them that of a rule of the house."""


@dataclass(frozen=True, slots=True)
class ReceivedStatement:
    """A statement as it arrived: `change` is the revision of the fact that brought it.

    Issuers who don't count their statements' revisions count their changes; both grow.
    """

    statement: RightsStatement
    change: int = 0
    origin: Origin = Origin.REQUEST

    @property
    def key(self) -> Key:
        statement = self.statement
        namespace = _NAMESPACES.get(self.origin, "stated")
        return namespace, normalised(statement.issuer), normalised(statement_id(statement))

    @property
    def rank(self) -> Rank:
        return self.statement.revision, self.change

    @property
    def replaces(self) -> bool:
        """Return whether it takes the place of every earlier revision, whatever it says."""
        return self.origin in (Origin.PERMITTING, Origin.RULE)


@dataclass(frozen=True)
class RightsOfAsset:
    """Everything stated about an asset, and the revision that moves with every change of any of it.

    `clock` resolves passages; an empty one while it is not known.
    """

    statements: tuple[ReceivedStatement, ...]
    revision: int
    clock: Timeline = field(default_factory=Timeline)

    @cached_property
    def holders(self) -> tuple[str, ...]:
        """Return the names of all holders, as they are compared, in order."""
        return holders_of(self.statements)


def holders_of(statements: Iterable[ReceivedStatement]) -> tuple[str, ...]:
    """Return the names of the holders that the statements name, as they are compared, in order."""
    named = {normalised(each.statement.holder) for each in statements}
    return tuple(sorted(named - {""}))


def from_ingest(statement: RightsStatement) -> ReceivedStatement:
    """Return a statement that came with an asset."""
    origin = Origin.FOUND if statement.source in FOUND_IN_FILES else Origin.REQUEST
    return ReceivedStatement(statement, 0, origin)


def statement_id(statement: RightsStatement) -> str:
    """Return its id; text found in a file has none and is known by where it stood and what it says."""
    if statement.statement_id:
        return statement.statement_id
    content = f"{statement.source}\x1f{statement.found_at}\x1f{statement.verbatim}\x1f{statement.use}"
    return f"text:{sha256(content.encode()).hexdigest()[:20]}"
