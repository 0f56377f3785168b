"""https: URIs. Nobody gets the mesh to call the inside of its own network.

A name is resolved once, every address is checked, and the connection goes to the checked address: a name
that resolves differently a moment later changes nothing. Redirects are followed by hand, each checked
the same way. Every sentence names an address as `MediaAddress` shows it: a redirect may be signed as well.
"""

from __future__ import annotations

import asyncio
import socket
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

import httpx
from pydantic import SecretStr

from framewell_contracts.media_addresses import MediaAddress, redacted_text
from framewell_contracts.sentences import Sentence, say
from framewell_ingest.adapters.fetchers.partial_files import PartialFile, PartialFiles
from framewell_ingest.adapters.fetchers.ranges import (
    NO_HEADERS,
    ChangedMeanwhile,
    continued_at,
    range_headers,
    validator_of,
)
from framewell_ingest.domain.findings import Finding
from framewell_ingest.domain.verdicts import FORBIDDEN, TOO_LARGE, UNREACHABLE, Refused, SourceUnavailable
from framewell_ingest.ports import Source
from framewell_ingest.rights.site_reservations import WELL_KNOWN, from_headers, from_well_known, unreadable

_MOST_REDIRECTS: Final = 5
_BLOCK_BYTES: Final = 1 << 20
SYNC_BYTES: Final = 64 << 20
"""So much at most comes again after a crash."""
_IDLE_SECONDS: Final = 30.0
_TEXT_SECONDS: Final = 10.0
_MOST_TEXT_BYTES: Final = 256 << 10
_TRY_AGAIN_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class WebFetcher:
    """Downloads, and goes on with what an attempt before has kept, if the content is still the same.

    `inner_hosts` may have private addresses and may speak plain HTTP.

    `logins` are `user:password` by host, sent to that host alone.
    """

    partial_files: PartialFiles
    most_bytes: int
    most_seconds: float
    inner_hosts: tuple[str, ...] = ()
    authorities: str | None = None
    logins: Mapping[str, SecretStr] = field(default_factory=dict, repr=False)

    @asynccontextmanager
    async def fetch(self, address: MediaAddress) -> AsyncIterator[Source]:
        with self.partial_files.of(address) as partial:
            asked = range_headers(partial)
            try:
                async with self._client() as client, self._answer(client, address, asked) as response:
                    await self._save(response, partial)
                    found = await self._reservations(client, response)
                    source = Source(partial.path, _file_name(response), found)
            except httpx.InvalidURL as error:
                said = say("fetch.no_address", "{address} is no address.", address=repr(address))
                raise Refused(UNREACHABLE, said) from error
            except (httpx.TransportError, OSError) as error:
                said = say(
                    "fetch.silent",
                    "{address} does not answer: {why}",
                    address=repr(address),
                    why=_failure(error),
                )
                raise SourceUnavailable(said, _TRY_AGAIN_SECONDS) from error
            yield source

    def _client(self) -> httpx.AsyncClient:
        verify = httpx.create_ssl_context(verify=self.authorities or True)
        return httpx.AsyncClient(
            verify=verify,
            timeout=_IDLE_SECONDS,
            trust_env=False,
            headers={"User-Agent": "framewell-ingest", "Accept-Encoding": "identity"},
        )

    @asynccontextmanager
    async def _answer(
        self, client: httpx.AsyncClient, address: MediaAddress, headers: Mapping[str, str]
    ) -> AsyncIterator[httpx.Response]:
        url = httpx.URL(address.open_form())
        for _ in range(_MOST_REDIRECTS + 1):
            request = await self._request(client, url, headers)
            response = await client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    _check_status(response, url, ranged=bool(headers))
                    response.extensions["framewell_url"] = url
                    yield response
                    return
                url = url.join(response.headers["location"])
            finally:
                await response.aclose()
        raise Refused(UNREACHABLE, _redirects(repr(address)))

    async def _request(
        self, client: httpx.AsyncClient, url: httpx.URL, headers: Mapping[str, str] = NO_HEADERS
    ) -> httpx.Request:
        inner = url.host in self.inner_hosts
        if url.scheme != "https" and not (inner and url.scheme == "http"):
            raise Refused(
                FORBIDDEN,
                say(
                    "fetch.scheme",
                    "{address} is not fetched: only https:, and http: from hosts in "
                    "FRAMEWELL_INGEST_INNER_HOSTS.",
                    address=_shown(url),
                ),
            )
        if url.userinfo:
            raise Refused(
                FORBIDDEN,
                say(
                    "fetch.secret",
                    "{address} holds a user name or a password: such a URI is not fetched.",
                    address=_shown(url),
                ),
            )
        address = await _address(url, inner=inner)
        return client.build_request(
            "GET",
            url.copy_with(host=address),
            headers={"Host": url.netloc.decode(), **self._login(url.host), **headers},
            extensions={"sni_hostname": url.host},
        )

    def _login(self, host: str) -> dict[str, str]:
        login = self.logins.get(host)
        if login is None:
            return {}
        return {"Authorization": f"Basic {b64encode(login.get_secret_value().encode()).decode()}"}

    async def _reservations(self, client: httpx.AsyncClient, response: httpx.Response) -> tuple[Finding, ...]:
        """Return what the site says about text and data mining, with the policy that it names."""
        url: httpx.URL = response.extensions["framewell_url"]
        found = from_headers({name: redacted_text(text) for name, text in response.headers.items()})
        if not any(finding.property == "tdm_reservation" for finding in found):
            try:
                text = await self._text(client, url.copy_with(raw_path=WELL_KNOWN.encode()))
            except (Refused, httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError):
                found.append(unreadable("could not be fetched"))
            else:
                found += from_well_known(text, url.path)
        for finding in [finding for finding in found if finding.property == "tdm_policy"][:1]:
            try:
                offer = await self._text(client, url.join(finding.text))
            except (Refused, httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError):
                offer = ""  # the reservation that names the policy stands without it
            if offer.lstrip().startswith("{"):
                found.append(
                    Finding("tdmrep", f"TDM policy {finding.text}"[:200], "tdm_offer", redacted_text(offer))
                )
        return tuple(found)

    async def _text(self, client: httpx.AsyncClient, url: httpx.URL) -> str:
        """Return a small text, empty where there is none. Raises what keeps it from being read."""
        async with asyncio.timeout(_TEXT_SECONDS):
            for _ in range(_MOST_REDIRECTS + 1):
                response = await client.send(await self._request(client, url), stream=True)
                try:
                    if response.has_redirect_location:
                        url = url.join(response.headers["location"])
                        continue
                    if response.status_code != httpx.codes.OK:
                        if response.status_code >= 500:
                            raise Refused(UNREACHABLE, _answers(url, response.status_code))
                        return ""
                    content = b""
                    async for block in response.aiter_bytes(_MOST_TEXT_BYTES):
                        content += block
                        if len(content) > _MOST_TEXT_BYTES:
                            if content.lstrip()[:1] not in (b"[", b"{"):
                                return ""
                            raise _too_large(len(content), _MOST_TEXT_BYTES)
                    return content.decode("utf-8", "replace")
                finally:
                    await response.aclose()
        raise Refused(UNREACHABLE, _redirects(str(_shown(url))))

    async def _save(self, response: httpx.Response, partial: PartialFile) -> None:
        """Write what is missing of the file. Raises SourceUnavailable when the file is another by now."""
        try:
            offset, length = continued_at(response, partial)
        except ChangedMeanwhile as changed:
            partial.begin(0, 0, "")
            said = say("fetch.changed", "the content has changed meanwhile: {why}", why=changed)
            raise SourceUnavailable(said, 0.1) from None
        if length > self.most_bytes:
            raise _too_large(length, self.most_bytes)
        partial.begin(offset, length, validator_of(response))
        deadline, received, synced = time.monotonic() + self.most_seconds, offset, offset
        async for block in response.aiter_bytes(_BLOCK_BYTES):
            received += len(block)
            if received > self.most_bytes:
                raise _too_large(received, self.most_bytes)
            if time.monotonic() > deadline:
                said = say(
                    "fetch.slow",
                    "The transfer took longer than {seconds} s.",
                    seconds=f"{self.most_seconds:g}",
                )
                raise Refused(UNREACHABLE, said)
            await asyncio.to_thread(partial.file.write, block)
            if partial.validator and received - synced >= SYNC_BYTES:
                await asyncio.to_thread(partial.sync)
                synced = received
        await asyncio.to_thread(partial.sync if partial.validator else partial.file.flush)
        if length and received != length:
            raise httpx.RemoteProtocolError(f"{received} of {length} bytes came")


async def _address(url: httpx.URL, *, inner: bool) -> str:
    """Return an address of the host that may be called. Raises Refused for the inside of a network."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        said = say("fetch.no_host", "There is no host {host}.", host=repr(url.host))
        raise Refused(UNREACHABLE, said) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not inner and not all(ip_address(address.partition("%")[0]).is_global for address in addresses):
        raise Refused(
            FORBIDDEN,
            say(
                "fetch.private",
                "The host {host} is inside a private network; an operator may allow it in "
                "FRAMEWELL_INGEST_INNER_HOSTS.",
                host=repr(url.host),
            ),
        )
    return addresses[0]


def _check_status(response: httpx.Response, url: httpx.URL, *, ranged: bool) -> None:
    code = response.status_code
    if ranged and code in (httpx.codes.PARTIAL_CONTENT, httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE):
        return
    if code in (408, 425, 429) or code >= 500:
        said = say(
            "fetch.answers_now",
            "{address} answers {answer}",
            address=_shown(url),
            answer=f"{code} {response.reason_phrase}",
        )
        raise SourceUnavailable(said, _TRY_AGAIN_SECONDS)
    if code != httpx.codes.OK:
        raise Refused(
            FORBIDDEN if code in (401, 403) else UNREACHABLE,
            _answers(url, f"{code} {response.reason_phrase}"),
        )


def _answers(url: httpx.URL, answer: object) -> Sentence:
    return say("fetch.answers", "{address} answers {answer}.", address=_shown(url), answer=answer)


def _redirects(address: str) -> Sentence:
    return say(
        "fetch.redirects",
        "{address} redirects more than {most} times.",
        address=address,
        most=_MOST_REDIRECTS,
    )


def _failure(error: Exception) -> str:
    """Return what went wrong; a break of the protocol is not quoted: it may be a signed redirect."""
    return type(error).__name__ if isinstance(error, httpx.RemoteProtocolError) else repr(error)


def _shown(url: httpx.URL) -> MediaAddress:
    return MediaAddress(str(url))


def _file_name(response: httpx.Response) -> str:
    url: httpx.URL = response.extensions["framewell_url"]
    return PurePosixPath(unquote(url.path)).name


def _too_large(size: int, most: int) -> Refused:
    return Refused(
        TOO_LARGE,
        say(
            "original.larger",
            "The file has {size, number} bytes or more; this mesh takes in at most {most, number}.",
            size=size,
            most=most,
        ),
    )
