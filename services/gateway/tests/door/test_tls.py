"""TLS at the gateway's port: whom it shows itself as, what plain words are told, how certificates change."""

import asyncio
import datetime as dt
import json
import shutil
import socket
import ssl
import subprocess
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from structlog.testing import capture_logs

from framewell.ingest.v1.ingest_service_pb2 import SubmitRequest
from framewell.ingest.v1.ingest_service_pb2_grpc import IngestServiceStub
from framewell_gateway.domain.proxies import origin
from framewell_gateway.entrypoints.http.certificates import BadCertificate, Certificates
from framewell_gateway.entrypoints.http.listening import Listener
from framewell_gateway.settings import GatewaySettings
from framewell_gateway.telemetry import CERTIFICATE_ENDS, CERTIFICATE_REFUSED, CERTIFICATE_TAKEN
from framewell_gateway.wiring import certificates_of
from framewell_kit.testing.waiting import patient

NOW = dt.datetime.now(dt.UTC)


def client(door: Any, files: Any, **also: Any) -> httpx.AsyncClient:
    also = {"http2": True, "verify": files.trusting()} | also
    return httpx.AsyncClient(base_url=f"https://{door.address}", trust_env=False, timeout=30, **also)


async def test_rest_and_grpc_share_the_port(tls_door: Any, files: Any) -> None:
    async with client(tls_door, files) as asking, client(tls_door, files, http2=False) as older:
        answer, before = await asking.get("/hello"), await older.get("/hello")
    async with tls_door.channel() as channel:
        assert (await IngestServiceStub(channel).Submit(SubmitRequest(request_id="a"))).asset_id == "a"
    assert (answer.http_version, before.http_version) == ("HTTP/2", "HTTP/1.1")
    assert answer.json()["scheme"] == before.json()["scheme"] == "https"
    for one in (answer, before):
        assert one.headers["strict-transport-security"] == "max-age=31536000"


async def test_plain_text_has_no_transport_security_to_be_strict_about(door: Any) -> None:
    async with httpx.AsyncClient(trust_env=False) as asking:
        answer = await asking.get(f"http://{door.address}/hello")
    assert "strict-transport-security" not in answer.headers


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize(("how", "version"), [("--http1.1", "1.1"), ("--http2", "2")])
async def test_curl_asks_by_alpn(tls_door: Any, files: Any, how: str, version: str) -> None:
    ca = files.folder / "ca.pem"
    files.authority.cert_pem.write_to_path(ca)
    process = await asyncio.create_subprocess_exec(
        *("curl", "-sS", "--noproxy", "*", how, "--cacert", str(ca), f"https://{tls_door.address}/hello"),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert json.loads(out)["version"] == version


async def test_what_is_older_than_tls_1_2_is_not_spoken(tls_door: Any, files: Any) -> None:
    older = files.trusting()
    older.set_ciphers("DEFAULT@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        older.minimum_version = older.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(OSError):  # ssl.SSLError, or the alert as the end of the connection
        await asyncio.open_connection("127.0.0.1", tls_door.port, ssl=older)


async def test_plain_http_at_a_port_with_tls_is_told_so(tls_door: Any) -> None:
    async with httpx.AsyncClient(trust_env=False) as asking:
        answer = await asking.get(f"http://{tls_door.address}/hello")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert "https://" in answer.json()["detail"]
    assert answer.headers["connection"] == "close"


async def test_plain_http_2_at_a_port_with_tls_is_told_so(tls_door: Any) -> None:
    async with grpc.aio.insecure_channel(tls_door.address) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await IngestServiceStub(channel).Submit(SubmitRequest(), timeout=5)
    assert error.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert "this port speaks TLS" in (error.value.details() or "")
    async with httpx.AsyncClient(http1=False, http2=True, trust_env=False) as asking:
        answer = await asking.get(f"http://{tls_door.address}/hello")
    assert (answer.status_code, "https://" in answer.json()["detail"]) == (400, True)
    assert not tls_door.service.metadata


async def test_a_handshake_that_stalls_is_given_up_and_keeps_nobody_waiting(
    tls_door: Any, files: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Listener, "first_byte_seconds", 0.5)
    hello = b"\x16\x03\x01\x02\x00\x01\x00"
    stalled = [await asyncio.open_connection("127.0.0.1", tls_door.port) for _ in range(100)]
    for number, (_, writer) in enumerate(stalled):
        writer.write(hello[: number % 8])
    async with client(tls_door, files) as asking:
        assert (await asking.get("/hello")).status_code == 200
    async with patient():
        for reader, writer in stalled:
            with suppress(ConnectionError):
                await reader.read()
            writer.close()
    assert not tls_door.server._listener._opening


async def test_certificates_change_under_load_and_no_request_fails(tls_door: Any, files: Any) -> None:
    certificates = tls_door.server._certificates
    stop = asyncio.Event()
    statuses: list[int] = []

    async def ask(http2: bool) -> None:
        while not stop.is_set():
            async with client(tls_door, files, http2=http2) as asking:
                statuses.extend([(await asking.get("/hello")).status_code for _ in range(3)])

    async def call() -> None:
        async with tls_door.channel() as channel:
            while not stop.is_set():
                await IngestServiceStub(channel).Submit(SubmitRequest())
                statuses.append(200)

    load = [asyncio.create_task(one) for one in (ask(True), ask(False), call())]
    shown = {await shown_serial(tls_door, files)}
    for number in range(5):
        pair = files.issue("127.0.0.1", f"renewed-{number}.example")
        files.certificate.write_bytes(b"".join(one.bytes() for one in pair.cert_chain_pems))
        certificates.look()  # the pair is half there: the one before goes on
        assert await shown_serial(tls_door, files) in shown
        files.key.write_bytes(pair.private_key_pem.bytes())
        certificates.look()
        shown.add(await shown_serial(tls_door, files))
        enough = len(statuses) + 8
        while len(statuses) < enough:  # noqa: ASYNC110 - the load goes on by itself
            await asyncio.sleep(0.01)
    stop.set()
    await asyncio.gather(*load)
    assert len(shown) == 6
    assert set(statuses) == {200}
    assert len(statuses) > 30


async def shown_serial(door: Any, files: Any) -> str:
    _, writer = await asyncio.open_connection("127.0.0.1", door.port, ssl=files.trusting())
    shown = writer.get_extra_info("peercert")["serialNumber"]
    writer.close()
    return str(shown)


async def test_new_files_are_noticed_within_seconds(
    tls_door: Any, files: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await shown_serial(tls_door, files)
    files.write(files.issue())
    async with patient():
        while await shown_serial(tls_door, files) == before:  # noqa: ASYNC110 - in files
            await asyncio.sleep(0.1)


async def test_a_connection_outlives_the_certificate_it_began_with(tls_door: Any, files: Any) -> None:
    async with client(tls_door, files) as asking:
        await asking.get("/hello")
        files.write(files.issue())
        tls_door.server._certificates.look()
        stream = (await asking.get("/hello")).extensions["network_stream"]
        shown = stream.get_extra_info("ssl_object").getpeercert()["serialNumber"]
        assert shown != await shown_serial(tls_door, files)


def test_a_pair_that_links_lead_to_is_followed(files: Any) -> None:
    """As Kubernetes mounts secrets: the folder behind a link is exchanged as a whole."""
    first, second = (files.folder / name for name in ("..1", "..2"))
    for folder in (first, second):
        folder.mkdir()
        files.write(files.issue(f"{folder.name[2:]}.example"))
        files.certificate.rename(folder / "tls.crt")
        files.key.rename(folder / "tls.key")
    data = files.folder / "..data"
    data.symlink_to(first)
    certificates = Certificates(data / "tls.crt", data / "tls.key")
    assert "1.example" in certificates.notes()[0]
    (files.folder / "..new").symlink_to(second)
    (files.folder / "..new").rename(data)
    certificates.look()
    assert "2.example" in certificates.notes()[0]


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (
            lambda files: files.certificate.unlink(),
            "tls.crt (FRAMEWELL_GATEWAY_CERTIFICATE) cannot be read: No such",
        ),
        (lambda files: files.key.unlink(), "tls.key (FRAMEWELL_GATEWAY_KEY) cannot be read: No such file"),
        (lambda files: files.certificate.write_bytes(b""), "has no certificate in PEM in it"),
        (lambda files: half(files.certificate), "has no certificate in PEM in it"),
        (lambda files: files.key.write_bytes(b"secret"), "has no private key in PEM in it"),
        (lambda files: half(files.key), "has no private key in PEM in it"),
        (lambda files: files.key.write_bytes(files.issue().private_key_pem.bytes()), "is not the key of"),
        (lambda files: files.write(files.issue(ends=NOW - dt.timedelta(days=1))), "ended on"),
        (lambda files: encrypt(files.key), "is encrypted: give the key as"),
    ],
)
def test_a_pair_that_cannot_be_used_says_why(files: Any, spoil: Any, sentence: str) -> None:
    certificates = Certificates(files.certificate, files.key)
    before = certificates.context
    spoil(files)
    with pytest.raises(BadCertificate) as error:
        Certificates(files.certificate, files.key)
    assert sentence in str(error.value)
    certificates.look()
    assert certificates.context is before


def encrypt(key: Path) -> None:
    locked = key.with_suffix(".locked")
    command = ("openssl", "pkcs8", "-topk8", "-in", key, "-out", locked, "-passout", "pass:secret")
    subprocess.run(command, check=True, capture_output=True)
    locked.rename(key)


def test_the_end_of_a_certificate_is_told_before_it_comes(files: Any) -> None:
    now = [NOW]
    files.write(files.issue("gateway.example", ends=NOW + dt.timedelta(days=20)))
    certificates = Certificates(files.certificate, files.key, lambda: now[0])
    assert certificates.days_left == pytest.approx(20, abs=0.01)
    with capture_logs() as said:
        certificates.look()
        assert not said
        for days, warnings in ((7, 1), (7.5, 1), (8, 2), (25, 3)):
            now[0] = NOW + dt.timedelta(days=days)
            certificates.look()
            certificates.look()
            assert [one["event"] for one in said] == [CERTIFICATE_ENDS] * warnings
    assert "gateway.example ends in -5.0 days" in certificates.notes()[0]


def test_a_pair_that_is_refused_is_logged_once_and_one_that_is_taken_as_well(files: Any) -> None:
    certificates = Certificates(files.certificate, files.key)
    pair = files.issue()
    with capture_logs() as said:
        files.key.write_bytes(pair.private_key_pem.bytes())
        certificates.look()
        certificates.look()
        files.write(pair)
        certificates.look()
        certificates.look()
    assert [one["event"] for one in said] == [CERTIFICATE_REFUSED, CERTIFICATE_TAKEN]
    assert "is not the key of" in said[0]["reason"]


async def test_a_proxy_in_front_says_where_a_request_came_from(opened: Any) -> None:
    settings = GatewaySettings(behind_proxy="127.0.0.1,10.0.0.0/8")
    forwarded = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}
    for proxies, client_then, scheme in (
        (settings.behind_proxy, "203.0.113.9", "https"),
        ((), "127.0.0.1", "http"),
    ):
        async with opened(proxies=proxies) as door:
            for http2 in (True, False):
                transport = httpx.AsyncHTTPTransport(http1=not http2, http2=http2)
                async with httpx.AsyncClient(transport=transport, trust_env=False) as asking:
                    answer = (await asking.get(f"http://{door.address}/hello", headers=forwarded)).json()
                assert (answer["client"], answer["scheme"]) == (client_then, scheme)


async def test_a_call_through_a_proxy_comes_from_behind_it(opened: Any) -> None:
    settings = GatewaySettings(behind_proxy="127.0.0.1")
    forwarded = (("x-forwarded-for", "10.9.9.9, 203.0.113.9"),)
    async with opened(proxies=settings.behind_proxy) as door, door.channel() as channel:
        await IngestServiceStub(channel).Submit(SubmitRequest(), metadata=forwarded)
    assert door.service.metadata[0]["framewell-caller"].startswith("203.0.113.9 ")


@pytest.mark.parametrize(
    ("peer", "said", "found"),
    [
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("10.0.0.7", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.7", "made.up, 203.0.113.9, 10.0.0.8", "203.0.113.9"),
        ("10.0.0.7", "10.0.0.9,10.0.0.8", "10.0.0.9"),
        ("10.0.0.7", "", "10.0.0.7"),
        ("10.0.0.7", " , ", "10.0.0.7"),
    ],
)
def test_who_asked_is_the_last_that_is_no_proxy(peer: str, said: str, found: str) -> None:
    assert origin(peer, said, [ip_network("10.0.0.0/8")]) == found


def outside_address() -> str:
    """Return an address of this machine that is not its loopback; empty where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probing:
        try:
            probing.connect(("192.0.2.1", 9))
        except OSError:
            return ""
        address = str(probing.getsockname()[0])
    return "" if address.startswith("127.") else address


@pytest.mark.skipif(not outside_address(), reason="this machine has its loopback alone")
async def test_whoever_goes_round_the_proxy_is_sent_back(opened: Any) -> None:
    settings = GatewaySettings(behind_proxy="192.0.2.7")
    listening = opened(host="0.0.0.0", proxies=settings.behind_proxy)
    async with listening as door, httpx.AsyncClient(trust_env=False) as asking:
        here = await asking.get(f"http://127.0.0.1:{door.port}/hello")
        round_it = await asking.get(f"http://{outside_address()}:{door.port}/hello")
    assert (here.status_code, round_it.status_code) == (200, 403)
    assert "FRAMEWELL_GATEWAY_BEHIND_PROXY" in round_it.json()["detail"]


@pytest.mark.skipif(not outside_address(), reason="this machine has its loopback alone")
async def test_who_may_connect_in_plain_text_is_not_believed_where_a_request_came_from(opened: Any) -> None:
    """As every program on a host whose loopback has the published port: all come from one address."""
    here = outside_address()
    settings = GatewaySettings(plain_text_from=here)
    forwarded = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}
    listening = opened(host="0.0.0.0", plain_text_from=settings.plain_text_from)
    async with listening as door, httpx.AsyncClient(trust_env=False) as asking:
        answer = await asking.get(f"http://{here}:{door.port}/hello", headers=forwarded)
        async with grpc.aio.insecure_channel(f"{here}:{door.port}") as channel:
            await IngestServiceStub(channel).Submit(
                SubmitRequest(), metadata=(("x-forwarded-for", "203.0.113.9"),)
            )
    assert (answer.json()["client"], answer.json()["scheme"]) == (here, "http")
    assert door.service.metadata[0]["framewell-caller"].startswith(f"{here} ")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "mesh.example"])
def test_plain_text_does_not_leave_this_machine(host: str, files: Any) -> None:
    with pytest.raises(ValueError, match=r"plain text to .*_GATEWAY_CERTIFICATE .*BEHIND_PROXY"):
        certificates_of(GatewaySettings(), host)
    assert certificates_of(GatewaySettings(behind_proxy="192.168.1.9"), host) is None
    assert certificates_of(GatewaySettings(plain_text_from="192.168.1.9"), host) is None
    settings = GatewaySettings(certificate=str(files.certificate), key=str(files.key))
    assert certificates_of(settings, host) is not None
    assert certificates_of(GatewaySettings(), "127.0.0.1") is None


def test_a_certificate_and_its_key_are_set_together(files: Any) -> None:
    for given, missing in (("certificate", "KEY"), ("key", "CERTIFICATE")):
        one: Any = {given: str(getattr(files, given))}
        settings = GatewaySettings(**one)
        with pytest.raises(ValueError, match=f"FRAMEWELL_GATEWAY_{missing} is not"):
            certificates_of(settings, "127.0.0.1")


@pytest.mark.parametrize("networks", ["0.0.0.0/0", "::/0", "10.0.0.1/8", "proxy.example"])
def test_networks_of_proxies_are_some_and_no_names(networks: str) -> None:
    with pytest.raises(ValueError):
        GatewaySettings(behind_proxy=networks)
    with pytest.raises(ValueError):
        GatewaySettings(plain_text_from=networks)
