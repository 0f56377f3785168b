"""The words of the console, read from its own sources: a label that is reworded is pressed all the same."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_ROOT: Final = Path(__file__).resolve().parents[2]
_SOURCES: Final = _ROOT / "services" / "gateway" / "console" / "src" / "words"
_ESBUILD: Final = _ROOT / "node_modules" / ".bin" / "esbuild"


@dataclass(frozen=True, slots=True)
class Words:
    """What the console says in one language; sentences that are made of values are not among them."""

    language: str
    tree: Mapping[str, Any]

    def __call__(self, path: str) -> str:
        """Return what stands at a path, such as `assets.add.submit`. Raise LookupError if nothing does."""
        found: Any = self.tree
        for part in path.split("."):
            if not isinstance(found, dict) or part not in found:
                raise LookupError(f"the console has no words at {path!r}: src/words/{self.language}")
            found = found[part]
        return str(found)

    @classmethod
    def read(cls, language: str) -> Words:
        """Read them as the console is built of them."""
        modules = sorted(path.stem for path in (_SOURCES / language).glob("*.ts"))
        entry = "".join(f"import * as {name} from './{language}/{name}';\n" for name in modules)
        entry += f"console.log(JSON.stringify(Object.assign({{}}, {', '.join(modules)})));"
        bundled = _output_of([str(_ESBUILD), "--bundle", "--format=cjs", "--loader=ts"], entry)
        return cls(language, json.loads(_output_of(["node", "-"], bundled)))


def _output_of(command: list[str], given: str) -> str:
    done = subprocess.run(
        command, input=given, cwd=_SOURCES, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
