"""The receiver of `examples/java` takes what the gateway sends, once, and nothing that somebody else made."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from framewell_embedded.java import find_java
from framewell_gateway.adapters.webhook_sender import HttpSender
from framewell_gateway.domain.webhooks import new_secret, signed_headers

EXAMPLE = Path(__file__).resolve().parents[4] / "examples" / "java" / "Receive.java"
BODY = b'{"specversion":"1.0","type":"framewell.asset.ingested.v1","data":{"title":"M\xc3\xbcnster"}}'
OLD, NEW = new_secret(), new_secret()


@dataclass
class JavaReceiver:
    process: asyncio.subprocess.Process
    url: str

    async def status_of(self, headers: Mapping[str, str], body: bytes = BODY) -> int:
        return (await HttpSender(["127.0.0.1"]).send(self.url, headers, body)).status

    async def printed(self) -> list[bytes]:
        """End the receiver and return the lines that it printed."""
        self.process.terminate()
        output, _ = await self.process.communicate()
        return output.splitlines()


def headers(identifier: str = "msg_1", *keys: str, at: datetime | None = None) -> Mapping[str, str]:
    return signed_headers(identifier, at or datetime.now(UTC), BODY, keys or (NEW,))


@pytest.fixture
async def java() -> AsyncIterator[JavaReceiver]:
    process = await asyncio.create_subprocess_exec(
        str(find_java().executable),
        str(EXAMPLE),
        "0",
        env={**os.environ, "FRAMEWELL_WEBHOOK_SECRET": f"{OLD} {NEW}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    said = (await process.stderr.readline()).decode()
    address = re.search(r"http://\S+", said)
    assert address, said
    yield JavaReceiver(process, address[0])
    if process.returncode is None:
        process.kill()
        await process.wait()


async def test_an_event_that_comes_twice_is_printed_once(java: JavaReceiver) -> None:
    assert [await java.status_of(headers()) for _ in range(2)] == [204, 204]
    assert await java.status_of(headers("msg_2", OLD)) == 204
    assert await java.status_of(headers("msg_3", new_secret(), NEW)) == 204
    assert await java.printed() == [BODY] * 3


async def test_what_is_not_signed_by_the_gateway_is_refused(java: JavaReceiver) -> None:
    now = datetime.now(UTC)
    signed = headers()
    refused = [
        (headers("msg_1", new_secret()), BODY),
        (signed, BODY.replace(b"ingested", b"analysed")),
        ({**signed, "webhook-id": "msg_2"}, BODY),
        (headers(at=now - timedelta(minutes=6)), BODY),
        (headers(at=now + timedelta(minutes=6)), BODY),
        ({**signed, "webhook-timestamp": "soon"}, BODY),
        *(
            ({name: value for name, value in signed.items() if name != left_out}, BODY)
            for left_out in signed
            if left_out.startswith("webhook-")
        ),
    ]
    assert [await java.status_of(*one) for one in refused] == [401] * len(refused)
    assert await java.status_of(signed, b" " * ((4 << 20) + 1)) == 413
    assert await java.printed() == []
