"""POST /v1/runs: a person starts a training run."""

from dataclasses import dataclass

from framewell.training.v1.training_service_pb2 import StartTrainingRequest, StartTrainingResponse
from framewell_gateway.ports import Services
from framewell_gateway.ports.methods import START_TRAINING
from framewell_gateway.steps.who_calls import caller
from framewell_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class StartRun:
    """Ask training for the run, with the caller as who asked."""

    services: Services
    clock: Clock

    async def __call__(self, request: StartTrainingRequest) -> StartTrainingResponse:
        asked = StartTrainingRequest()
        asked.CopyFrom(request)
        asked.request.actor.CopyFrom(caller(self.clock))
        return await self.services.call(START_TRAINING, asked)
