"""Where webhooks may lead: hosts that the operator names, and never where a name leads by surprise."""

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from string import punctuation
from typing import Final, TypeAlias
from urllib.parse import quote, urlsplit

from framewell_contracts.sentences import Sentence, say
from framewell_gateway.domain.principals import is_loopback

Address: TypeAlias = IPv4Address | IPv6Address

_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a delivery goes: the parts of a URL that is allowed."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Return what stands in the header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


class NotAllowed(Exception):
    """A webhook may not lead there; `reason` says why, and what to do."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


def target_of(url: str, allowed: Collection[str]) -> Target:
    """Return where a URL leads, what is no ASCII in its path percent-encoded.

    Raises NotAllowed for one that is none, whose host is not in the list, or is an address that no delivery
    may reach. Entries are `host`, `host:port` or `*.domain`; without a port any is meant.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
        host = (parts.hostname or "").encode("idna").decode().lower() if parts.hostname else ""
    except ValueError as error:
        said = say(
            "webhook_host_not_allowed.none",
            "{address} is no address: {why}",
            address=repr(url[:200]),
            why=error,
        )
        raise NotAllowed(said) from error
    if parts.scheme not in _PORTS or not host or parts.username or parts.password or parts.fragment:
        raise NotAllowed(
            say(
                "webhook_host_not_allowed.form",
                "give an address such as https://host/path, without a name, a password or a fragment",
            )
        )
    if not any(_matches(host, port, entry) for entry in allowed):
        raise NotAllowed(
            say(
                "webhook_host_not_allowed",
                "webhooks may not lead to {host}: the operator allows hosts in "
                "FRAMEWELL_GATEWAY_WEBHOOK_HOSTS",
                host=f"{host}:{port}",
            )
        )
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    target = Target(parts.scheme, host, port, quote(path, safe=punctuation))
    if _is_address(host):
        require_reachable(target, host)
    return target


def require_reachable(target: Target, address: str) -> None:
    """Raise NotAllowed for an address that the name of an allowed host must not lead to.

    Asked of the very address that is connected to: a name may lead elsewhere at every question.
    """
    found = _plain(ip_address(address.partition("%")[0]))
    if found.is_loopback:
        if not is_loopback(target.host):
            said = say(
                "webhook_host_not_allowed.here",
                "{host} leads to this very machine ({address})",
                host=target.host,
                address=address,
            )
            raise NotAllowed(said)
        return  # named as such, and allowed: `::1` is reserved besides
    if found.is_link_local or found.is_multicast or found.is_unspecified or found.is_reserved:
        said = say(
            "webhook_host_not_allowed.no_server",
            "{host} leads to {address}, which is no address of a server",
            host=target.host,
            address=address,
        )
        raise NotAllowed(said)


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _plain(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one stands for, else itself."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


def _matches(host: str, port: int, entry: str) -> bool:
    wanted, wanted_port = entry.lower(), 0
    name, colon, digits = wanted.rpartition(":")
    if colon and digits.isdigit() and not name.endswith(":") and (name.count(":") == 0 or name[-1:] == "]"):
        wanted, wanted_port = name, int(digits)
    wanted = wanted.strip("[]")
    if wanted_port not in (0, port):
        return False
    return host.endswith(wanted[1:]) if wanted.startswith("*.") else host == wanted
