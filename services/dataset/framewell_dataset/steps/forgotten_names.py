"""Names that must not be learned again: those of people who were erased, known by their keyed hashes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from framewell.rights.v1.rights_pb2 import USE_PROHIBITED, RightsStatement
from framewell_dataset.domain.classes import DatasetClass
from framewell_kit.name_hashes import NameHashes
from framewell_kit.tombstones import Tombstones, holder_subject, name_subject

HOLDER_ERASED = "a holder of rights in it was erased, so nobody may use it"


@dataclass(frozen=True, slots=True)
class ForgottenNames:
    """Asks the tombstones of names, aliases, outside ids and holders. Every method raises Busy."""

    hashes: NameHashes
    tombstones: Tombstones

    def of_class(self, named: DatasetClass) -> frozenset[str]:
        """Return the hashes that a class is known by: its names, past names and outside ids."""
        return self.of(named.names, named.external_ids) | named.past_names

    def of(self, names: Iterable[str], external_ids: Mapping[str, str]) -> frozenset[str]:
        """Return the hashes of names and of outside ids, each as `<scheme> <value>`."""
        outside = (f"{scheme} {value}" for scheme, value in external_ids.items())
        return frozenset(self.hashes.of(each) for each in (*names, *outside) if each.strip())

    async def holds(self, hashes: Iterable[str]) -> bool:
        """Return whether one of the hashes is of somebody who was erased."""
        return bool(await self.tombstones.among([name_subject(each) for each in hashes]))

    async def holds_any(self, names: Iterable[str], external_ids: Mapping[str, str]) -> bool:
        """Return whether somebody who was erased stands in one of the names, or has one of the ids."""
        names = tuple(names)
        in_names = frozenset(one for name in names for one in self.hashes.each_in(name))
        return await self.holds(in_names | self.of((), external_ids))

    async def holds_holder(self, holders: Iterable[str]) -> bool:
        """Return whether one of the holders of rights was erased."""
        hashes = (self.hashes.of(each) for each in holders if each.strip())
        return bool(await self.tombstones.among([holder_subject(each) for each in hashes]))

    async def without_erased_holders(self, statements: Iterable[RightsStatement]) -> list[RightsStatement]:
        """Return the statements, with a prohibition in place of each whose holder was erased.

        Nothing of theirs may be used, and nothing that they say is kept: the prohibition has no words.
        """
        kept = []
        for statement in statements:
            if await self.holds_holder((statement.holder, statement.issuer)):
                kept.append(RightsStatement(revision=1, use=USE_PROHIBITED, verbatim=HOLDER_ERASED))
            else:
                kept.append(statement)
        return kept

    async def holds_in(self, text: str) -> bool:
        """Return whether the name of somebody who was erased stands in a text, as whole words in a row."""
        return await self.holds(self.hashes.each_in(text))
