"""Where a call comes from, as far as attempts are counted by it."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

UNKNOWN: Final = "unknown"
_HOME_BITS: Final = 64
_IPV6: Final = 6
_IPV6_NETS: Final = (32, 48)
_IPV4_NETS: Final = (16,)


def nets_of(source: str) -> list[str]:
    """Return the networks that a source of `source_of` is in, the widest first; none for what is no address.

    Whoever has one of them has all addresses in it: a provider gives a /48 to a customer, a registry a /32 to
    a provider, and IPv4 addresses are bought by the /16 at most.
    """
    try:
        network = ip_network(source)
    except ValueError:
        return []
    widths = _IPV6_NETS if network.version == _IPV6 else _IPV4_NETS
    return [str(network.supernet(new_prefix=width)) for width in widths]


def source_of(address: str) -> str:
    """Return the address; of an IPv6 address its first 64 bits, which one household has all of.

    A port that a proxy wrote behind it (`192.0.2.7:51234`, `[2001:db8::7]:51234`) is left out.
    """
    host, colon, port = address.rpartition(":")
    if colon and port.isdigit() and (host.endswith("]") or ":" not in host):
        address = host
    try:
        parsed = ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return f"{IPv6Address(int(parsed) >> _HOME_BITS << _HOME_BITS)}/{_HOME_BITS}"
    return str(parsed)
