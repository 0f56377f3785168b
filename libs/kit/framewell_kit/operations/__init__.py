"""What an operator may ask and change in any process: `framewell.mesh.v1.OperationsService`.

`process_state` knows the parts of the process, `servicer` translates; `monitor` keeps health and gauges up to
date, `retention` deletes old jobs and decisions, `holdings_search` looks for what an erasure left.
"""

from framewell_kit.operations.holdings_search import HoldingsSearch
from framewell_kit.operations.monitor import ProcessMonitor
from framewell_kit.operations.process_state import ProcessState
from framewell_kit.operations.retention import RetentionSweep, compact_hourly
from framewell_kit.operations.servicer import operations
from framewell_kit.operations.stored_work import StoredWork

__all__ = [
    "HoldingsSearch",
    "ProcessMonitor",
    "ProcessState",
    "RetentionSweep",
    "StoredWork",
    "compact_hourly",
    "operations",
]
