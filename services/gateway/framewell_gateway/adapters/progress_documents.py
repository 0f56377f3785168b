"""Progress of assets in the document store: one document for the whole asset, one for each 64 chunks.

A fact changes one document, whose size does not grow with the asset, by saying what is so: the same change
again, or before another, changes nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from framewell_contracts.sentences import kept_wording, worded_as_kept
from framewell_gateway.domain.progress import BUCKET_SIZE, Progress, ProgressPart, Step, progress_of
from framewell_kit.documents.protocol import Document, Documents

PROGRESS: Final = "asset_progress"


class ProgressDocuments:
    """`ProgressRepository` on the gateway's own database."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def prepare(self) -> None:
        """Make the index that the queries below need."""
        await self._documents.ensure_index(PROGRESS, ["asset_id"])

    async def add(self, step: Step) -> None:
        """See ProgressRepository."""
        change: dict[str, Any] = {
            "$setOnInsert": {"asset_id": step.asset_id, "generation": step.generation},
            "$max": {"kind": step.kind},
        }
        name = step.name.replace(".", "_")
        if step.chunk is None:
            change["$set"] = {f"steps.{name}": _step_document(step)}
        elif step.failure:
            change["$set"] = {f"failed.{name}.{step.chunk}": _kept(step.failure)}
        else:
            change["$addToSet"] = {f"done.{name}": step.chunk}
        await self._documents.update(PROGRESS, _id(step), change, upsert=True)

    async def of_assets(self, asset_ids: Sequence[str]) -> Mapping[str, Progress]:
        """See ProgressRepository."""
        parts: dict[str, list[ProgressPart]] = {}
        for document in await self._documents.find(PROGRESS, {"asset_id": {"$in": list(asset_ids)}}):
            parts.setdefault(document["asset_id"], []).append(_part(document))
        found = {asset_id: progress_of(of_asset) for asset_id, of_asset in parts.items()}
        return {asset_id: progress for asset_id, progress in found.items() if progress is not None}

    async def forget(self, asset_id: str) -> int:
        """See ProgressRepository."""
        return await self._documents.delete_where(PROGRESS, {"asset_id": asset_id})


def _id(step: Step) -> str:
    bucket = "" if step.chunk is None else f"/{step.chunk // BUCKET_SIZE}"
    return f"{step.asset_id}@{step.generation}{bucket}"


def _step_document(step: Step) -> Document:
    return {
        "failure": _kept(step.failure),
        "reason": _kept(step.reason),
        "chunk_count": step.chunk_count,
        "missing": [_kept(one) for one in step.missing],
    }


def _kept(sentence: str) -> Document | str:
    """Return a sentence as it is kept: with what it was made of; the text alone of one made of nothing."""
    wording = kept_wording(sentence)
    return {"text": str(sentence), "wording": wording} if wording else str(sentence)


def _said(kept: Document | str) -> str:
    return kept if isinstance(kept, str) else worded_as_kept(kept["text"], kept["wording"])


def _step(asset_id: str, name: str, generation: int, kept: Document) -> Step:
    return Step(
        asset_id,
        name,
        generation,
        failure=_said(kept["failure"]),
        reason=_said(kept["reason"]),
        chunk_count=kept["chunk_count"],
        missing=tuple(_said(one) for one in kept["missing"]),
    )


def _part(document: Document) -> ProgressPart:
    asset_id, generation = document["asset_id"], document["generation"]
    return ProgressPart(
        generation=generation,
        kind=document["kind"],
        steps={
            _dotted(name): _step(asset_id, _dotted(name), generation, step)
            for name, step in document.get("steps", {}).items()
        },
        done={_dotted(name): frozenset(numbers) for name, numbers in document.get("done", {}).items()},
        failed={
            _dotted(name): {int(number): _said(failure) for number, failure in failures.items()}
            for name, failures in document.get("failed", {}).items()
        },
    )


def _dotted(name: str) -> str:
    """Return the name of a step from a field name, in which a dot would be a path."""
    return name.replace("_", ".", 1)
