"""Who a caller is: a token, or a name where a mesh on loopback without tokens takes one."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from framewell_client.trust import CA_VARIABLE

TOKEN_VARIABLE = "FRAMEWELL_TOKEN"  # noqa: S105 - the name of the variable


@dataclass(frozen=True, slots=True)
class Credentials:
    """What every call carries, over REST and gRPC alike. A token goes before a name; both may be empty.

    `ca` is a PEM file of the authorities that may vouch for a gateway with TLS; empty: those of the system.
    """

    token: str = field(default="", repr=False)
    actor: str = ""
    ca: str = ""

    @classmethod
    def from_environment(cls, actor: str = "", environment: Mapping[str, str] | None = None) -> "Credentials":
        """Return the token in FRAMEWELL_TOKEN, the file in FRAMEWELL_CA, and the name of whoever acts."""
        env = os.environ if environment is None else environment
        return cls(env.get(TOKEN_VARIABLE, ""), actor, env.get(CA_VARIABLE, ""))

    def headers(self) -> dict[str, str]:
        """Return the headers of a request, which are the metadata of a call."""
        if self.token:
            return {"authorization": f"Bearer {self.token}"}
        return {"framewell-actor": self.actor} if self.actor else {}
