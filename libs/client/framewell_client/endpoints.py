"""Where a mesh can be reached: from the environment, or from the file that `framewell up` writes."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from framewell_client.errors import Unreachable

STATE_VARIABLE = "FRAMEWELL_STATE"
REST_VARIABLE = "FRAMEWELL_REST"
KAFKA_VARIABLE = "FRAMEWELL_KAFKA"
_FILE = "endpoints.json"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Addresses of one mesh. Empty where nothing is known.

    `grpc` has every process: `transcode`, and with several replicas also `transcode-1` and so on. It is empty
    where FRAMEWELL_REST names a gateway: then the gateway is the one address that is asked, over gRPC too.
    `ingest_roots` are the folders that ingest reads files from by their path, as far as they are known.
    """

    rest: str = ""
    kafka: str = ""
    grpc: Mapping[str, str] = field(default_factory=dict)
    ingest_roots: tuple[Path, ...] = ()

    def target(self, service: str) -> str:
        """Return the address of a service for a gRPC channel, which connects to a replica that answers.

        Raise Unreachable when it is not known.
        """
        found = [
            where
            for name, where in sorted(self.grpc.items())
            if name == service or name.startswith(f"{service}-")
        ]
        if not found:
            raise Unreachable(f"the address of {service} is not known: is the mesh of this folder up?")
        return found[0] if len(found) == 1 else f"ipv4:{','.join(found)}"

    @classmethod
    def find(cls, environment: Mapping[str, str] | None = None) -> "Endpoints":
        """Return FRAMEWELL_REST and FRAMEWELL_KAFKA, and else what `endpoints.json` in FRAMEWELL_STATE says.

        Raise Unreachable, with the way out, when neither says where the mesh is.
        """
        env = os.environ if environment is None else environment
        path = Path(env.get(STATE_VARIABLE) or ".framewell").absolute() / _FILE
        written = _read(path)
        rest = env.get(REST_VARIABLE) or written.get("rest", "")
        kafka = env.get(KAFKA_VARIABLE) or written.get("kafka", "")
        if not rest and not kafka:
            raise Unreachable(
                f"no mesh runs here ({path} is missing): start one with 'framewell up --detach', change to "
                f"the folder it was started in, or name a gateway in {REST_VARIABLE}"
            )
        grpc = {} if env.get(REST_VARIABLE) else written
        return cls(
            rest=rest,
            kafka=kafka,
            grpc={key.removeprefix("grpc."): value for key, value in grpc.items() if key.startswith("grpc.")},
            ingest_roots=tuple(
                Path(root) for root in written.get("ingest.roots", "").split(os.pathsep) if root
            ),
        )


def _read(path: Path) -> dict[str, str]:
    try:
        addresses = json.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise Unreachable(f"{path} cannot be read ({error}): start the mesh anew") from error
    return {str(key): str(value) for key, value in addresses.items()}
