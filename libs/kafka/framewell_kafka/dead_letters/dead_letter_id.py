"""The id of a dead letter: its position, which stays unique also when two carry the same event."""

from typing import NamedTuple


class DeadLetterId(NamedTuple):
    """Group, partition and offset of a dead letter; written `group/partition@offset`."""

    group: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.group}/{self.partition}@{self.offset}"

    @classmethod
    def parse(cls, written: str) -> "DeadLetterId":
        """Return the id that `str` wrote. Raise ValueError for anything else."""
        group, slash, rest = written.rpartition("/")
        partition, at, offset = rest.partition("@")
        if not (group and slash and at):
            raise ValueError(f"no id of a dead letter: {written!r}")
        return cls(group, int(partition), int(offset))
