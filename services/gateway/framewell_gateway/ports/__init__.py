"""What the gateway needs from outside: its repositories, the broker, and the services it asks.

A service answers with its own messages. A call raises `Away` when the service cannot be reached or does
not answer in time, and the outcomes of `framewell_kit.outcomes` (`NotFound`, `Gone`, `Conflict`, `Rejected`,
`Forbidden`) when it refuses.
"""

from framewell_gateway.ports.announcing import Announcer
from framewell_gateway.ports.mesh_state import BrokerSearch, DeadLetters, Operations
from framewell_gateway.ports.read_models import (
    ErasureRepository,
    EventRepository,
    ProgressRepository,
    SummaryRepository,
)
from framewell_gateway.ports.services import BROKER, Away, Method, Services

__all__ = [
    "BROKER",
    "Announcer",
    "Away",
    "BrokerSearch",
    "DeadLetters",
    "ErasureRepository",
    "EventRepository",
    "Method",
    "Operations",
    "ProgressRepository",
    "Services",
    "SummaryRepository",
]
