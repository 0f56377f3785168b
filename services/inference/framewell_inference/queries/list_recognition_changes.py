"""What identity models changed when they went into service: before and after, by class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from google.protobuf.duration_pb2 import Duration

from framewell.inference.v1.cluster_service_pb2 import ListRecognitionChangesResponse, RecognitionChange
from framewell.recognition.v1.recognition_pb2 import ClassTracks, RecognitionChanges
from framewell_inference.domain.messages import model_version
from framewell_inference.ports.repositories import RecognitionChangeRepository, Switch
from framewell_kit.paging import PageRequest

MOST_CLASSES: Final = 50


@dataclass(frozen=True, slots=True)
class ListRecognitionChanges:
    """Reads one object a switch: nothing is counted anew."""

    changes: RecognitionChangeRepository

    async def __call__(self, class_id: str, page: PageRequest) -> ListRecognitionChangesResponse:
        """Return a page of switches, newest first. Raises Rejected for a bad token."""
        found = await self.changes.page(class_id, page)
        return ListRecognitionChangesResponse(
            changes=[_message(switch, changes, class_id) for switch, changes in found.items],
            next_page_token=found.next_token,
            total_size=found.total,
        )


def _message(switch: Switch, changes: RecognitionChanges, class_id: str) -> RecognitionChange:
    duration = Duration()
    duration.FromMilliseconds(round(switch.seconds * 1000))
    answer = RecognitionChange(
        model=model_version(switch.model),
        previous=model_version(switch.previous) if switch.previous else None,
        duration=duration,
        asset_count=len(changes.asset_ids),
        classes=[one for one in changes.classes if one.class_id == class_id] if class_id else _most(changes),
    )
    answer.changed_at.FromDatetime(switch.at)
    return answer


def _most(changes: RecognitionChanges) -> list[ClassTracks]:
    """Return the classes that changed most, somebody without a class not among them."""
    changed = [one for one in changes.classes if one.class_id and one.before != one.after]
    return sorted(changed, key=lambda one: (-abs(one.after - one.before), one.class_id))[:MOST_CLASSES]
