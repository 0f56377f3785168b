"""Errors between a program and the mesh."""

from collections.abc import Mapping
from typing import Any


class ClientError(Exception):
    """Base of all; its text is one sentence for a person."""


class Unreachable(ClientError):
    """The mesh does not answer where this program looked for it."""


class Refused(ClientError):
    """The mesh answered, and the answer is no.

    `status` is the HTTP status, `code` the same as a stable word, `reason` a more exact one where there is
    one, `problem` the whole answer (RFC 9457).
    """

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(
            str(problem.get("detail") or problem.get("title") or f"refused with status {status}")
        )
        self.status = status
        self.code = str(problem.get("code") or "")
        self.reason = str(problem.get("reason") or "")
        self.problem = problem
