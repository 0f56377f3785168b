"""Dead letters: the records that groups gave up, why they did, and sending them again.

`store` reads, replays and discards; `dead_letter` is one of them, `selection` says which are meant, and
`actions` is the audit trail of what people did with them.
"""

from framewell_kafka.dead_letters.actions import Action, ActionKind, State
from framewell_kafka.dead_letters.counts import ActionCounts
from framewell_kafka.dead_letters.dead_letter import DAMAGED, DeadLetter
from framewell_kafka.dead_letters.dead_letter_id import DeadLetterId
from framewell_kafka.dead_letters.rate_limit import RateLimit
from framewell_kafka.dead_letters.selection import ANY_STATE, WAITING, Selection
from framewell_kafka.dead_letters.store import DeadLetterStore, TopicsMissing

__all__ = [
    "ANY_STATE",
    "DAMAGED",
    "WAITING",
    "Action",
    "ActionCounts",
    "ActionKind",
    "DeadLetter",
    "DeadLetterId",
    "DeadLetterStore",
    "RateLimit",
    "Selection",
    "State",
    "TopicsMissing",
]
