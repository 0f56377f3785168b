"""Every setting of the named services as JSON: `python -m framewell_kit.settings_listing shared ingest …`.

What `framewell settings` shows; the settings classes are the only place where a setting is described.
"""

import inspect
import json
import os
import sys
from importlib import import_module
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from framewell_kit.settings import MeshSettings

SECRET_NAMES = ("token", "secret", "password", "key_id", "name_key")
HIDDEN = "(set, not shown)"


def settings_class(service: str) -> type[BaseSettings]:
    """Return the settings class of one service: its `settings.py` declares exactly one."""
    if service == "shared":
        return MeshSettings
    module = import_module(f"framewell_{service}.settings")
    found = [
        value
        for _, value in inspect.getmembers(module, inspect.isclass)
        if issubclass(value, BaseSettings) and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise SystemExit(f"{module.__name__} declares {len(found)} settings classes, one is expected")
    return found[0]


def describe(settings: type[BaseSettings]) -> list[dict[str, Any]]:
    """Return variable, meaning, default and present value of every field; secrets are not shown."""
    prefix = settings.model_config.get("env_prefix", "")
    return [_describe(f"{prefix}{name}".upper(), field) for name, field in settings.model_fields.items()]


def _describe(variable: str, field: FieldInfo) -> dict[str, Any]:
    value = os.environ.get(variable)
    default = field.get_default(call_default_factory=True, validated_data={})
    return {
        "variable": variable,
        "description": field.description or "",
        "default": None if field.is_required() else _readable(default),
        "set_to": HIDDEN if value and _is_secret(variable, field) else value,
    }


def _is_secret(variable: str, field: FieldInfo) -> bool:
    annotated = SecretStr in (field.annotation, *get_args(field.annotation))
    return annotated or any(name in variable.lower() for name in SECRET_NAMES)


def _readable(value: Any) -> Any:
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


def main() -> None:
    """Print the settings of the services named on the command line as JSON."""
    print(json.dumps({name: describe(settings_class(name)) for name in sys.argv[1:]}))  # noqa: T201


if __name__ == "__main__":
    main()
