"""Ports for the servers and services of one test, whatever else is tested on the machine at the same time."""

import random
import socket
from typing import Final

from framewell_embedded.ports import LOOPBACK, is_free

BLOCK: Final = 100
"""A block is this large: two meshes of 50 ports fit into it."""

# Below the ports that the kernel gives to clients (32768 and up by default): any of those may be taken by
# somebody's connection when a server comes to listen on it.
_BLOCKS: Final = range(10_000, 32_000, BLOCK)
_claims: list[socket.socket] = []


def port_base() -> int:
    """Return the first port of a free block that is this process's alone until it ends.

    The claim is a socket bound to the last port of the block: test processes that run beside this one see it.
    """
    for base in random.sample(_BLOCKS, len(_BLOCKS)):
        claim = socket.socket()
        try:
            claim.bind((LOOPBACK, base + BLOCK - 1))
        except OSError:
            claim.close()
            continue
        if all(is_free(port) for port in range(base, base + BLOCK - 1)):
            _claims.append(claim)
            return base
        claim.close()
    raise RuntimeError("there is no free block of ports between 10000 and 32000 for a test")
