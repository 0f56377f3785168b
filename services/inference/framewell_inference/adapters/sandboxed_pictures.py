"""Pictures that callers send: decoded by a locked child, handed over as raw pixels."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from framewell_contracts.sentences import say
from framewell_inference.domain.pictures import Picture
from framewell_kit.outcomes import Busy, Rejected
from framewell_media.errors import JobCrashed, MediaError, SandboxUnavailable
from framewell_media.sandbox import Sandbox

JOB: Final = "decode_picture"
"""As `framewell_inference.sandbox_jobs` registers it."""


@dataclass(frozen=True, slots=True)
class SandboxedPictures:
    """PictureDecoder in a sandboxed child, which reads and writes files in a folder of `scratch`."""

    sandbox: Sandbox
    scratch: Path

    async def decode(self, data: bytes) -> Picture:
        with tempfile.TemporaryDirectory(dir=self.scratch, prefix="picture-") as folder:
            source, target = Path(folder) / "picture", Path(folder) / "pixels"
            source.write_bytes(data)  # at most a message long
            try:
                answer = await self.sandbox.run(JOB, {}, inputs=[source], outputs=[target])
            except MediaError as error:
                raise Rejected(
                    say("unreadable.picture", "the picture cannot be read: {why}", why=error)
                ) from error
            except JobCrashed as crash:
                if crash.interrupted:
                    raise Busy(
                        say("pictures_interrupted", "the decoder of pictures was interrupted")
                    ) from crash
                raise Rejected(crash.explanation, code="unreadable") from crash
            except SandboxUnavailable as error:
                raise Busy(
                    say("pictures_unsafe", "pictures cannot be decoded safely here: {why}", why=error)
                ) from error
            return _pixels(target.read_bytes(), int(answer["width"]), int(answer["height"]))


def _pixels(raw: bytes, width: int, height: int) -> Picture:
    if len(raw) != width * height * 3 or not raw:
        raise Rejected(say("unreadable.size", "the picture cannot be read: its pixels do not fit its size"))
    return np.frombuffer(raw, np.uint8).reshape(height, width, 3)
