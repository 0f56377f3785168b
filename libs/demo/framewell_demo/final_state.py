"""What a run leaves behind, without ids and times: two runs of the same story end in the same state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from framewell.sample.v1.sample_pb2 import SampleState
from framewell_contracts.json_mapping import enum_word
from framewell_demo.gateway_reader import GatewayReader
from framewell_demo.reviewer import Reviewer
from framewell_demo.run_record import RunRecord

State = Mapping[str, Any]


async def read_final_state(record: RunRecord, reviewer: Reviewer, gateway: GatewayReader) -> State:
    """Return who is named where, what became of every sample, what is in force, and what is owed."""
    roles = [request.role for request in record.taken_in()]
    views = {role: await gateway.view(record.asset(role)) for role in roles}
    samples = {role: await reviewer.samples(record.asset(role)) for role in roles}
    classes = await reviewer.classes(record.dataset_id)
    return {
        "people": {
            role: sorted({person["name"] for person in view["people"]}) for role, view in views.items()
        },
        "samples": {
            role: sorted(enum_word(SampleState.DESCRIPTOR, sample.state) for sample in found)
            for role, found in samples.items()
        },
        "classes": sorted(one.name for one in classes.values() if one.name),
        "snapshots": sorted(
            sum(split.sample_count for split in one.splits)
            for one in await reviewer.snapshots_in_force(record.dataset_id)
        ),
        "owed": dict(sorted((await reviewer.owed()).items())),
    }


def state_hash(state: State) -> str:
    """Return the SHA-256 of a state, in 64 lower-case hex digits: the same for the same state."""
    return sha256(json.dumps(state, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
