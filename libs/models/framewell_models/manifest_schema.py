"""The JSON Schema (draft 2020-12) of `model.yaml`, made from the tables that the reader goes by.

It is published as `model.schema.json` beside this module and by `framewell models schema`, for editors and
for programs that write manifests. What concerns several fields at once only the reader checks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from framewell_models.manifest import (
    DECLARED_TASKS,
    FLOAT32,
    LABEL_THRESHOLD,
    NAME,
    PRECISIONS,
    SCORE_THRESHOLDS,
    TASKS,
    VERSION,
)
from framewell_models.manifest_reader import LIMITS, LOADABLE_SUFFIXES
from framewell_models.processing import (
    FLAG,
    INTEGER,
    NUMBERS,
    POSTPROCESSING,
    PREPROCESSING,
    REQUIRED,
    SIDE,
    TEXT,
    Parameter,
    StepKind,
)

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_FILLED: Final[Schema] = {"type": "string", "pattern": r"\S"}
_SHA256: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_PATH: Final[Schema] = {"type": "string", "not": {"pattern": r"(^/|(^|/)\.\.(/|$))"}}
_NUMBERS: Final[Schema] = {"type": "object", "additionalProperties": {"type": "number"}}
_SHAPE: Final[Schema] = {"type": "array", "items": {"type": "integer", "minimum": -1}}


def manifest_schema() -> Schema:
    """Return the schema as a JSON document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Manifest of a model folder (model.yaml)",
        **_object(_fields(), ("name", "version", "task", "intended_use", "licence")),
        "allOf": [_steps_of(task) for task in DECLARED_TASKS],
    }


def schema_text() -> str:
    """Return the schema as the text that is published."""
    return json.dumps(manifest_schema(), indent=2) + "\n"


def _fields() -> Mapping[str, Schema]:
    return {
        "name": _matching(NAME.pattern),
        "version": {"anyOf": [_matching(VERSION.pattern), {"type": "number"}]},
        "task": {"enum": sorted(TASKS)},
        "analyser": _TEXT,
        "intended_use": _FILLED,
        "licence": _object({"code": _FILLED, "weights": _FILLED, "attribution": _TEXT}, ("code", "weights")),
        "source": _TEXT,
        "files": _list(_object({"name": _file_name(), "sha256": _SHA256, "path": _PATH}, ("name", "sha256"))),
        "packages": _list(_package()),
        "converter": _TEXT,
        "inputs": _list(_tensor()),
        "outputs": _list(_tensor()),
        "preprocessing": _step(PREPROCESSING),
        "postprocessing": _step(POSTPROCESSING),
        "thresholds": _thresholds(),
        "labels": _TEXT,
        "limits": _object(
            {
                name: {"type": "number", "default": default, "minimum": least, "maximum": most}
                for name, (default, least, most) in LIMITS.items()
            }
        ),
        "precision": {"enum": list(PRECISIONS), "default": FLOAT32},
        "prompt": _TEXT,
        "answer_schema": {"type": "object"},
        "embedding": _TEXT,
        "classes": _list(_TEXT),
        "optional": {"type": "boolean", "default": False},
        "parent": _TEXT,
        "measures": _NUMBERS,
        "lineage": {
            "type": "object",
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
        },
    }


def _steps_of(task: str) -> Schema:
    """Return what holds of the steps of a declared model of this task."""
    return {
        "if": {"properties": {"task": {"const": task}, "analyser": {"const": ""}}, "required": ["task"]},
        "then": {
            "properties": {
                "thresholds": {"propertyNames": {"pattern": _threshold_names()}},
                "preprocessing": _one_of(PREPROCESSING, task),
                "postprocessing": _one_of(POSTPROCESSING, task),
            }
        },
    }


def _threshold_names() -> str:
    return f"^({'|'.join(SCORE_THRESHOLDS)}|{LABEL_THRESHOLD}.*)$"


def _one_of(kinds: Mapping[str, StepKind], task: str) -> Schema:
    return {
        "oneOf": [
            {
                **_object({"name": {"const": name}, "parameters": _parameters(kind)}, _needed(kind)),
                "description": kind.meaning,
            }
            for name, kind in kinds.items()
            if task in kind.tasks
        ]
    }


def _needed(kind: StepKind) -> tuple[str, ...]:
    required = any(one.default is REQUIRED for one in kind.parameters.values())
    return ("name", "parameters") if required else ("name",)


def _parameters(kind: StepKind) -> Schema:
    fields = {name: _parameter(one) for name, one in kind.parameters.items()}
    required = [name for name, one in kind.parameters.items() if one.default is REQUIRED]
    if "width" not in fields:
        return _object(fields, required)
    sized = _object({**fields, SIDE: fields["width"]})
    return {**sized, "anyOf": [{"required": required}, {"required": [SIDE]}]}


def _parameter(one: Parameter) -> Schema:
    described: Schema = {"description": one.meaning}
    if one.default is not REQUIRED:
        described["default"] = one.default
    if one.kind == FLAG:
        return {**described, "type": "boolean"}
    if one.kind == TEXT:
        return {**described, "enum": list(one.choices)} if one.choices else {**described, "type": "string"}
    number: Schema = {
        "type": "integer" if one.kind == INTEGER else "number",
        "minimum": one.least,
        "maximum": one.most,
    }
    if one.kind != NUMBERS:
        return {**described, **number}
    sizes = [{"minItems": size, "maxItems": size} for size in (1, 3)]
    return {**described, "type": "array", "items": number, "anyOf": sizes}


def _step(kinds: Mapping[str, StepKind]) -> Schema:
    named: Schema = {"type": "string", "examples": sorted(kinds)}
    return _object({"name": named, "parameters": {"type": "object"}}, ("name",))


def _package() -> Schema:
    member = _object({"path": _TEXT, "sha256": _SHA256}, ("path", "sha256"))
    fields = {
        "package": _TEXT,
        "archive_sha256": _SHA256,
        "python": _TEXT,
        "platform": _TEXT,
        "members": _list(member),
    }
    return _object(fields, ("package", "archive_sha256", "members"))


def _tensor() -> Schema:
    fields = {"name": _FILLED, "dtype": _FILLED, "shape": _SHAPE, "meaning": _TEXT}
    return _object(fields, ("name", "dtype"))


def _file_name() -> Schema:
    endings = "|".join(sorted(suffix.removeprefix(".") for suffix in LOADABLE_SUFFIXES))
    return {"type": "string", "pattern": rf"^[^./\\][^/\\]*\.({endings})$"}


def _matching(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^({pattern})$"}


def _thresholds() -> Schema:
    score: Schema = {"type": "number", "minimum": 0, "maximum": 1}
    return {
        **_NUMBERS,
        "properties": dict.fromkeys(SCORE_THRESHOLDS, score),
        "patternProperties": {f"^{LABEL_THRESHOLD}": score},
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _object(fields: Mapping[str, Schema], required: Any = ()) -> Schema:
    schema: Schema = {"type": "object", "properties": dict(fields), "additionalProperties": False}
    return {**schema, "required": list(required)} if required else schema
