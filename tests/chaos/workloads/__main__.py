"""One replica of one workload, until it is told to stop or killed."""

from __future__ import annotations

import sys

from chaos import broken
from chaos.workloads import chain
from chaos.workloads.settings import WorkloadSettings
from framewell_kit.service import run_service

WORKLOADS = {"chain": (chain.SERVICE, chain.wire)}


def main(name: str) -> None:
    """Run it."""
    settings = WorkloadSettings()
    broken.apply(settings.broken)
    service, wire = WORKLOADS[name]
    run_service(service, settings, wire)


if __name__ == "__main__":
    main(sys.argv[1])
