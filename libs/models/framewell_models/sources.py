"""Where a model's files come from, or where it runs: the addresses that a manifest may name as `source`.

    file:/models/dog                                    a folder of this machine
    package:pypi:rapidocr==3.10.0                       a published package (also npm:name@version)
    s3://bucket/models/dog                              a prefix of a bucket
    https://models.example/dog                          files below an address
    huggingface:org/repository@<commit, 40 hex digits>  a repository of a hub
    oip://host:port/name                                run by an Open Inference Protocol server
    openai://host:port/v1#name                          run behind an OpenAI-compatible endpoint

`oip+tls` and `openai+tls` are the last two over TLS. Secrets stand in no address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from framewell_models.manifest import ManifestError

_HOST: Final = r"[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\]"

_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    "file": re.compile(r"file:/[^#?\0]*"),
    "package": re.compile(
        r"package:(pypi:[A-Za-z0-9._-]+==[A-Za-z0-9._+!-]+|npm:(@[a-z0-9._~-]+/)?[a-z0-9._~-]+@[A-Za-z0-9._+-]+)"
    ),
    "s3": re.compile(r"s3://[a-z0-9][a-z0-9.-]+(/[^#?\s]*)?"),
    "https": re.compile(rf"https://({_HOST})(:[0-9]+)?(/[^#?\s]*)?"),
    "huggingface": re.compile(r"huggingface:[A-Za-z0-9._-]+/[A-Za-z0-9._-]+@[0-9a-f]{40}"),
    "oip": re.compile(
        rf"oip(\+tls)?://(?P<address>({_HOST}):[0-9]+)/(?P<model>[^#?\s@]+)(@(?P<version>[^\s@]+))?"
    ),
    "openai": re.compile(
        rf"openai(\+tls)?://(?P<address>({_HOST})(:[0-9]+)?)(?P<path>/[^#?\s]*)?#(?P<model>[^\s#]+)"
    ),
}

_EXAMPLES: Final = {
    "file": "file:/models/dog",
    "package": "package:pypi:rapidocr==3.10.0",
    "s3": "s3://bucket/models/dog",
    "https": "https://models.example/dog",
    "huggingface": "huggingface:org/repository@ and the 40 hex digits of a commit",
    "oip": "oip://host:port/name",
    "openai": "openai://host:port/v1#name",
}


def check_source(source: str, origin: str) -> str:
    """Return the address, empty for none. Raises ManifestError for one of another form than those above."""
    if not source:
        return source
    form = scheme(source)
    if form not in _FORMS:
        raise ManifestError(f"{origin}: source {source!r} begins with none of {', '.join(_FORMS)}")
    if not _FORMS[form].fullmatch(source):
        raise ManifestError(f"{origin}: source {source!r} is not of the form {_EXAMPLES[form]}")
    return source


def scheme(source: str) -> str:
    """Return what kind of place an address names, e.g. `s3`; `oip` and `openai` also for those over TLS."""
    return source.partition(":")[0].removesuffix("+tls")


def endpoint(source: str) -> Mapping[str, str]:
    """Return `address`, `model` and, where there are any, `version` and `path` of where a model runs.

    Raises ManifestError for an address of files.
    """
    found = _FORMS[scheme(source)].fullmatch(source)
    if found is None or "model" not in found.groupdict():
        raise ManifestError(f"{source!r} is no address of a model that runs elsewhere")
    return {name: value for name, value in found.groupdict().items() if value}


def encrypted(source: str) -> bool:
    """Return whether the address of a model that runs elsewhere asks for TLS."""
    return source.partition(":")[0].endswith("+tls")
