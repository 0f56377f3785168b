"""gRPC: one server with health, reflection, actors and one mapping of errors; channels to other services."""

from framewell_kit.rpc.actor import Tokens, current_actor, require_operator
from framewell_kit.rpc.channel import KeptChannels, channel
from framewell_kit.rpc.replicas import replicas
from framewell_kit.rpc.server import MAX_MESSAGE_BYTES, RpcServer, Servicer

__all__ = [
    "MAX_MESSAGE_BYTES",
    "KeptChannels",
    "RpcServer",
    "Servicer",
    "Tokens",
    "channel",
    "current_actor",
    "replicas",
    "require_operator",
]
