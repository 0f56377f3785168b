"""gRPC: one server with one door, health, reflection and one mapping of errors; channels to others."""

from framewell_kit.rpc.actor import Caller, current_actor
from framewell_kit.rpc.admission import Admission
from framewell_kit.rpc.channel import KeptChannels, channel, is_silent
from framewell_kit.rpc.replicas import replicas
from framewell_kit.rpc.server import MAX_MESSAGE_BYTES, RpcServer, Servicer

__all__ = [
    "MAX_MESSAGE_BYTES",
    "Admission",
    "Caller",
    "KeptChannels",
    "RpcServer",
    "Servicer",
    "channel",
    "current_actor",
    "is_silent",
    "replicas",
]
