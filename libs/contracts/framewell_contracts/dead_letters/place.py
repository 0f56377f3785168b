"""Where a dead letter lies: what names it for good, also when two letters carry the same event."""

from typing import NamedTuple


class Place(NamedTuple):
    """A letter's group, partition and offset; written `group/partition@offset`."""

    group: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.group}/{self.partition}@{self.offset}"

    @classmethod
    def parse(cls, written: str) -> "Place":
        """The opposite of `str`; ValueError for anything else."""
        group, slash, rest = written.rpartition("/")
        partition, at, offset = rest.partition("@")
        if not (group and slash and at):
            raise ValueError(f"no place of a dead letter: {written!r}")
        return cls(group, int(partition), int(offset))
