"""What an answer lacks because somebody could not be asked: which part, and why."""

from collections.abc import Iterable
from typing import Protocol

from framewell.mesh.v1.mesh_pb2 import Wording
from framewell_contracts.sentences import Sentence, say, wordings_of


class Parts(Protocol):
    """A repeated field of texts."""

    def append(self, value: str, /) -> None: ...


class Wordings(Protocol):
    """A repeated field of wordings."""

    def extend(self, values: Iterable[Wording], /) -> None: ...


class Incomplete(Protocol):
    """A message that says which of its fields could not be asked, and why."""

    @property
    def unavailable(self) -> Parts: ...
    @property
    def missing(self) -> Parts: ...
    @property
    def missing_wordings(self) -> Wordings: ...


def part_missing(part: str, error: BaseException) -> Sentence:
    """Return the sentence on a part that could not be had: its name, or what it is in words."""
    why = (
        getattr(error, "reason", None) or str(error) or say("no_answer_in_time", "it did not answer in time")
    )
    return say("part_missing", "{part}: {why}", part=part, why=why)


def leave_out(answer: Incomplete, fields: Iterable[str], error: BaseException) -> None:
    """Name the fields in the answer that could not be asked, and say why with the name of the first."""
    names = list(fields)
    for name in names:
        answer.unavailable.append(name)
    said = part_missing(names[0], error)
    answer.missing.append(said)
    answer.missing_wordings.extend(wordings_of([said]))
