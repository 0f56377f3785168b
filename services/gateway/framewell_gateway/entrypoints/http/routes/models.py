"""Models at work, taken in and enabled; training runs, candidates, promotion."""

from functools import partial
from typing import Final

from framewell.inference.v1.inference_service_pb2 import UploadModelRequest, UploadModelResponse
from framewell.training.v1.training_service_pb2 import StartTrainingRequest, StartTrainingResponse
from framewell_gateway.commands.start_run import StartRun
from framewell_gateway.entrypoints.http import model_uploads, routing
from framewell_gateway.ports import methods

calls, asks, answers = (
    partial(made, tag="models") for made in (routing.calls, routing.asks, routing.answers)
)

_RUN: Final = {
    "run_id": "r-1",
    "dataset_id": "people",
    "snapshot_id": "people-3",
    "recipe": "identity",
    "state": "queued",
    "stage": "",
    "progress": 0.0,
    "requested_at": "2026-11-22T18:00:00Z",
}
_CANDIDATE: Final = {
    "model": {"name": "identity/people", "version": "3.0"},
    "completed": {
        "run_id": "r-1",
        "dataset_id": "people",
        "outcome": {"done": {}},
        "model": {"name": "identity/people", "version": "3.0"},
        "measures": [
            {
                "name": "recall",
                "value": 0.97,
                "sample_count": 310,
                "low": 0.94,
                "high": 0.98,
                "not_measured": "",
            }
        ],
        "checks": [{"check": "false_name_rate_not_worse", "passed": True, "sentence": "0.01 against 0.02."}],
        "verdict": "promoted",
        "duration": "41.5s",
    },
    "in_service": True,
    "promoted_by": {"principal": "rule:promotion", "authority": "rule"},
}

_MODEL: Final = {
    "model": {"name": "house/dogs", "version": "2.0"},
    "analyser": "",
    "code_licence": "MIT",
    "weights_licence": "MIT",
    "source": "huggingface:house/dogs@" + "c" * 40,
    "sha256": "0" * 64,
    "in_force": True,
    "provider": "CPUExecutionProvider",
    "intended_use": "Tells breeds of dogs.",
    "task": "classification",
    "enabled": [{"series": "Tiere vor der Kamera", "channel": ""}],
    "quarantined": "",
    "fallback": "",
}

ROUTES: Final = (
    calls(
        "GET /models", "listModels", methods.LIST_MODELS, "Models known, and which are in force",
        answer={
            "models": [
                {
                    "model": {"name": "faces/yunet", "version": "2023.3"}, "analyser": "faces",
                    "code_licence": "Apache-2.0", "weights_licence": "MIT", "source": "package:opencv",
                    "sha256": "0" * 64, "in_force": True, "provider": "CPUExecutionProvider",
                    "intended_use": "Finding faces.", "task": "face-detection", "enabled": [],
                    "quarantined": "", "fallback": "",
                }
            ],
            "next_page_token": "", "total_size": 1,
        },
    ),
    calls(
        "GET /runs", "listRuns", methods.LIST_RUNS, "List training runs, newest first",
        answer={"runs": [_RUN], "next_page_token": "", "total_size": 1},
    ),
    asks(
        "POST /runs", "startRun",
        lambda app: StartRun(app.services, app.clock),
        "Start a training run by hand",
        takes=StartTrainingRequest, gives=StartTrainingResponse,
        body="request", status=202, problems=(409,),
        example={"dataset_id": "people", "recipe": "identity", "parameters": {}, "seed": 7},
        answer={"run": _RUN},
    ),
    calls(
        "GET /candidates", "listCandidates", methods.LIST_CANDIDATES,
        "Models that wait for a person, and those in service",
        answer={"candidates": [_CANDIDATE], "next_page_token": "", "total_size": 1},
    ),
    calls(
        "POST /candidates/promote", "promoteCandidate", methods.PROMOTE, "Put a candidate into service",
        body="*", problems=(404, 409),
        example={"model": {"name": "identity/people", "version": "3.0"}},
        answer={"candidate": _CANDIDATE},
    ),
    calls(
        "POST /candidates/rollback", "rollBackModel", methods.ROLLBACK,
        "Put the version before back into service",
        body="*", problems=(404, 409),
        example={"name": "identity/people"},
        answer={"candidate": _CANDIDATE},
    ),
    answers(
        "POST /models/import", "importModel", UploadModelRequest, model_uploads.import_model,
        "Take in a model folder",
        description="The body is a tar archive of the folder, `model.yaml` first in it. Every replica serves "
        "the model once it is examined; the first version of a name answers requests.",
        hidden=("header", "piece"), raw_body="application/octet-stream", problems=(403, 409, 413),
        response=UploadModelResponse, status=201,
        answer={
            "model": _MODEL,
            "examination": {
                "inputs": [{"name": "x", "dtype": "float32", "shape": [-1, 3, 224, 224]}],
                "outputs": [{"name": "y", "dtype": "float32", "shape": [-1, 120]}],
                "opset": 17, "operators": ["Conv", "Gemm", "Relu"], "parameters": 3504872,
                "run_seconds": 0.012,
            },
        },
    ),
    calls(
        "POST /models/use", "useModel", methods.CHOOSE_VERSION,
        "Choose which version of a model answers and looks", body="*", problems=(403, 404, 409),
        example={"model": {"name": "house/dogs", "version": "2.0"}},
        answer={"model": _MODEL},
    ),
    calls(
        "POST /models/enable", "enableModel", methods.ENABLE_MODEL,
        "Let a model look at every programme, or at some", body="*", problems=(403, 404, 409),
        example={"name": "house/dogs", "scopes": [{"series": "Tiere vor der Kamera"}]},
        answer={"model": _MODEL},
    ),
    calls(
        "POST /models/disable", "disableModel", methods.DISABLE_MODEL,
        "Let a model look no more, at some programmes or at all", body="*", problems=(403, 404, 409),
        example={"name": "house/dogs", "scopes": []},
        answer={"model": {**_MODEL, "enabled": []}},
    ),
    calls(
        "POST /models/remove", "removeModel", methods.REMOVE_MODEL,
        "Remove a model that was taken in, or one version of it", body="*", problems=(403, 409),
        example={"model": {"name": "house/dogs", "version": "1.0"}},
        answer={"removed": [{"name": "house/dogs", "version": "1.0"}]},
    ),
)  # fmt: skip
