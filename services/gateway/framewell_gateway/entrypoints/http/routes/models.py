"""Models at work, taken in and enabled, and what each was made from."""

from functools import partial
from typing import Final

from framewell.gateway.v1.model_view_pb2 import GetModelLineageRequest, ModelLineage
from framewell.inference.v1.inference_service_pb2 import (
    TryModelRequest,
    TryModelResponse,
    UploadModelRequest,
    UploadModelResponse,
)
from framewell_gateway.entrypoints.http import model_uploads, routing
from framewell_gateway.entrypoints.http.routes.examples import SPAN
from framewell_gateway.ports import methods
from framewell_gateway.queries.model_lineage import ShowModelLineage

calls, asks, answers = (
    partial(made, tag="models") for made in (routing.calls, routing.asks, routing.answers)
)

RUN: Final = {
    "run_id": "r-1",
    "dataset_id": "people",
    "snapshot_id": "people-3",
    "recipe": "identity",
    "state": "queued",
    "stage": "",
    "progress": 0.0,
    "requested_at": "2026-11-22T18:00:00Z",
    "step": "centroid",
    "parameters": {"epochs": "60"},
    "seed": 7,
    "requested_by": {"principal": "anna", "authority": "admin", "decided_at": "2026-11-22T18:00:00Z"},
    "epochs": [],
}
CANDIDATE: Final = {
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
        "comparison": {
            "version": "2.0",
            "rates": [
                {
                    "name": "recall",
                    "trials": 310,
                    "candidate_count": 301,
                    "in_service_count": 295,
                    "certain": False,
                }
            ],
            "class_count": 12,
            "programme_count": 31,
            "why_not": "",
        },
    },
    "in_service": True,
    "promoted_by": {"principal": "rule:promotion", "authority": "rule"},
    "promoted_because": "",
    "withdrawn": "",
    "snapshot_number": 3,
    "class_count": 12,
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

_EXAMINATION: Final = {
    "inputs": [{"name": "x", "dtype": "float32", "shape": [-1, 3, 224, 224]}],
    "outputs": [{"name": "y", "dtype": "float32", "shape": [-1, 120]}],
    "opset": 17,
    "operators": ["Conv", "Gemm", "Relu"],
    "parameters": 3504872,
    "run_seconds": 0.012,
}

ROUTES: Final = (
    calls(
        "GET /analysers", "listAnalysers", methods.LIST_ANALYSERS,
        "The analysers at work, and those that are not installed",
        answer={
            "analysers": [
                {
                    "name": "faces", "models": [{"name": "faces/yunet", "version": "2023mar"}],
                    "input": "pictures", "description": "Finds and describes faces.", "not_installed": "",
                }
            ]
        },
    ),
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
    asks(
        "GET /models/lineage", "getModelLineage",
        lambda app: ShowModelLineage(app.services, app.summaries),
        "What a model was made from, with the rights it rests on now",
        description="All assets come before the first sample. What training made has a lineage, imported "
        "models have none.",
        takes=GetModelLineageRequest, gives=ModelLineage,
        problems=(404,),
        answer={
            "lineage": {
                "snapshot_id": "people-3", "manifest_sha256": "0" * 64, "recipe": "identity",
                "parameters": {"epochs": "60"}, "seed": 7,
                "embedding": {"name": "faces/sface", "version": "2021.12"},
                "asset_count": 31, "sample_count": 40, "code_version": "0.9.0",
            },
            "assets": [
                {
                    "asset_id": "1c5b2c1e-0000-4000-8000-00000000000a", "title": "Evening news",
                    "allowed": True, "sentence": "Allowed: training rests on own production.",
                }
            ],
            "samples": [], "next_page_token": "", "total_size": 71, "missing": [], "missing_wordings": [],
        },
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
            "examination": _EXAMINATION,
        },
    ),
    answers(
        "POST /models/try", "tryModel", TryModelRequest, model_uploads.try_model,
        "Examine a model folder, and keep nothing of it",
        description="The body is a tar archive as of `POST /models/import`. A file `picture` (JPEG, PNG or "
        "WebP of at most 4 MiB) may be its last one: the answer then says what the model observes in it.",
        hidden=("header", "piece", "picture"), raw_body="application/octet-stream", problems=(413,),
        response=TryModelResponse,
        answer={
            "examination": _EXAMINATION,
            "observations": [
                {
                    "id": "house.dogs/0/0/0", "kind": "label", "span": SPAN, "score": 0.91,
                    "label": "dachshund", "text": "", "shot": 0, "moment": {"pts": 0, "frame": 0},
                    "model": {"name": "house/dogs", "version": "2.0"},
                }
            ],
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
