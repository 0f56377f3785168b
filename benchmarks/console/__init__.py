"""How quick the console is in a browser, on a gateway with fakes around it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure, and the goal that it must not exceed; None where there is no goal."""

    name: str
    value: float
    unit: str
    goal: float | None
    is_counted: bool = False
    """Whether it is a count that no load of the machine changes."""

    @property
    def is_reached(self) -> bool | None:
        """Whether the goal is reached."""
        return None if self.goal is None else self.value <= self.goal
