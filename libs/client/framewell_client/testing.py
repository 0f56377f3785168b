"""A gateway's uploads in memory, for tests of whoever sends files."""

import hashlib
from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from framewell_client.uploads import PATH

Answer = tuple[int, dict[str, str], dict[str, Any]]


class MemoryUploads:
    """Answers requests of tus 1.0.0 as a gateway does; `contents` are the uploads by their names."""

    def __init__(self) -> None:
        self.contents: dict[str, bytearray] = {}
        self.sizes: dict[str, int] = {}

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        """Return status, headers and document of the answer; None for a path of something else.

        `path` is unquoted; names of `headers` are looked up in lower case.
        """
        if not path.startswith(PATH):
            return None
        uri = path.removeprefix(f"{PATH}/")
        if method == "POST":
            uri = f"upload:{uuid4()}"
            self.contents[uri], self.sizes[uri] = bytearray(), int(headers["upload-length"])
            return self._state(201, uri)
        if uri not in self.contents:
            return 404, {}, {"detail": f"there is no upload {uri}"}
        if method == "PATCH":
            return self._append(uri, headers, body)
        answer = self._state(200, uri)
        if method == "DELETE":
            del self.contents[uri]
        return answer

    def _append(self, uri: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if int(headers["upload-offset"]) != len(self.contents[uri]):
            return 409, {}, {"detail": "other bytes are next"}
        algorithm, _, digest = headers["upload-checksum"].partition(" ")
        if hashlib.new(algorithm, body).digest() != b64decode(digest):
            return 460, {}, {"detail": "the checksum is not that of the bytes"}
        self.contents[uri] += body
        return self._state(204, uri)

    def _state(self, status: int, uri: str) -> Answer:
        content, size = bytes(self.contents[uri]), self.sizes[uri]
        digest = hashlib.sha256(content).hexdigest() if len(content) == size else ""
        document = {"uri": uri, "size": size, "offset": len(content), "sha256": digest}
        return status, {"upload-offset": str(len(content))}, document
