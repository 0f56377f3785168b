"""Generators of clients read the OpenAPI document whole: each operation, each error answer."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from framewell_gateway.entrypoints.http import openapi
from framewell_gateway.entrypoints.http.routes import ROUTES

TOOLS = Path(__file__).resolve().parents[3] / "node_modules" / ".bin"
DOCUMENT = openapi.document(ROUTES, asks_for_tokens=True)
OPERATIONS: dict[str, list[str]] = {
    operation["operationId"]: list(operation["responses"])
    for path in DOCUMENT["paths"].values()
    for operation in path.values()
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the document."""
    made = tmp_path_factory.mktemp("clients")
    (made / "openapi.json").write_text(json.dumps(DOCUMENT))
    return made


def generated(folder: Path, *command: str | Path) -> str:
    """What a generator prints, which must succeed without a warning."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert "warning" not in output.lower(), output
    return output


@pytest.fixture(scope="module")
def typescript(folder: Path) -> Path:
    """A folder with what both generators of TypeScript made."""
    generated(folder, TOOLS / "openapi-typescript", "openapi.json", "-o", "types.ts")
    generated(folder, TOOLS / "oazapfts", "openapi.json", "functions.ts")
    return folder


def test_openapi_typescript_writes_every_operation_with_every_answer(typescript: Path) -> None:
    operations = (typescript / "types.ts").read_text().split("export interface operations {")[1]
    for name, statuses in OPERATIONS.items():
        own = re.search(rf"\n    {name}: {{\n(.*?)\n    }};", operations, re.DOTALL)
        assert own is not None, name
        written = re.findall(r"^            (\d+): ", own[1], re.MULTILINE)
        assert sorted(written) == sorted(statuses), name


def test_oazapfts_writes_a_function_for_every_operation_with_every_error(typescript: Path) -> None:
    functions = (typescript / "functions.ts").read_text()
    for name, statuses in OPERATIONS.items():
        own = re.search(rf"^export function {name}\((.*?)^}}", functions, re.DOTALL | re.MULTILINE)
        assert own is not None, name
        for status in statuses:
            if int(status) >= 400 and "oazapfts.fetchJson" in own[1]:
                assert f"status: {status};\n        data: Problem" in own[1], (name, status)


def test_what_they_write_compiles_where_it_is_used(typescript: Path) -> None:
    (typescript / "use.ts").write_text(
        """\
import { submitAsset, defaults } from "./functions.ts";
import type { components, operations } from "./types.ts";

const statement: components["schemas"]["RightsStatementInput"] = {
  use: "prohibited", valid_until: "2027-12-31T00:00:00Z", span: { start_pts: 0, end_pts: 9 },
};
type Refused = operations["submitAsset"]["responses"][422]["content"]["application/problem+json"];
export const where = (refused: Refused): string[] => refused.errors.map((one) => one.field);
export async function ask(): Promise<string> {
  defaults.baseUrl = "http://127.0.0.1:7410";
  const answer = await submitAsset({ uri: "https://archive.example/a.mp4", statements: [statement] });
  return answer.status === 202 ? answer.data.asset_id : answer.data.errors[0].problem;
}
"""
    )
    (typescript / "wrong.ts").write_text(
        """\
import { submitAsset } from "./functions.ts";
export const asked = submitAsset({ uri: "https://archive.example/a.mp4", statements: [{ use: "perhaps" }] });
"""
    )
    modules = TOOLS.parent
    configuration: dict[str, Any] = {
        "compilerOptions": {
            "strict": True, "noEmit": True, "target": "es2022", "module": "esnext",
            "moduleResolution": "bundler",
            "allowImportingTsExtensions": True, "lib": ["es2022", "dom", "dom.iterable"], "types": [],
            "paths": {"@oazapfts/runtime": [str(modules / "@oazapfts" / "runtime")],
                      "@oazapfts/runtime/query": [str(modules / "@oazapfts" / "runtime" / "query")]},
        },
        "files": ["use.ts"],
    }  # fmt: skip
    for file, fits in (("use.ts", True), ("wrong.ts", False)):
        (typescript / "tsconfig.json").write_text(json.dumps({**configuration, "files": [file]}))
        done = subprocess.run(
            [TOOLS / "tsc", "-p", "."], cwd=typescript, capture_output=True, text=True, check=False
        )
        assert (done.returncode == 0) is fits, done.stdout
        assert fits or '"perhaps"' in done.stdout


@pytest.fixture(scope="module")
def python_client(folder: Path) -> ModuleType:
    """The package that openapi-python-client makes; it has to be told what is no JSON."""
    (folder / "settings.yaml").write_text(
        "content_type_overrides:\n"
        "  image/jpeg: application/octet-stream\n"
        "  application/vnd.apple.mpegurl: text/plain\n"
        "  application/x-ndjson: text/plain\n"
        "post_hooks: []\n"
    )
    tool = Path(sys.executable).with_name("openapi-python-client")
    output = generated(
        folder, tool, "generate", "--path", "openapi.json", "--meta", "none",
        "--output-path", "generated_client", "--config", "settings.yaml",
    )  # fmt: skip
    assert output.strip() == "Generating generated_client"
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("generated_client")
    finally:
        sys.path.remove(str(folder))


def test_openapi_python_client_reads_every_answer_of_every_operation(python_client: ModuleType) -> None:
    modules = {
        one.name.rpartition(".")[2]: importlib.import_module(one.name)
        for one in pkgutil.walk_packages(python_client.__path__, "generated_client.")
    }
    for name, statuses in OPERATIONS.items():
        snake = re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)
        source = Path(str(modules[snake].__file__)).read_text()
        for status in statuses:
            assert f"response.status_code == {status}:" in source, (name, status)
            if int(status) >= 400:
                assert f"response_{status} = Problem.from_dict(response.json())" in source, (name, status)


async def test_the_generated_client_reads_why_it_was_refused(
    python_client: ModuleType, gateway: httpx.AsyncClient
) -> None:
    models = importlib.import_module("generated_client.models")
    submit = importlib.import_module("generated_client.api.assets.submit_asset")
    client = python_client.Client(base_url=str(gateway.base_url)).set_async_httpx_client(gateway)
    statement = models.RightsStatementInput(use=models.Use.PROHIBITED, territories=["x" * 101])
    asked = models.IngestRequested(uri="gopher://example/a", statements=[statement])
    answer = await submit.asyncio_detailed(client=client, body=asked)
    assert (answer.status_code, answer.parsed.code) == (422, models.ProblemCode.INVALID)
    assert [one.field for one in answer.parsed.errors] == ["uri", "statements.0.territories.0"]
