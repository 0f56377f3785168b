"""The gateway's REST API for Python programs. Answers are JSON documents as OpenAPI describes them."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any

from framewell_client.credentials import Credentials
from framewell_client.endpoints import Endpoints
from framewell_client.errors import Refused, Unreachable
from framewell_client.rest.operations import Operations
from framewell_client.rest.request import part
from framewell_client.rest.request import path as path_of
from framewell_client.transport import BROKEN, HttpTransport
from framewell_client.uploads import OnBytes, OnUri, send_file

Document = dict[str, Any]
OnEvent = Callable[[Document], None]

ENDED = {"framewell.asset.analysed.v1", "framewell.asset.rejected.v1", "framewell.asset.removed.v1"}
ENDED_STATES = {"analysed", "rejected", "removed"}

RECONNECT_AFTER_SECONDS = 0.5
RECONNECT_WITHIN_SECONDS = 60.0
_PAGE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of an asset, and which it is."""

    jpeg: bytes
    frame: int
    """Index in presentation order, from 0."""
    pts: int
    """In the asset's time base."""
    timecode: str
    """SMPTE ST 12, empty where the asset has none."""


class Gateway:
    """A client of one gateway. Use it as a context manager, from one thread.

    `rest` has every operation of REST; the methods here are those that a program needs most, over as many
    pages and breaks as it takes.

    Every method raises Unreachable when nothing answers and Refused when the answer is a problem.
    """

    def __init__(self, address: str, credentials: Credentials = Credentials()) -> None:  # noqa: B008 - frozen
        self._transport = HttpTransport(address, credentials)
        self.address = self._transport.address
        self.rest = Operations(self._transport)
        """Every operation of REST, by its id in OpenAPI: requests and answers as typed documents."""

    @classmethod
    def find(cls, *, actor: str = "") -> "Gateway":
        """Return the gateway of the mesh in this folder or environment, with the token in FRAMEWELL_TOKEN."""
        rest = Endpoints.find().rest
        if not rest:
            raise Unreachable("no gateway is named: set FRAMEWELL_REST to its address")
        return cls(rest, Credentials.from_environment(actor))

    def __enter__(self) -> "Gateway":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._transport.close()

    # --- assets

    def submit(self, request: Mapping[str, Any], *, request_id: str = "") -> Document:
        """Ask for media to be taken in, as `ingest.requested` does: `{asset_id, existed}`.

        The same `request_id` twice is one asset; without it the mesh makes one.
        """
        named = {"request_id": request_id} if request_id else {}
        return self._document("POST", "/v1/assets", params=named, json=dict(request))

    def upload(
        self, path: Path, on_bytes: OnBytes | None = None, *, uri: str = "", on_uri: OnUri | None = None
    ) -> Document:
        """Send a file: `{uri, size, sha256}`; goes on after breaks, also of an earlier attempt.

        `on_bytes` is called with the bytes that have arrived so far. `on_uri` gets the name of the upload
        before it begins; given as `uri` to a later call, the same file goes on from where it stopped.
        """
        return send_file(self._transport.send, path, uri=uri, on_bytes=on_bytes, on_uri=on_uri)

    def cancel(self, asset_id: str) -> Document:
        """Stop the fetch of an asset; return it as ingest knows it, unchanged if it had ended before."""
        asset: Document = self._document("POST", f"/v1/assets/{part(asset_id)}/cancel")["asset"]
        return asset

    def reprocess(self, asset_id: str) -> int:
        """Have everything of an asset made anew; return the generation that begins.

        Raise Refused, with status 409, while that is under way already.
        """
        return int(self._document("POST", f"/v1/assets/{part(asset_id)}/reprocess")["generation"])

    def remove(self, asset_id: str, *, reason: str = "") -> None:
        """Have an asset and everything made from it removed, by every service."""
        params = {"reason": reason} if reason else {}
        self._document("DELETE", f"/v1/assets/{part(asset_id)}", params=params)

    def asset(self, asset_id: str) -> Document:
        """Return the composed view of an asset."""
        return self._document("GET", f"/v1/assets/{part(asset_id)}")

    def why(self, asset_id: str) -> Document:
        """Return where an asset stands, what it waits for and why, and what to do about it."""
        return self._document("GET", f"/v1/assets/{part(asset_id)}/why")

    def assets(self, *, limit: int = 100) -> list[Document]:
        """Return assets, newest first."""
        return self._pages("/v1/assets", "assets", limit)

    def list_assets(self, *, limit: int = 100, **wanted: Any) -> Document:
        """Return `{assets, total_size}`: assets that meet every condition, and how many do.

        Conditions are the parameters of REST, by name: `state=["analysed"]`, `title="news"`,
        `order_by="title"`; empty ones are left out.
        """
        return self._list("/v1/assets", "assets", limit, **wanted)

    def observations(
        self, asset_id: str, analysers: Sequence[str] = (), *, limit: int = 10_000
    ) -> list[Document]:
        """Return what models saw in an asset."""
        path = f"/v1/assets/{part(asset_id)}/observations"
        return self._pages(path, "observations", limit, analysers=list(analysers))

    def events(self, asset_id: str) -> list[Document]:
        """Return everything that has happened to an asset so far."""
        return self._pages(f"/v1/assets/{part(asset_id)}/events", "events")

    def follow(self, asset_id: str) -> Iterator[Document]:
        """Yield events of an asset from its first one on, as they happen, for ever; none twice.

        Resumes after a break, also when the gateway is away for a minute. Raise Unreachable when it never
        answered, or stays away.
        """
        path, last, answered = f"/v1/assets/{part(asset_id)}/events", "", -math.inf
        while True:
            try:
                for position, event in self._transport.events(path, last):
                    last, answered = position, time.monotonic()
                    yield event
                answered = time.monotonic()
            except BROKEN:
                answered = time.monotonic()
            except Unreachable:
                if time.monotonic() - answered > RECONNECT_WITHIN_SECONDS:
                    raise
            time.sleep(RECONNECT_AFTER_SECONDS)

    def state(self, asset_id: str) -> str:
        """Return how far an asset is, as its view says it; `removed` of one that is gone."""
        try:
            return str(self.asset(asset_id)["state"])
        except Refused as refused:
            if refused.status != HTTPStatus.GONE:
                raise
            return "removed"

    def wait(self, asset_id: str, on_event: OnEvent | None = None) -> Document:
        """Wait until the asset has ended and return its view; `on_event` gets each event as it happens.

        Raise Refused, with status 410, for an asset that was removed.
        """
        for event in self.follow(asset_id):
            if on_event is not None:
                on_event(event)
            if event["type"] in ENDED:
                view = self.asset(asset_id)
                if view["state"] in ENDED_STATES:
                    return view
        raise AssertionError("follow never ends")

    def object(self, owner: str, key: str) -> bytes:
        """Return the bytes of a stored object of an owner: `samples/<id>`, `snapshots/<id>` and so on.

        Raise Refused, with status 410, for what was withdrawn, removed or erased.
        """
        return self._transport.send("GET", f"/v1/{path_of(owner)}/objects/{key}").content

    def object_url(self, owner: str, key: str) -> str:
        """Return the address of a stored object of an owner (`assets/<id>`), for a browser or a player."""
        return f"{self.address}/v1/{path_of(owner)}/objects/{key}"

    def frame(self, asset_id: str, frame: int) -> bytes:
        """Return the picture with this index as JPEG."""
        return self.picture(asset_id, frame=frame).jpeg

    def picture(
        self,
        asset_id: str,
        *,
        frame: int | None = None,
        pts: int | None = None,
        seconds: float | None = None,
        timecode: str | None = None,
        width: int | None = None,
    ) -> Picture:
        """Return the very picture of a moment, taken out of the original; the first where none is given.

        Give one of frame, pts, seconds and timecode. Raise Refused, with status 410, once the asset is gone.
        """
        wanted = {"frame": frame, "pts": pts, "seconds": seconds, "timecode": timecode, "width": width}
        given = {name: value for name, value in wanted.items() if value is not None}
        answer = self._transport.send("GET", f"/v1/assets/{part(asset_id)}/frame", params=given)
        of = answer.headers
        return Picture(
            answer.content,
            int(of["x-framewell-frame"]),
            int(of["x-framewell-pts"]),
            of["x-framewell-timecode"],
        )

    # --- training data

    def samples(self, *, limit: int = 1000, **wanted: Any) -> list[Document]:
        """Return samples; `dataset_id`, `states`, `class_id`, `asset_id` narrow them down."""
        return self._pages("/v1/samples", "samples", limit, **wanted)

    def review(self, reviews: Sequence[Mapping[str, Any]]) -> list[Document]:
        """Decide about samples: `{sample_id, decision, …}` each; what became of each."""
        body = {"reviews": [dict(review) for review in reviews]}
        results: list[Document] = self._document("POST", "/v1/samples/review", json=body)["results"]
        return results

    def undo_review(self, sample_ids: Sequence[str]) -> list[Document]:
        """Take decisions back; what became of each."""
        body = {"sample_ids": list(sample_ids)}
        results: list[Document] = self._document("POST", "/v1/samples/undo", json=body)["results"]
        return results

    def datasets(self) -> list[Document]:
        """Return all datasets."""
        return self._pages("/v1/datasets", "datasets")

    def classes(self, dataset_id: str = "") -> list[Document]:
        """Return classes with their names."""
        return self._pages("/v1/classes", "classes", dataset_id=dataset_id)

    def snapshots(self, dataset_id: str = "", *, limit: int = 100) -> list[Document]:
        """Return snapshots, newest first."""
        return self._pages("/v1/snapshots", "snapshots", limit, dataset_id=dataset_id)

    def publish_snapshot(self, dataset_id: str) -> Document:
        """Publish a snapshot now, and return it."""
        path = f"/v1/datasets/{part(dataset_id)}/snapshots"
        snapshot: Document = self._document("POST", path)["snapshot"]
        return snapshot

    def rights(self, asset_id: str) -> Document:
        """Return rights of an asset: decisions and statements."""
        return self._document("GET", f"/v1/assets/{part(asset_id)}/rights")

    def change_rights(self, change: Mapping[str, Any]) -> Document:
        """Change rights of an asset, a source or a holder: `{event_id, type, statements, asset_count}`."""
        return self._document("POST", "/v1/rights", json=dict(change))

    def preview_rights_change(self, change: Mapping[str, Any]) -> Document:
        """Return what a change of rights would do."""
        return self._document("POST", "/v1/rights/preview", json=dict(change))

    def unmatched_rights(self) -> list[Document]:
        """Return statements that match nothing, by subject, newest first."""
        return self._pages("/v1/rights/unmatched", "unmatched")

    def preview_house_rules(self, rules: str) -> Document:
        """Return what other house rules would do; `rules` is the content of their file."""
        return self._document("POST", "/v1/rights/rules/preview", json={"rules": rules})

    def request_erasure(self, request: Mapping[str, Any]) -> Document:
        """Ask for a class, an asset or a holder to be forgotten by every service: `{erasure_id}`."""
        return self._document("POST", "/v1/erasures", json=dict(request))

    def erasure(self, erasure_id: str) -> Document:
        """Return where an erasure stands, and what each service erased."""
        return self._document("GET", f"/v1/erasures/{part(erasure_id)}")

    def erasures(self) -> list[Document]:
        """Return the erasures that were asked for, newest first, without names."""
        return self._pages("/v1/erasures", "erasures")

    # --- unknown people

    def similar(self, query: Mapping[str, Any]) -> list[Document]:
        """Return stored faces or pictures near to one, nearest first; `query` is a FindSimilarRequest."""
        found: list[Document] = self._document("POST", "/v1/similar", json=dict(query))["neighbours"]
        return found

    def clusters(self, *, limit: int | None = 50, **wanted: Any) -> list[Document]:
        """Return unknown people, the most often seen first; `order_by` (`last_seen`), `series`, `channels`,
        `asked_from`, `asked_until`, `least_appearances` and `include_known` choose which.
        """
        return self._pages("/v1/clusters", "clusters", limit, **wanted)

    def cluster(self, cluster_id: str, *, limit: int = 100) -> Document:
        """Return an unknown person: `cluster`, `appearances`, who may be the same, `best` to learn from."""
        return self._document("GET", f"/v1/clusters/{part(cluster_id)}", params={"page_size": limit})

    def cluster_decisions(self, cluster_id: str) -> list[Document]:
        """Return what people decided about an unknown person, newest first."""
        return self._pages(f"/v1/clusters/{part(cluster_id)}/decisions", "decisions")

    def merge_clusters(self, cluster_id: str, into_cluster_id: str) -> Document:
        """Make one cluster part of another: `{cluster, decision_id}`."""
        body = {"cluster_id": cluster_id, "into_cluster_id": into_cluster_id}
        return self._document("POST", "/v1/clusters/decisions/merge", json=body)

    def split_cluster(self, cluster_id: str, appearances: Sequence[Mapping[str, str]]) -> Document:
        """Make another cluster of appearances (`asset_id`, `observation_id`) of one.

        Return `{cluster, rest, decision_id}`.
        """
        body = {"cluster_id": cluster_id, "appearances": [dict(one) for one in appearances]}
        return self._document("POST", "/v1/clusters/decisions/split", json=body)

    def distinguish_clusters(self, cluster_id: str, other_cluster_id: str) -> str:
        """Note that two clusters are two people; return the id of the decision."""
        body = {"cluster_id": cluster_id, "other_cluster_id": other_cluster_id}
        answer = self._document("POST", "/v1/clusters/decisions/distinguish", json=body)
        return str(answer["decision_id"])

    def name_person(self, cluster_id: str, **who: str) -> Document:
        """Say who an unknown person is, by `name` or `class_id`; return what became of the appearances."""
        return self._document("POST", "/v1/clusters/decisions/name", json={"cluster_id": cluster_id, **who})

    def undo_cluster_decision(self, decision_id: str) -> Document:
        """Take a decision about a cluster back, and return it."""
        body = {"decision_id": decision_id}
        decision: Document = self._document("POST", "/v1/clusters/decisions/undo", json=body)["decision"]
        return decision

    # --- models

    def models(self) -> list[Document]:
        """Return the models known, and which are in force."""
        return self._pages("/v1/models", "models")

    def runs(self, dataset_id: str = "", *, limit: int = 100) -> list[Document]:
        """Return training runs, newest first."""
        return self._pages("/v1/runs", "runs", limit, dataset_id=dataset_id)

    def start_run(self, request: Mapping[str, Any]) -> Document:
        """Start a training run, and return it."""
        run: Document = self._document("POST", "/v1/runs", json=dict(request))["run"]
        return run

    def candidates(self, name: str = "") -> list[Document]:
        """Return models that wait for a person, and those in service."""
        return self._pages("/v1/candidates", "candidates", name=name)

    def promote(self, name: str, version: str) -> Document:
        """Put a candidate into service, and return it."""
        body = {"model": {"name": name, "version": version}}
        candidate: Document = self._document("POST", "/v1/candidates/promote", json=body)["candidate"]
        return candidate

    def rollback(self, name: str) -> Document:
        """Put the version before back into service, and return it."""
        body = {"name": name}
        candidate: Document = self._document("POST", "/v1/candidates/rollback", json=body)["candidate"]
        return candidate

    # --- re-analysis

    def estimate_reanalysis(self, request: Mapping[str, Any]) -> Document:
        """Return `{estimate, notes}` of a campaign that is not started: `{target, selection}`."""
        return self._document("POST", "/v1/reanalyses/estimate", json=dict(request))

    def start_reanalysis(self, request: Mapping[str, Any]) -> Document:
        """Let a model or an analyser look at the archive again; return `{reanalysis, notes}`."""
        return self._document("POST", "/v1/reanalyses", json=dict(request))

    def reanalysis(self, reanalysis_id: str) -> Document:
        """Return how far a campaign has come."""
        found: Document = self._document("GET", f"/v1/reanalyses/{part(reanalysis_id)}")["reanalysis"]
        return found

    def reanalyses(self, *, limit: int = 100) -> list[Document]:
        """Return campaigns, newest first."""
        return self._pages("/v1/reanalyses", "reanalyses", limit)

    def change_reanalysis(self, reanalysis_id: str, change: str) -> Document:
        """`pause`, `resume` or `cancel` a campaign, and return it."""
        path = f"/v1/reanalyses/{part(reanalysis_id)}/{change}"
        changed: Document = self._document("POST", path)["reanalysis"]
        return changed

    # --- requests

    def _document(self, method: str, path: str, **request: Any) -> Document:
        document: Document = self._transport.send(method, path, **request).json()
        return document

    def _pages(self, path: str, key: str, limit: int | None = None, **wanted: Any) -> list[Document]:
        """Return the items of as many pages as it takes; empty conditions are left out."""
        found: list[Document] = self._list(path, key, limit, **wanted)[key]
        return found

    def _list(self, path: str, key: str, limit: int | None = None, **wanted: Any) -> Document:
        """Return the items as `_pages` does, and how many there are in all, as far as the list says."""
        total: dict[str, int] = {}
        conditions = {name: value for name, value in wanted.items() if value}
        found: list[Document] = []
        token: dict[str, str] = {}
        while limit is None or len(found) < limit:
            size = _PAGE_SIZE if limit is None else min(limit - len(found), _PAGE_SIZE)
            page = self._document("GET", path, params={**conditions, "page_size": size, **token})
            found.extend(page[key])
            total = {name: page[name] for name in ("total_size",) if name in page}
            if not page["next_page_token"]:
                break
            token = {"page_token": page["next_page_token"]}
        return {key: found, **total}
