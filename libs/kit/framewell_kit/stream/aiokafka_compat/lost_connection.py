"""Connections to a broker that notice their loss before anybody writes to them.

Between the moment in which a connection is lost and the turn of aiokafka's task that reads from it, aiokafka
takes it for alive. Whoever comes in that one turn of the event loop does harm (seen with brokers killed under
load):

- who writes gets a RuntimeError from uvloop, where aiokafka expects an OSError, and the task that wrote ends
  for good: fetching, coordination, metadata or sending. A consumer then reads nothing more, while its
  heartbeat goes on and keeps the partitions from everybody else;
- who finds the connection closed removes it from the client; nobody is left to fail those who wait for an
  answer, and they wait until the request times out (40 s).

Upstream: aiokafka's issue 1038 (open in 0.14).
"""

from typing import Any

from aiokafka import conn
from aiokafka.conn import AIOKafkaConnection, CloseReason


class LossAwareConnection(AIOKafkaConnection):  # type: ignore[misc]
    """Fails whoever waits for an answer, and whoever asks for one, as soon as it is lost.

    They get a KafkaConnectionError, after which all of aiokafka tries again over a new connection.
    """

    def connected(self) -> bool:
        """Return whether it may be written to; close one that was lost."""
        if self._writer is None:
            return False
        if super().connected() and not self._writer.is_closing():
            return True
        if not self._loop.is_closed():
            self.close(reason=CloseReason.CONNECTION_BROKEN)
        return False

    def send(self, request: Any, expect_response: bool = True) -> Any:
        """Send as aiokafka does. Raise KafkaConnectionError when the connection is lost."""
        self.connected()
        return super().send(request, expect_response)

    def _send_sasl_token(self, payload: bytes, expect_response: bool = True) -> Any:
        self.connected()
        return super()._send_sasl_token(payload, expect_response)


def install() -> None:
    """Let every client of this process make such connections from now on: there is no other way in."""
    conn.AIOKafkaConnection = LossAwareConnection
