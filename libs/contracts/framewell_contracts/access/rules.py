"""Who may call one method: a set of roles, written as the least of them."""

from dataclasses import dataclass
from typing import Final

from framewell_contracts.access.roles import PEOPLE, Role, includes


@dataclass(frozen=True, slots=True)
class Rule:
    """Any of the `least` roles may, and every role that includes one of them.

    `services`: the mesh's own services may too, where they act for nobody. `everybody`: nobody is asked who
    they are.
    """

    least: tuple[Role, ...]
    services: bool = False
    everybody: bool = False

    def allows(self, role: Role) -> bool:
        """Return whether somebody in this role may."""
        if self.everybody:
            return True
        if role is Role.SERVICE:
            return self.services
        return any(includes(role, one) for one in self.least)

    @property
    def changes(self) -> bool:
        """Return whether the method changes something, and does not only look: a viewer may not call it."""
        return not self.allows(Role.VIEWER)

    @property
    def words(self) -> str:
        """Return who may, as a sentence says it: `curator or rights`."""
        return "everybody" if self.everybody else " or ".join(self.least)

    @property
    def roles(self) -> tuple[Role, ...]:
        """Return every role that may, people first."""
        return tuple(role for role in (*PEOPLE, Role.LOCAL, Role.SERVICE) if self.allows(role))


OPEN: Final = Rule((), everybody=True)
"""What probes and clients ask before they can say who they are."""

READ: Final = Rule((Role.VIEWER,), services=True)
LOOK: Final = Rule((Role.VIEWER,))
"""As READ, for people alone: what starts work, or is asked with somebody's picture."""

CURATE: Final = Rule((Role.CURATOR,))
BRING_IN: Final = Rule((Role.CURATOR, Role.RIGHTS))
"""Media that come in, whose rights both state."""

RIGHTS: Final = Rule((Role.RIGHTS,))
OPERATE: Final = Rule((Role.ADMIN,))
