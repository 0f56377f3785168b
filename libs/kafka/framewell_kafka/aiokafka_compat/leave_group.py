"""Kafka's LeaveGroup by group instance id (KIP-345, version 3); aiokafka knows versions 0 and 1.

It removes static members that will not come back.
"""

from collections.abc import Sequence

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Int16, Int32, Schema, String


class MembersLeft(Response):  # type: ignore[misc]
    """The answer: an error code for the group, and one for each member."""

    API_KEY = 13
    API_VERSION = 3
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("error_code", Int16),
        (
            "members",
            Array(
                ("member_id", String("utf-8")),
                ("group_instance_id", String("utf-8")),
                ("error_code", Int16),
            ),
        ),
    )


class _LeaveGroupRequestV3(RequestStruct):  # type: ignore[misc]
    API_KEY = 13
    API_VERSION = 3
    RESPONSE_TYPE = MembersLeft
    SCHEMA = Schema(
        ("group", String("utf-8")),
        ("members", Array(("member_id", String("utf-8")), ("group_instance_id", String("utf-8")))),
    )


class LeaveGroupByName(Request[_LeaveGroupRequestV3]):  # type: ignore[misc]
    """Removes the members with these group instance ids, whichever processes they are."""

    API_KEY = 13

    def __init__(self, group: str, members: Sequence[str]) -> None:
        self._group, self._members = group, members

    def build(self, request_struct_class: type[_LeaveGroupRequestV3]) -> _LeaveGroupRequestV3:
        """Return the request; an empty member id stands for whichever process has the name."""
        return request_struct_class(self._group, [("", name) for name in self._members])
