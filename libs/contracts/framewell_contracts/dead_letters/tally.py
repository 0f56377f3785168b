"""What a replay or a discard came to, also when it was cut short."""

from collections import Counter
from dataclasses import dataclass, field

DAMAGED = "its headers do not say where it came from"
TOO_LARGE = "it was too large to be kept in the dead letter"
NO_TOPIC = "the topic it came from is not there any more"


@dataclass(slots=True)
class Tally:
    """Letters that were meant, letters that were done, and why the others were not.

    `left_out` counts by reason what cannot be sent at all; `refused` what the broker did not take, by its
    error; `overtaken` what somebody else handled meanwhile.
    """

    matching: int = 0
    done: int = 0
    overtaken: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    topics: Counter[str] = field(default_factory=Counter)
