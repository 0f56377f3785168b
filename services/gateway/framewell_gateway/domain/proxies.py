"""Where a request comes from, when it comes through proxies that are trusted to say so."""

from collections.abc import Collection
from ipaddress import IPv4Network, IPv6Network, ip_address

Network = IPv4Network | IPv6Network


def is_in(address: str, networks: Collection[Network]) -> bool:
    """Return whether an address is in one of the networks; what is no address is in none."""
    if not networks:
        return False
    try:
        number = ip_address(address.strip("[]"))
    except ValueError:
        return False
    return any(number in network for network in networks)


def origin(peer: str, forwarded_for: str, proxies: Collection[Network]) -> str:
    """Return who asked: the last in X-Forwarded-For that is no proxy of ours, where the peer is one of them.

    Everything before that may have been made up by whoever asked. The peer itself where it is no proxy.
    """
    if not is_in(peer, proxies):
        return peer
    said = [one.strip() for one in forwarded_for.split(",") if one.strip()]
    return next((one for one in reversed(said) if not is_in(one, proxies)), said[0] if said else peer)
