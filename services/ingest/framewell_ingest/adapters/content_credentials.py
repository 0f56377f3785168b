"""What a C2PA manifest says about training and data mining. Runs inside the sandbox.

CAWG training and data mining assertion 1.1 (`cawg.training-mining`) and its forerunner in C2PA
(`c2pa.training-mining`). A manifest whose content does not match its hashes, or that lies on a server, is
not believed and not passed over: it is answered as unreadable, which withholds. A permission counts when the
active manifest grants it and its signer is on the trust list; a prohibition counts whoever signed it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final

import c2pa

from framewell_media.formats import SNIFF_BYTES, sniff

_LABELS: Final = ("cawg.training-mining", "c2pa.training-mining")
_UNTRUSTED: Final = "signingCredential.untrusted"
_TRUSTED: Final = "signingCredential.trusted"
_LONGEST_TEXT: Final = 4096

Entry = dict[str, str]
"""A finding as a child answers it: `origin`, `found_at`, `property`, `text`."""


def read_content_credentials(source: BinaryIO, trust: Mapping[str, Any] | None = None) -> list[Entry]:
    """Return what the file's manifest says; nothing where the format or the file carries none.

    `trust` holds `anchors` (certificates as PEM) and `revoked` (serial numbers); without it nobody is
    trusted. Nothing is fetched: no remote manifest, no OCSP.
    """
    source.seek(0)
    media_type = sniff(source.read(SNIFF_BYTES)).media_type
    source.seek(0)
    try:
        with _context(trust or {}) as context, c2pa.Reader(media_type, source, context=context) as reader:
            store = json.loads(reader.json())
    except (c2pa.C2paError.ManifestNotFound, c2pa.C2paError.NotSupported):
        return []
    except c2pa.C2paError as error:
        return [_unreadable(f"its manifest cannot be read: {error}")]
    return list(_findings(store, frozenset((trust or {}).get("revoked", ()))))


def _context(trust: Mapping[str, Any]) -> c2pa.Context:
    anchors = str(trust.get("anchors") or "")
    settings = {
        "version": 1,
        "trust": {"trust_anchors": anchors} if anchors else {},
        "verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
    }
    return c2pa.Context(c2pa.Settings.from_dict(settings))


def _findings(store: Mapping[str, Any], revoked: frozenset[str]) -> Iterator[Entry]:
    problems = {str(status["code"]) for status in store.get("validation_status", [])}
    broken = sorted(problems - {_UNTRUSTED})
    if broken:
        yield _unreadable(f"its manifest does not fit the file: {', '.join(broken)}")
        return
    trusted = not problems and _is_trusted(store) and not _is_revoked(store, revoked)
    for name, manifest in store.get("manifests", {}).items():
        signer = str(manifest.get("signature_info", {}).get("issuer", "an unnamed signer"))
        active = name == store.get("active_manifest")
        for label, entry, terms in _training_entries(manifest):
            if terms.get("use") == "allowed" and not (trusted and active):
                continue  # anybody can sign a permission; only a prohibition needs no proof
            text = json.dumps({entry: terms}, sort_keys=True)[:_LONGEST_TEXT]
            found_at = f"C2PA {label}, signed by {signer}{'' if trusted else ' (not on the trust list)'}"
            yield {"origin": "c2pa", "found_at": found_at, "property": "training_mining", "text": text}


def _is_trusted(store: Mapping[str, Any]) -> bool:
    """Return whether the validator found the signer of the active manifest on the trust list."""
    active = store.get("validation_results", {}).get("activeManifest", {})
    return any(status.get("code") == _TRUSTED for status in active.get("success", []))


def _is_revoked(store: Mapping[str, Any], revoked: frozenset[str]) -> bool:
    signature = store.get("manifests", {}).get(store.get("active_manifest"), {}).get("signature_info", {})
    return str(signature.get("cert_serial_number")) in revoked


def _training_entries(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for assertion in manifest.get("assertions", []):
        label = str(assertion.get("label", "")).partition("__")[0]  # `__1` counts several of one label
        if label not in _LABELS:
            continue
        entries = assertion.get("data", {}).get("entries", {})
        for entry, terms in entries.items():
            if isinstance(terms, Mapping):
                yield label, str(entry), terms


def _unreadable(why: str) -> Entry:
    text = f"[The file carries C2PA credentials, but {why}]"[:_LONGEST_TEXT]
    return {"origin": "c2pa", "found_at": "C2PA", "property": "unreadable", "text": text}
