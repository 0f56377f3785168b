"""What the dataset service measures and logs, each name once."""

from framewell_kit.telemetry import meter

_meter = meter("framewell_dataset")

SAMPLES = _meter.create_counter(
    "framewell_samples", description="Changes of samples, by dataset and the state they led to."
)
SNAPSHOTS = _meter.create_counter(
    "framewell_snapshots", description="Snapshots, by dataset and state (published, withdrawn)."
)
USES = _meter.create_counter("framewell_uses", description="Uses entered in the ledger, by currency.")

TERMS_WAIT = "rights terms wait"
"""Log: the database is away, so terms that begin or end are looked for later."""

TERMS_FAILED = "asking again about rights failed, goes on"
"""Log: one round of asking again ended with an exception nobody expected."""

SEALS_WAIT = "sealing the audit log waits"
"""Log: the database is away, so the log of decisions is sealed later."""

SEALS_FAILED = "sealing the audit log failed, goes on"
"""Log: one round of sealing ended with an exception nobody expected."""
