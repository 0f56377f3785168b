"""Addresses of media, and what in them is secret: passwords, signatures, tokens, keys.

Archives hand out addresses that are their own permission: presigned by S3, Azure, Google Cloud, a CDN.
`MediaAddress` holds one and shows itself without what is secret in it; `redacted_text` does the same to any
text, for sentences, logs and traces. Redacting twice changes nothing.

A parameter is secret by its name, by its form (a JSON web token, a long random text), or because what it
holds, percent-encoded, is an address with secrets. yarl, httpx and furl were considered: they hide the
password of an address and nothing of its query.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final
from urllib.parse import quote, unquote

from framewell_contracts.sentences import Sentence

REDACTED: Final = "REDACTED"
"""Stands where a secret stood."""

_MOST_DECODINGS: Final = 8
_SECRET_NAME: Final = re.compile(
    r"token|secret|passw|passphrase|pwd|signature|credential|private_?key|key_?pair|api_?key|access_?(?:key|id)"
    r"|auth(?!or(?!i))|jwt|hmac|cookie|sess(?:ion)?_?id"
    r"|^(?:x_)?(?:amz|goog|oss|cos|obs|ms)_|^q_(?:sign|ak|key)"
    r"|^(?:sig|sign|key|pass|pw|sid|sas|ticket|md5|hdn[a-z]*)$"
)
_SIGNED_WITH: Final = re.compile(
    r"^(?:expires|expire|expiry|exp|policy|se|sp|spr|sip|sv|sr|ss|srt|st|skoid|sktid|skt|ske|sks|skv)$"
    r"|^(?:x_)?(?:amz|goog|oss|cos|obs|ms)_|^q_"
)
"""Parameters that belong to a signature and change with it, secret or not."""
_HARMLESS_NAME: Final = re.compile(r"^(?:generation|sha_?\d+|etag|checksum)$|(?:^|_)(?:id|uuid|guid)$")
"""Parameters that may well look random."""

# No repetition that another may follow is without a bound: a hostile text must not take long.
_ENDS: Final = r"\s'\"<>"
_AUTHORITY: Final = re.compile(rf"(?i)\b([a-z][a-z0-9+.-]{{0,30}}:[/\\]{{2,}})([^/\\?#{_ENDS}]+)")
_MISPLACED_LOGIN: Final = re.compile(
    rf"(?i)\b([a-z][a-z0-9+.-]{{0,30}}:[/\\]{{2,}})[^/\\?#@\[{_ENDS}]{{0,300}}"
    rf":\d{{0,300}}[^\d,/\\?#@{_ENDS}][^{_ENDS}]{{0,4000}}@"
)
"""A login with a slash in its password: what stands before the slash is no port."""
_BARE_LOGIN: Final = re.compile(
    rf"(?<![\w:/\\@])([/\\]{{2}}|(?!mailto:)(?=\w))"
    rf"(?:[^/\\?#:@{_ENDS}]{{0,300}}:)[^/\\?#:@{_ENDS}]{{1,4000}}@(?=[\w\[])"
)
"""A login before a host without any scheme."""
_UNUSUAL_LOGIN: Final = re.compile(
    rf"(?i)\b(https?:|s3:)[/\\]{{0,9}}[^/?#:{_ENDS}]{{0,300}}:[^/?#{_ENDS}]{{0,500}}@"
)
"""A login behind fewer slashes than usual, or behind a backslash that some readers take for a slash."""
_HOSTS: Final = re.compile(r"(?:(?:\[[^\]]*\]|[^:,\[\]]*)(?::\d*)?)(?:,[^:,\[\]]*(?::\d*)?)*")
_PAIR: Final = re.compile(rf"(?:[?&;#/]|\\u0026)([^?&;#/={_ENDS}]{{1,100}})=([^?&;#\\{_ENDS}]*)")
_VALUE_END: Final = re.compile(rf"[&;#\\{_ENDS}]|$")
_PART: Final = re.compile(rf"[^?&;#/=\\{_ENDS}]+")
_RANDOM: Final = re.compile(r"[A-Za-z0-9+/=]{24,}")
_JWT: Final = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*")
_AUTHORIZATION: Final = re.compile(
    r"(?i)(authorization\W{1,8}(?:bearer|basic)\s+)(?!REDACTED)[A-Za-z0-9._~+/-]+=*"
)
_SCHEME: Final = re.compile(r"(?i)([a-z][a-z0-9+.-]*):(.*)", re.DOTALL)


class MediaAddress:
    """Where media is. Its text (`str`, `repr`, a format, a log line) is the redacted form, always."""

    __slots__ = ("_open", "_shown")

    def __init__(self, uri: str) -> None:
        self._open = uri
        self._shown = _shown(uri)

    def open_form(self) -> str:
        """Return the address with its secrets: for whoever fetches it, and for nobody else."""
        return self._open

    @property
    def has_secrets(self) -> bool:
        """Return whether the redacted form leaves anything out."""
        return self._shown != self._open

    @property
    def is_redacted(self) -> bool:
        """Return whether this is itself a redacted form, which cannot be fetched."""
        return re.search(rf"={REDACTED}(?:[&;#/]|$)", self._open) is not None

    @property
    def has_login(self) -> bool:
        """Return whether a user name or password stands before its host, be it encoded or misplaced."""
        found = _SCHEME.fullmatch(self._open.strip())
        if found is None:
            return "@" in _decoded(self._open)
        scheme, rest = found[1].lower(), found[2]
        if scheme == "file" and not re.match(r"[/\\]{2}[^/\\]", rest):
            return False
        if _UNUSUAL_LOGIN.match(self._open.strip()):
            return True
        authority = re.split(r"[/\\?#]", rest.lstrip("/\\"), maxsplit=1)[0]
        decoded = _decoded(authority)
        return "@" in decoded or (scheme != "upload" and _HOSTS.fullmatch(decoded) is None)

    def scrubbed(self, text: str) -> str:
        """Return a text, of a library say, in which no secret of this address stands in any spelling."""
        text = text.replace(self._open, self._shown)
        for secret in sorted(self._secrets(), key=len, reverse=True):
            text = text.replace(secret, REDACTED)
        return redacted_text(text)

    def _secrets(self) -> set[str]:
        """Return the secret values of the parameters: as they stand there, decoded, and encoded again."""
        values = {value for name, value in _PAIR.findall(self._open) if _is_secret(name, value)}
        spellings = {(value, _decoded(value), quote(_decoded(value), safe="")) for value in values}
        return {spelt for each in spellings for spelt in each if len(spelt) > 3}

    def __str__(self) -> str:
        return self._shown

    def __repr__(self) -> str:
        return repr(self._shown)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MediaAddress) and other._open == self._open

    def __hash__(self) -> int:
        return hash(self._open)


def redacted_text(text: str) -> str:
    """Return a text without the passwords, signatures and tokens of the addresses in it.

    A sentence that was made from a template stays one: its params are redacted with it.
    """
    if isinstance(text, Sentence):
        return text.mapped(redacted_text)
    if "//" in text or "\\" in text:
        if "@" in text:
            text = _MISPLACED_LOGIN.sub(rf"\1{REDACTED}@", text)
        text = _AUTHORITY.sub(_without_login, text)
    if "@" in text:
        text = _BARE_LOGIN.sub(rf"\1{REDACTED}@", text)
        text = _UNUSUAL_LOGIN.sub(rf"\1//{REDACTED}@", text)
    if "=" in text:
        text = _without_secret_parameters(text)
    if "%" in text:
        text = _PART.sub(lambda found: REDACTED if _holds_secret(found[0]) else found[0], text)
    if "eyJ" in text:
        text = _JWT.sub(REDACTED, text)
    if "authorization" in text.lower():
        text = _AUTHORIZATION.sub(rf"\1{REDACTED}", text)
    return text


def _shown(uri: str) -> str:
    """Return the redacted form. What belongs to a signature goes, so that a fresh one changes nothing."""
    shown = redacted_text(uri)
    before, mark, behind = shown.partition("?")
    if shown == uri or not mark:
        return shown
    query, hash_mark, fragment = behind.partition("#")
    kept = [part for part in query.split("&") if not _belongs_to_signature(part)]
    return f"{before}?{'&'.join(kept)}{hash_mark}{fragment}"


def _belongs_to_signature(part: str) -> bool:
    name, _, value = part.partition("=")
    plain = _plain(name)
    return _SIGNED_WITH.search(plain) is not None and not (value == REDACTED and "signature" in plain)


def _without_login(found: re.Match[str]) -> str:
    scheme, authority = found.groups()
    login, at, host = authority.rpartition("@")
    if at:
        return f"{scheme}{REDACTED}@{host}" if login else found[0]
    decoded = _decoded(authority)
    # No host looks so: it is a login that is encoded, or cut off before its host.
    is_login = "@" in decoded or _HOSTS.fullmatch(decoded) is None
    return f"{scheme}{REDACTED}" if is_login else found[0]


def _without_secret_parameters(text: str) -> str:
    """Return the text with REDACTED for the value of every secret parameter, also inside of other values."""
    done, position = [], 0
    while found := _PAIR.search(text, position):
        done.append(text[position : found.start(2)])
        position = found.start(2)
        if _is_secret(found[1], found[2]):
            done.append(REDACTED)
            end = _VALUE_END.search(text, found.end())
            position = end.start() if end else len(text)
    return "".join((*done, text[position:]))


def _is_secret(name: str, value: str) -> bool:
    """Return whether a parameter is a secret; an empty or redacted one is none."""
    if not value or value == REDACTED:
        return False
    plain = _plain(name)
    if _SECRET_NAME.search(plain) or _holds_secret(value):
        return True
    return _HARMLESS_NAME.search(plain) is None and _is_random(_decoded(value))


def _holds_secret(value: str) -> bool:
    """Return whether a value is, percent-encoded, an address with secrets."""
    decoded = _decoded(value) if "%" in value else value
    return decoded != value and ("%25" in decoded or redacted_text(decoded) != decoded)


def _is_random(value: str) -> bool:
    """Return whether part of a value looks drawn by chance: long, its characters of changing kinds."""
    for run in _RANDOM.findall(value):
        kinds = [2 if sign.isdigit() else int(sign.isupper()) for sign in run]
        if sum(one != other for one, other in pairwise(kinds)) * 4 >= len(run):
            return True
    return False


def _plain(name: str) -> str:
    """Return a parameter's name in lower case, its words separated by `_`, however it is spelt."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", _decoded(name))
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def _decoded(text: str) -> str:
    """Return a text without percent-encoding, however often it was encoded within reason."""
    for _ in range(_MOST_DECODINGS):
        decoded = unquote(text)
        if decoded == text:
            break
        text = decoded
    return text
