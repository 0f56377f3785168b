"""Taking in the files of a folder, each once: complete ones alone, with what stands beside them.

A file is known by its name, its content and what is asked about it: the id of its request is made of these,
so however often it is asked for, after a kill or by two watchers, it is one asset. What is asked is kept
(`Receipts`) before it is asked, and the file is moved after its asset has ended inside ingest.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import file_digest, sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from framewell_cli.watch_folder.completeness import Completeness
from framewell_cli.watch_folder.folder import DONE, FAILED, Dropped, WatchedFolder
from framewell_cli.watch_folder.receipts import Receipt, Receipts, Situation
from framewell_cli.watch_folder.sidecars import BadSidecar, read_sidecar
from framewell_client import Gateway, Refused
from framewell_contracts.identity import asset_id

REQUESTED: Final = "requested"
REJECTED: Final = "rejected"
_CALLER: Final = "framewell/ingest"
"""The source of requests that come by call: with a request's id it makes the id of its asset."""
_LATER: Final = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_NOT_ALLOWED: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)

Report = Callable[[Mapping[str, str]], None]


class _Waits(Exception):
    """The file cannot be taken in as it lies there; somebody has to do what the text says."""


class _NotNow(Exception):
    """The file changed while it was looked at, or the mesh has no room for it: it is looked at again."""


@dataclass(slots=True)
class Intake:
    """Takes in the files of one folder. `defaults` is asked of files whose sidecar says nothing else.

    Files under `roots` are read by ingest where they lie, others are sent. With `leave` a file that has ended
    stays where it is, and its receipt with it.
    """

    folder: WatchedFolder
    gateway: Gateway
    completeness: Completeness
    defaults: Mapping[str, Any]
    report: Report
    roots: Sequence[Path] = ()
    needs_sidecar: bool = False
    leave: bool = False
    failures: int = field(default=0, init=False)
    receipts: Receipts = field(init=False)
    _waiting: dict[str, tuple[Situation, str]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.receipts = Receipts(self.folder.receipts)
        for name, sentence in self.folder.explained().items():
            receipt = self.receipts.find(name)
            if receipt is None or not receipt.outcome:
                self._waiting[name] = ({}, sentence)

    @property
    def waiting(self) -> int:
        """Return how many files wait for somebody to do something."""
        return len(self._waiting)

    def look(self) -> bool:
        """Do what can be done now; return whether files are left that go on by themselves.

        Raises Unreachable while the mesh does not answer, and Refused for a caller whom it does not let in:
        everything stays as it is and is looked at again.
        """
        dropped = self.folder.dropped()
        self._forget_others(dropped)
        goes_on = False
        for one in dropped:
            try:
                goes_on |= self._looked_at(one)
            except (FileNotFoundError, _NotNow):
                goes_on = True
        for sidecar, name in self.folder.late_sidecars(dropped).items():
            self._explain(
                sidecar,
                {},
                f"{sidecar} came after {name} was taken in without it. State its rights by 'framewell rights "
                "set', or put both here again.",
            )
        return goes_on

    def _looked_at(self, one: Dropped) -> bool:
        """Bring one file on its way; return whether it goes on by itself."""
        situation = one.situation()
        known, _ = self._waiting.get(one.name, ({}, ""))
        if known == situation:
            return False
        receipt = self.receipts.find(one.name)
        if receipt is not None and self.leave and receipt.outcome and receipt.situation == situation:
            return False
        try:
            ended = self._step(one, situation, receipt)
        except _Waits as reason:
            self._explain(one.name, situation, str(reason))
            return False
        self._explain(one.name, situation, "")
        return not ended

    def _step(self, one: Dropped, situation: Situation, receipt: Receipt | None) -> bool:
        """Do the next steps; return whether the file has ended. Raises _Waits and _NotNow."""
        # What was asked for stays what it was: company may be moved already, by an attempt that was killed.
        if receipt is not None and (
            receipt.situation[one.name] != situation[one.name]
            or (not receipt.asset_id and receipt.situation != situation)
        ):
            receipt = None
        if receipt is None:
            if not self._is_complete(one):
                return False
            receipt = self._begun(one, situation)
        if "uri" not in receipt.request:
            receipt = self._kept(replace(receipt, request=self._sent(one, receipt)))
        if not receipt.asset_id and not receipt.outcome:
            receipt = self._asked(receipt)
        if not receipt.outcome:
            receipt = self._ended(receipt)
        if receipt.outcome:
            self._finish(receipt)
        return bool(receipt.outcome)

    def _is_complete(self, one: Dropped) -> bool:
        """Return whether the file and its sidecars are complete; a marker says so of the file."""
        if self.needs_sidecar and not one.sidecars:
            raise _Waits(f"{one.name} waits for its sidecar, {one.name}.json or {one.name}.xml.")
        whole, *sidecars = [self.completeness.is_settled(path) for path in (one.path, *one.sidecars)]
        if whole and one.marker is None and not one.path.stat().st_size:
            raise _Waits(
                f"{one.name} is empty, and nothing is written to it: copy it again, or take it away."
            )
        return all(sidecars) and (whole or one.marker is not None)

    def _begun(self, one: Dropped, situation: Situation) -> Receipt:
        """Return, and keep, a receipt of what is to be asked for the file as it lies there now."""
        stated, digest = self._stated(one), _digest(one.path)
        expected = str(stated.get("expected_sha256", digest)).lower()
        if expected != digest:
            raise _Waits(
                f"{one.name} is not the file that its sidecar names: its SHA-256 is {digest}, expected is "
                f"{expected}. Copy it again, or correct the sidecar."
            )
        request = {**stated, "expected_sha256": digest}
        now = next((each for each in self.folder.dropped() if each.name == one.name), None)
        if now is None or now.situation() != situation:
            raise _NotNow
        identity = json.dumps([one.name, request], sort_keys=True)
        if any(one.path.is_relative_to(root) for root in self.roots):
            request["uri"] = one.path.as_uri()
        request_id = f"watch-folder/{sha256(os.fsencode(identity)).hexdigest()}"
        return self._kept(Receipt(one.name, situation, request_id, request))

    def _stated(self, one: Dropped) -> dict[str, Any]:
        """Return what is asked about the file, by its sidecar and the command. Raises _Waits."""
        if len(one.sidecars) > 1:
            listed = ", ".join(path.name for path in one.sidecars)
            raise _Waits(f"{one.name} has several sidecars ({listed}): leave one of them.")
        if one.shared:
            sidecar = one.sidecars[0]
            raise _Waits(
                f"{sidecar.name} may belong to several files: name it after one, {one.name}{sidecar.suffix}."
            )
        try:
            stated = read_sidecar(one.sidecars[0]) if one.sidecars else {}
        except BadSidecar as bad:
            raise _Waits(str(bad)) from bad
        programme = {"title": _shown(one.name), **self.defaults["programme"], **stated.get("programme", {})}
        labels = {**self.defaults["labels"], **stated.get("labels", {})}
        return {**self.defaults, **stated, "programme": programme, "labels": labels}

    def _sent(self, one: Dropped, receipt: Receipt) -> dict[str, Any]:
        """Send the file, or the rest of it; return its whole request."""

        def began(upload: str) -> None:
            self._kept(replace(receipt, upload=upload))

        try:
            uri = self.gateway.upload(one.path, uri=receipt.upload, on_uri=began)["uri"]
        except Refused as refused:
            raise _failure(refused, f"{one.name} was not taken: {refused}") from refused
        if one.situation() != receipt.situation:
            raise _NotNow
        return {**receipt.request, "uri": uri}

    def _asked(self, receipt: Receipt) -> Receipt:
        """Ask for the file; return its receipt with the asset."""
        try:
            asset = str(self.gateway.submit(receipt.request, request_id=receipt.request_id)["asset_id"])
        except Refused as refused:
            if refused.status == HTTPStatus.GONE:
                return self._kept(replace(receipt, outcome=FAILED, sentence=str(refused)))
            if refused.status != HTTPStatus.CONFLICT:
                raise _failure(refused, f"{receipt.name} was refused: {refused}") from refused
            asset = asset_id(_CALLER, receipt.request_id)  # the same file, sent once more
        self.report({"file": receipt.name, "event": "asked", "asset_id": asset})
        return self._kept(replace(receipt, asset_id=asset))

    def _ended(self, receipt: Receipt) -> Receipt:
        """Return the receipt, with how its asset ended inside ingest once it has."""
        try:
            view = self.gateway.asset(receipt.asset_id)
        except Refused as refused:
            if refused.status == HTTPStatus.GONE:
                return self._kept(replace(receipt, outcome=FAILED, sentence=str(refused)))
            if refused.status == HTTPStatus.NOT_FOUND or refused.status in _LATER:
                return receipt  # nobody has heard of it yet
            raise
        if view["state"] == REQUESTED:
            return receipt
        outcome = FAILED if view["state"] == REJECTED else DONE
        sentence = str(view.get("reason", "")) if outcome == FAILED else ""
        return self._kept(replace(receipt, outcome=outcome, sentence=sentence))

    def _finish(self, receipt: Receipt) -> None:
        sentence = f"{receipt.name}: asset {receipt.asset_id or 'none'}. {receipt.sentence}".strip()
        if self.leave:
            self.folder.explain(receipt.name, sentence if receipt.outcome == FAILED else "")
        else:
            company = [name for name in receipt.situation if name != receipt.name]
            mark = (receipt.asset_id or receipt.request_id)[-8:]
            self.folder.move(receipt.name, company, receipt.outcome, mark, sentence)
            self.receipts.drop(receipt.name)
        self.failures += receipt.outcome == FAILED
        reason = {"reason": receipt.sentence} if receipt.sentence else {}
        self.report({"file": receipt.name, "event": receipt.outcome, "asset_id": receipt.asset_id, **reason})

    def _forget_others(self, dropped: Sequence[Dropped]) -> None:
        """Forget files that were moved before a kill, or taken away by somebody."""
        names = {one.name for one in dropped}
        for receipt in self.receipts.all():
            if receipt.name not in names:
                self.receipts.drop(receipt.name)
        for name in self._waiting.keys() - names - self.folder.late_sidecars(dropped).keys():
            self._explain(name, {}, "")
        self.completeness.forget_others(names | {path.name for one in dropped for path in one.company})

    def _explain(self, name: str, situation: Situation, sentence: str) -> None:
        """Say why a file waits, once for each reason; an empty sentence takes back what was said."""
        _, before = self._waiting.pop(name, ({}, ""))
        if sentence:
            self._waiting[name] = (situation, sentence)
        if sentence != before:
            self.folder.explain(name, sentence)
            if sentence:
                self.report({"file": name, "event": "waits", "reason": sentence})

    def _kept(self, receipt: Receipt) -> Receipt:
        self.receipts.keep(receipt)
        return receipt


def _failure(refused: Refused, sentence: str) -> Exception:
    """Return what a refusal means for the file: it waits for somebody, or for the mesh."""
    if refused.status in _NOT_ALLOWED:
        return refused
    return _NotNow() if refused.status in _LATER else _Waits(sentence)


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file, never of what a link points to."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _shown(name: str) -> str:
    return name.encode(errors="surrogateescape").decode(errors="replace")[:300]
