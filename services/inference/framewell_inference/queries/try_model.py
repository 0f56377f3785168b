"""What a model folder would do here, kept nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from framewell_contracts.sentences import say
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Picture
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.ports.analysers import PictureDecoder
from framewell_inference.ports.calls import RunEndedError, RunFailedError
from framewell_inference.ports.models import Model
from framewell_inference.ports.registrations import Examination, ModelExaminer
from framewell_inference.steps.read_folder import read_folder
from framewell_inference.steps.rehearse_model import look
from framewell_kit.outcomes import Rejected
from framewell_models.folders import ModelFolder


@dataclass(frozen=True, slots=True)
class TryModel:
    """Examine a folder, and look at a picture with it as an enabled model would look at a chunk.

    Raises Rejected for a folder that cannot be used, for one that declares nothing that looks at pictures,
    and for what is no picture.
    """

    examiner: ModelExaminer
    decoder: PictureDecoder
    open_model: Callable[[ModelFolder], Model]

    async def __call__(
        self, manifest: bytes, files: Path, picture: bytes
    ) -> tuple[Examination, Findings | None]:
        """Return what it is, and what it observes; no findings without a picture."""
        folder = await asyncio.to_thread(read_folder, manifest, files)
        examination = await self.examiner.examine(folder)
        if not picture:
            return examination, None
        declared = folder.manifest
        if not declared.declared or declared.listens:
            raise Rejected(
                say(
                    "bad_model.nothing", "{model} declares nothing that looks at pictures", model=declared.ref
                )
            )
        decoded = await self.decoder.decode(picture)
        try:
            return examination, await asyncio.to_thread(self._look, folder, decoded)
        except (InvalidInputError, RunEndedError, RunFailedError) as error:
            raise Rejected(
                say(
                    "bad_model.failed",
                    "{model} cannot look at the picture: {why}",
                    model=declared.ref,
                    why=error,
                )
            ) from error

    def _look(self, folder: ModelFolder, picture: Picture) -> Findings:
        model = self.open_model(folder)
        try:
            return look(model, picture)
        finally:
            model.close()
