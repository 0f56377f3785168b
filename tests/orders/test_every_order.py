"""Rights and erasure in every order of events, driven by a state machine over three services."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from framewell_kit.documents import Documents, MemoryDocuments, MongoDocuments
from orders.machine import EveryOrder

RUNS = 120
"""Runs of the suite's form; `FRAMEWELL_ORDERS` names another number, with choices drawn anew."""

LEAST_MOVES = 10_000
"""Calls to a store and choices between them, in the suite's form."""

HAPPENED = (
    "taken in", "decided", "restricted", "permitted", "weakened", "removed", "asset erased", "holder erased",
    "person erased", "replayed", "killed", "samples in use at rest", "snapshots in force at rest",
    "models in force at rest",
)  # fmt: skip
"""What has to have happened for the run to be worth something."""


def run(stores: Callable[[], Documents], runs: int, steps: int) -> Counter[str]:
    """Run the machine; return how often what happened."""
    counts: Counter[str] = Counter()
    with asyncio.Runner() as runner:
        machine: Any = partial(EveryOrder, runner.get_loop(), stores, counts)
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=runs,
                stateful_step_count=steps,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate],  # making a failure smaller takes minutes: do it by hand
                print_blob=True,
                derandomize="FRAMEWELL_ORDERS" not in os.environ,
                database=None,
            ),
        )
    print(", ".join(f"{what}: {count}" for what, count in sorted(counts.items())))
    return counts


@pytest.mark.slow
def test_nothing_in_force_rests_on_what_is_not_allowed_in_any_order() -> None:
    """`FRAMEWELL_ORDERS` names how many runs of the machine there are; `make chaos` has more."""
    counts = run(MemoryDocuments, int(os.environ.get("FRAMEWELL_ORDERS", RUNS)), steps=40)
    assert counts["moves"] >= LEAST_MOVES
    assert not [what for what in HAPPENED if not counts[what]]


@pytest.mark.integration
@pytest.mark.slow
def test_the_same_holds_on_the_real_database(database: str) -> None:
    counts = run(lambda: MongoDocuments(database, f"orders_{uuid4().hex[:12]}"), 6, steps=25)
    assert counts["at rest"]
