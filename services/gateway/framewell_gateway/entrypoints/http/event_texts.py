"""Events as streams carry them."""

import json
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from framewell_contracts.json_mapping import to_json
from framewell_gateway.domain.events import RecordedEvent
from framewell_gateway.queries.list_events import event_message

_KEPT: Final = 256


def server_sent(event: RecordedEvent) -> bytes:
    """Return an event of a stream (WHATWG HTML, section 9.2); JSON has no line breaks, a key neither."""
    data = json.dumps(to_json(event_message(event), defaults=True), ensure_ascii=False)
    return f"event: {event.name}\ndata: {data}\nid: {event.key}\n\n".encode()


@dataclass(slots=True)
class EventTexts:
    """The same of the newest events, made once for all streams that are at the same place."""

    _texts: OrderedDict[str, bytes] = field(default_factory=OrderedDict, init=False)

    def of(self, event: RecordedEvent) -> bytes:
        """Return the text of an event."""
        text = self._texts.get(event.key)
        if text is None:
            text = self._texts[event.key] = server_sent(event)
            if len(self._texts) > _KEPT:
                self._texts.popitem(last=False)
        return text
