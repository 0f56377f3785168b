"""Dead letters: what groups gave up, why, and trying it again.

`office` reads, sends again and marks; `letter` is one of them, `selection` says which are meant, `handled`
remembers what was done.
"""

from framewell_contracts.dead_letters.handled import Deed, Mark, State
from framewell_contracts.dead_letters.letter import DAMAGED, Letter
from framewell_contracts.dead_letters.office import DeadLetterOffice, TopicsMissing
from framewell_contracts.dead_letters.pace import Pace
from framewell_contracts.dead_letters.place import Place
from framewell_contracts.dead_letters.selection import ANY_STATE, WAITING, Selection
from framewell_contracts.dead_letters.tally import Tally

__all__ = [
    "ANY_STATE",
    "DAMAGED",
    "WAITING",
    "DeadLetterOffice",
    "Deed",
    "Letter",
    "Mark",
    "Pace",
    "Place",
    "Selection",
    "State",
    "Tally",
    "TopicsMissing",
]
