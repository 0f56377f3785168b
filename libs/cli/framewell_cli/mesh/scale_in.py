"""`framewell scale-in`: replicas that will not come back leave their groups now, not after their session."""

from __future__ import annotations

from typing import Annotated

import typer

from framewell_cli.broker import Kafka, Prefix, broker_access, run
from framewell_cli.console import Json, print_json, results
from framewell_cli.errors import UsageProblem
from framewell_contracts.groups import GROUPS
from framewell_kafka.membership import remove

Service = Annotated[str, typer.Argument(help="The service that has fewer replicas now, e.g. transcode.")]
Ordinals = Annotated[
    list[int],
    typer.Argument(min=0, help="The replicas that have ended and stay away, by their FRAMEWELL_INSTANCE."),
]


def scale_in(
    service: Service, ordinals: Ordinals, *, kafka: Kafka = None, prefix: Prefix = "", as_json: Json = False
) -> None:
    """Hand the partitions of replicas that have ended for good to the others, at once.

    For replicas that 'framewell up' did not start; of those 'framewell scale' takes care. Without it
    nobody reads them until the session of those replicas has run out, 10 seconds. Run it when
    they have ended: one that still runs joins again. Nothing happens the second time.
    """
    known = sorted({group.partition(".")[0] for group in GROUPS})
    if service not in known:
        raise UsageProblem(f"No service is called {service}: it is one of {', '.join(known)}.")
    broker = broker_access(kafka)
    removed = run(broker, remove(broker, service, set(ordinals), prefix=prefix))
    if as_json:
        print_json({"removed": removed})
        return
    for group, names in removed.items():
        results.print(f"{group}: removed {', '.join(names)}", markup=False)
    if not removed:
        results.print(f"no group of {service} has such a member: its partitions are with others already")
