"""For tests: the service on the kit's bench, and footage to show it."""

from framewell_dataset.testing.bench import DatasetBench
from framewell_dataset.testing.footage import (
    DECIDED_BY,
    Footage,
    Seen,
    contract_4711,
    ingested,
    stated,
)

__all__ = ["DECIDED_BY", "DatasetBench", "Footage", "Seen", "contract_4711", "ingested", "stated"]
