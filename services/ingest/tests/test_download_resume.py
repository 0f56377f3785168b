"""Downloads that go on after a break or a kill, and never join two contents."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import textwrap
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from framewell_contracts.media_addresses import MediaAddress
from framewell_ingest.adapters.fetchers import web
from framewell_ingest.adapters.fetchers.partial_files import PartialFiles
from framewell_ingest.adapters.fetchers.web import WebFetcher
from framewell_ingest.domain.verdicts import Refused, SourceUnavailable

CONTENT = os.urandom(400_000)


@dataclass
class Site:
    """A server on loopback with one file. `breaks` are the lengths of bodies after which it hangs up."""

    content: bytes = CONTENT
    etag: str = '"v1"'
    ranges: bool = True
    breaks: list[int] = field(default_factory=list)
    slow: float = 0.0
    sent: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    port: int = 0
    more: str = ""

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Site]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    @property
    def address(self) -> MediaAddress:
        return MediaAddress(f"http://127.0.0.1:{self.port}/a.mp4")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        if not head.startswith("GET /a.mp4"):
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            writer.close()
            return
        headers = dict(re.findall(r"(?m)^([\w-]+): ?(.*?)\r$", head.lower()))
        self.asked.append(headers)
        wanted = re.fullmatch(r"bytes=(\d+)-", headers.get("range", ""))
        start, status, size = 0, "200 OK", len(self.content)
        if wanted and self.ranges and headers.get("if-range") == self.etag:
            start, status = (
                int(wanted[1]),
                f"206 Partial\r\nContent-Range: bytes {wanted[1]}-{size - 1}/{size}",
            )
        named = f"ETag: {self.etag}\r\n" if self.etag else ""
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Length: {size - start}\r\n{named}{self.more}"
            "Connection: close\r\n\r\n".encode()
        )
        body = self.content[start:]
        body = body[: self.breaks.pop(0)] if self.breaks else body
        for at in range(0, len(body), 20_000):
            writer.write(body[at : at + 20_000])
            self.sent += len(body[at : at + 20_000])
            with suppress(ConnectionError):
                await writer.drain()
            await asyncio.sleep(self.slow)
        writer.close()


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_BLOCK_BYTES", 10_000)


def fetcher(folder: Path, most: int = 1 << 20) -> WebFetcher:
    (folder / "own").mkdir(exist_ok=True)
    kept = PartialFiles(folder / "kept", folder / "own", 3600)
    return WebFetcher(kept, most, 20, ("127.0.0.1",))


async def fetched(site: Site, folder: Path) -> bytes:
    async with fetcher(folder).fetch(site.address) as source:
        return source.path.read_bytes()


async def test_a_download_that_broke_off_goes_on(tmp_path: Path) -> None:
    async with Site(breaks=[150_000, 100_000]).serving() as site:
        for _ in range(2):
            with pytest.raises(SourceUnavailable):
                await fetched(site, tmp_path)
        assert await fetched(site, tmp_path) == CONTENT
    assert [one.get("range") for one in site.asked] == [None, "bytes=150000-", "bytes=250000-"]
    assert site.sent == len(CONTENT)
    assert not (tmp_path / "kept").exists()


async def test_what_arrived_is_kept_when_it_cannot_be_stored_yet(tmp_path: Path) -> None:
    async with Site().serving() as site:
        with pytest.raises(ZeroDivisionError):
            async with fetcher(tmp_path).fetch(site.address):
                raise ZeroDivisionError
        assert await fetched(site, tmp_path) == CONTENT
    assert site.sent == len(CONTENT) + 1  # the last byte proves that it is still the same


@pytest.mark.parametrize("ranges", [True, False])
async def test_another_content_is_fetched_from_its_start(tmp_path: Path, ranges: bool) -> None:
    async with Site(breaks=[150_000], ranges=ranges).serving() as site:
        with pytest.raises(SourceUnavailable):
            await fetched(site, tmp_path)
        site.content, site.etag = CONTENT[::-1], '"v2"'
        assert await fetched(site, tmp_path) == CONTENT[::-1]


async def test_a_server_that_passes_over_if_range_does_not_join_two_contents(tmp_path: Path) -> None:
    class Careless(Site):
        async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            etag, self.etag = self.etag, '"v1"'
            try:
                await super()._serve(reader, _Renamed(writer, etag))  # type: ignore[arg-type]
            finally:
                self.etag = etag

    class _Renamed:
        def __init__(self, writer: asyncio.StreamWriter, etag: str) -> None:
            self._writer, self._etag = writer, etag

        def write(self, data: bytes) -> None:
            self._writer.write(data.replace(b'ETag: "v1"', f"ETag: {self._etag}".encode()))

        async def drain(self) -> None:
            await self._writer.drain()

        def close(self) -> None:
            self._writer.close()

    async with Careless(breaks=[150_000]).serving() as site:
        with pytest.raises(SourceUnavailable):
            await fetched(site, tmp_path)
        site.content, site.etag = CONTENT[::-1], '"v2"'
        with pytest.raises(SourceUnavailable, match="changed meanwhile"):
            await fetched(site, tmp_path)
        assert await fetched(site, tmp_path) == CONTENT[::-1]


@pytest.mark.parametrize(
    ("etag", "more", "goes_on"),
    [
        ('W/"v1"', "", False),
        ("", "", False),
        (
            "",
            "Date: Sun, 29 Nov 2026 20:00:30 GMT\r\nLast-Modified: Sun, 29 Nov 2026 20:00:00 GMT\r\n",
            False,
        ),
        ('"v1"', "Content-Encoding: identity\r\n", False),
        ('"v1"', "", True),
    ],
)
async def test_only_content_with_a_strong_validator_is_gone_on_with(
    tmp_path: Path, etag: str, more: str, goes_on: bool
) -> None:
    async with Site(breaks=[150_000], etag=etag, more=more).serving() as site:
        with pytest.raises(SourceUnavailable):
            await fetched(site, tmp_path)
        assert await fetched(site, tmp_path) == CONTENT
    assert ("range" in site.asked[1]) is goes_on


async def test_a_killed_download_goes_on_in_the_next_process(tmp_path: Path) -> None:
    program = """
        import asyncio, sys
        from pathlib import Path
        from framewell_contracts.media_addresses import MediaAddress
        from framewell_ingest.adapters.fetchers import web
        from framewell_ingest.adapters.fetchers.partial_files import PartialFiles
        web.SYNC_BYTES, web._BLOCK_BYTES = 50_000, 10_000
        folder = Path(sys.argv[2])
        (folder / "own").mkdir(exist_ok=True)
        kept = PartialFiles(folder / "kept", folder / "own", 3600)
        fetcher = web.WebFetcher(kept, 1 << 20, 60, ("127.0.0.1",))
        async def main():
            async with fetcher.fetch(MediaAddress(sys.argv[1])):
                pass
        asyncio.run(main())
    """
    async with Site(slow=0.05).serving() as site:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", textwrap.dedent(program), site.address.open_form(), str(tmp_path)
        )
        while site.sent < 200_000 or _kept_bytes(tmp_path) < 100_000:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert await process.wait() == -signal.SIGKILL
        site.slow = 0.0
        assert await fetched(site, tmp_path) == CONTENT
    assert site.asked[1]["if-range"] == site.etag
    assert 50_000 <= int(site.asked[1]["range"].removeprefix("bytes=").removesuffix("-")) <= len(CONTENT)


def _kept_bytes(folder: Path) -> int:
    return sum(one.stat().st_size for one in (folder / "kept").rglob("*") if one.is_file())


async def test_a_refused_file_and_one_that_nobody_goes_on_with_are_not_kept(tmp_path: Path) -> None:
    async with Site().serving() as site:
        with pytest.raises(Refused, match="at most"):
            async with fetcher(tmp_path, most=1000).fetch(site.address):
                pass
        assert not (tmp_path / "kept").exists()
        site.breaks = [150_000, 150_000]
        kept = fetcher(tmp_path).partial_files
        old = PartialFiles(kept.folder, kept.scratch, -1)
        for forget in (partial(kept.forget, str(site.address)), old.forget_old):
            with pytest.raises(SourceUnavailable):
                await fetched(site, tmp_path)
            assert (tmp_path / "kept").exists()
            assert forget()
            assert not (tmp_path / "kept").exists()


async def test_two_at_once_do_not_write_into_one_file(tmp_path: Path) -> None:
    async with Site(slow=0.005).serving() as site:
        contents = await asyncio.gather(*(fetched(site, tmp_path) for _ in range(3)))
    assert contents == [CONTENT] * 3


def test_the_clock_of_kept_files_is_that_of_the_disk(tmp_path: Path) -> None:
    kept = PartialFiles(tmp_path / "kept", tmp_path, 3600)
    kept.folder.mkdir()
    (kept.folder / "a").write_bytes(b"x")
    assert kept.forget_old() == 0
    os.utime(kept.folder / "a", (time.time() - 3700,) * 2)
    assert kept.forget_old() == 1
