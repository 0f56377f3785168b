"""Where the replicas of a service are: everything that its address in the settings stands for.

An address is `host:port`, whose name may stand for many hosts, or several numbers of hosts with their ports,
`10.0.0.1:7421,10.0.0.2:7421`. Channels take either; `replicas` returns them one by one.
"""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple


class HostPort(NamedTuple):
    """One part of an address; `number` is None for a name."""

    host: str
    port: int
    number: IPv4Address | IPv6Address | None

    def __str__(self) -> str:
        host = f"[{self.number}]" if isinstance(self.number, IPv6Address) else self.host
        return f"{host}:{self.port}"


def parts(address: str) -> list[HostPort]:
    """Return the parts of an address. Raises ValueError, naming what an address may be."""
    found = [_part(written.strip()) for written in address.split(",")]
    kinds = {type(one.number) for one in found}
    if len(found) > 1 and kinds not in ({IPv4Address}, {IPv6Address}):
        raise ValueError(
            f"{address!r} (FRAMEWELL_HOSTS): several replicas are given as numbers of one kind "
            "(10.0.0.1:7421,10.0.0.2:7421), or as one name that stands for all of them"
        )
    return found


def target(address: str) -> str:
    """Return the address as gRPC takes it: a channel connects to the first of several that answers."""
    found = parts(address)
    if len(found) == 1:
        return str(found[0])
    scheme = "ipv4" if isinstance(found[0].number, IPv4Address) else "ipv6"
    return f"{scheme}:{','.join(map(str, found))}"


async def replicas(address: str) -> list[str]:
    """Return `host:port` of every replica, names looked up now. Raises OSError for an unknown name."""
    where: dict[str, None] = {}
    for one in parts(address):
        if one.number is not None:
            where[str(one)] = None
            continue
        found = await asyncio.get_running_loop().getaddrinfo(one.host, one.port, type=socket.SOCK_STREAM)
        # A process listens on one kind of number: where a name has both, they are the same processes twice.
        families = sorted({family for family, *_ in found}, key=lambda family: family != socket.AF_INET)
        for family, _, _, _, address_info in found:
            if family == families[0]:
                number = ip_address(address_info[0])
                where[str(HostPort(str(number), one.port, number))] = None
    return sorted(where)


def _part(written: str) -> HostPort:
    host, _, port = written.rpartition(":")
    if not (host and port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError(f"{written!r} (FRAMEWELL_HOSTS) is no host:port")
    host = host.removeprefix("[").removesuffix("]")
    try:
        return HostPort(host, int(port), ip_address(host))
    except ValueError:
        return HostPort(host, int(port), None)
