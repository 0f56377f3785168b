"""One replica of one workload, until it is stopped or killed."""

from __future__ import annotations

import sys

from chaos import broken
from chaos.journal import LOADED, Journal
from chaos.workloads import SERVICE_OF, backlog, chain, heavy
from chaos.workloads.impatient import make_impatient
from chaos.workloads.settings import WorkloadSettings
from framewell_kit.process import run_service

WORKLOADS = {"backlog": backlog.wire, "chain": chain.wire, "heavy": heavy.wire}


def main(name: str) -> None:
    """Run it."""
    settings = WorkloadSettings()
    journal = Journal(settings.journal)
    journal.note(LOADED, name)
    broken.apply(settings.broken)
    if settings.poll_interval_ms:
        make_impatient(journal, settings.poll_interval_ms)
    run_service(SERVICE_OF[name], settings, WORKLOADS[name])


if __name__ == "__main__":
    main(sys.argv[1])
