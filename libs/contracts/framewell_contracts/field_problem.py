"""What is wrong at one place of a document or a message."""

from typing import Final, NamedTuple

from framewell_contracts.sentences import of_part, say

MOST_PROBLEMS: Final = 20
"""More problems than this in one document are not looked for."""

TOO_LONG: Final = say("field.duration", "must be a length of time of at most 10,000 years")
"""Of lengths of time, however they were sent."""


class FieldProblem(NamedTuple):
    """What is wrong at one place of a document: `statements.0.use`; the place is '' for the whole."""

    field: str
    problem: str

    @property
    def sentence(self) -> str:
        """Return the problem with its place."""
        return of_part(self.field, self.problem) if self.field else self.problem
