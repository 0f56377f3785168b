"""Of what an address answers its head is read, and nothing leads where the operator does not allow."""

import asyncio
from typing import Any

import pytest

from framewell_gateway.adapters.webhook_sender import HttpSender
from framewell_gateway.domain.webhook_hosts import NotAllowed, require_reachable, target_of


async def answers_with(serve: Any, content: bytes, *, again: bool = False) -> str:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            writer.write(content)
            while again:
                writer.write(b"x" * 65536)
                await writer.drain()
        except ConnectionError:
            pass
        writer.close()

    return f"http://127.0.0.1:{await serve(handler)}/"


@pytest.mark.parametrize(
    ("content", "again", "status", "problem"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n", True, 200, ""),
        (b"HTTP/1.1 200 OK\r\nx: ", True, 0, "RemoteProtocolError"),
        (b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\n\r\n", False, 302, "redirects"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", False, 0, "RemoteProtocolError"),
        (b"", False, 0, "closed without an answer"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n", False, 204, ""),
    ],
)
async def test_of_an_answer_nothing_but_its_head_is_read(
    serve: Any, content: bytes, again: bool, status: int, problem: str
) -> None:
    url = await answers_with(serve, content, again=again)
    answer = await HttpSender(("127.0.0.1",)).send(url, {"a": "b"}, b"{}")
    assert answer.status == status
    assert problem in answer.problem
    assert bool(answer.problem) is not answer.is_taken


async def test_who_answers_byte_by_byte_is_not_waited_for(serve: Any) -> None:
    async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"H")
            await asyncio.sleep(0.05)

    url = f"http://127.0.0.1:{await serve(drips)}/"
    answer = await HttpSender(("127.0.0.1",), seconds=0.3).send(url, {}, b"{}")
    assert (answer.status, answer.problem) == (0, "no answer within 0.3 s")


async def test_nobody_listening_is_a_sentence() -> None:
    answer = await HttpSender(("127.0.0.1",)).send("http://127.0.0.1:1/", {}, b"")
    assert answer.status == 0
    assert "Connect" in answer.problem


@pytest.mark.parametrize(
    ("url", "allowed", "is_allowed"),
    [
        ("https://mam.example/x", ["mam.example"], True),
        ("https://MAM.example./x", ["mam.example"], False),
        ("https://mam.example:8443/x", ["mam.example:8443"], True),
        ("https://mam.example/x", ["mam.example:8443"], False),
        ("https://a.mam.example/x", ["*.mam.example"], True),
        ("https://mam.example/x", ["*.mam.example"], False),
        ("https://evil-mam.example/x", ["mam.example", "*.mam.example"], False),
        ("https://mam.example@evil.example/", ["mam.example"], False),
        ("https://user:pass@mam.example/", ["mam.example"], False),
        ("https://evil.example/#mam.example", ["mam.example"], False),
        ("https://mam.example\\@evil.example/", ["mam.example"], False),
        ("http://[::1]:9/", ["[::1]"], True),
        ("http://[::1]:9/", ["[::1]:9"], True),
        ("http://127.0.0.1/", [], False),
        ("http://2130706433/", ["127.0.0.1"], False),
        ("http://169.254.169.254/", ["169.254.169.254"], False),
        ("http://[::ffff:169.254.169.254]/", ["[::ffff:169.254.169.254]"], False),
        ("http://0.0.0.0/", ["0.0.0.0"], False),
        ("http://10.0.0.9/", ["10.0.0.9"], True),
        ("ftp://mam.example/", ["mam.example"], False),
        ("http://mam.example:99999/", ["mam.example"], False),
        ("http:///x", [""], False),
        ("https://xn--mller-kva.example/", ["xn--mller-kva.example"], True),
        ("https://müller.example/", ["xn--mller-kva.example"], True),
    ],
)
def test_webhooks_lead_where_the_operator_allows(url: str, allowed: list[str], is_allowed: bool) -> None:
    if is_allowed:
        target_of(url, allowed)
    else:
        with pytest.raises(NotAllowed):
            target_of(url, allowed)


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("10.0.0.7", True), ("93.184.216.34", True), ("fd00::7", True), ("127.0.0.1", False), ("::1", False),
        ("::ffff:127.0.0.1", False), ("169.254.169.254", False), ("::ffff:169.254.169.254", False),
        ("fe80::1%eth0", False), ("0.0.0.0", False), ("224.0.0.1", False), ("255.255.255.255", False),
    ],
)  # fmt: skip
def test_a_name_that_leads_to_this_machine_or_to_no_server_is_not_followed(
    address: str, reached: bool
) -> None:
    target = target_of("https://mam.example/", ["mam.example"])
    if reached:
        require_reachable(target, address)
    else:
        with pytest.raises(NotAllowed):
            require_reachable(target, address)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "[::1]"])
def test_this_machine_is_reached_where_the_operator_names_it(host: str) -> None:
    target = target_of(f"http://{host}:9/", [host])
    require_reachable(target, host.strip("[]"))


async def test_a_path_in_any_script_is_sent_percent_encoded(serve: Any) -> None:
    lines = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append((await reader.readuntil(b"\r\n")).decode())
        writer.write(b"HTTP/1.1 204 No\r\n\r\n")
        writer.close()

    port = await serve(handler)
    answer = await HttpSender(("127.0.0.1",)).send(f"http://127.0.0.1:{port}/ü%20?q=é&a=b%26", {}, b"")
    assert (answer.status, answer.problem) == (204, "")
    assert lines == ["POST /%C3%BC%20?q=%C3%A9&a=b%26 HTTP/1.1\r\n"]


async def test_a_name_that_leads_elsewhere_later_is_looked_at_when_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def rebound(target: Any) -> str:
        return "127.0.0.1"

    monkeypatch.setattr("framewell_gateway.adapters.webhook_sender._address_of", rebound)
    sender = HttpSender(("mam.example",))
    sender.check("http://mam.example/")
    answer = await sender.send("http://mam.example/", {}, b"{}")
    assert (answer.status, "this very machine" in answer.problem) == (0, True)
