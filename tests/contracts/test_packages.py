"""Every package is fit for an index: what its metadata say, what its wheel and sdist hold, and that the
wheels work where nothing of this tree is."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from packaging.metadata import Metadata
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted(
    path.parent.relative_to(ROOT)
    for pattern in ("libs/*/pyproject.toml", "services/*/pyproject.toml", "infra/embedded/pyproject.toml")
    for path in ROOT.glob(pattern)
)
NAMES = [str(folder) for folder in FOLDERS]
BUILD = "import sys, hatchling.build as b; b.build_wheel(sys.argv[1]); b.build_sdist(sys.argv[1])"


@dataclass(frozen=True, slots=True)
class Built:
    """What the build backend made of one package."""

    wheel: Path
    sdist: Path


def project(folder: Path) -> Mapping[str, Any]:
    table: Mapping[str, Any] = tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]
    return table


VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Path, Built]:
    """Build every package as an installer does: by its backend, from its own folder."""
    out = tmp_path_factory.mktemp("dist")
    for folder in FOLDERS:
        done = subprocess.run(
            [sys.executable, "-c", BUILD, str(out)],
            cwd=ROOT / folder,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{folder}: {done.stderr[-2000:]}"
    stems = {folder: f"{project(folder)['name'].replace('-', '_')}-{VERSION}" for folder in FOLDERS}
    return {
        folder: Built(out / f"{stem}-py3-none-any.whl", out / f"{stem}.tar.gz")
        for folder, stem in stems.items()
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_package_says_what_an_index_shows(folder: Path) -> None:
    metadata = project(folder)
    assert metadata["version"] == VERSION
    assert metadata["license"] == "Apache-2.0"
    assert metadata["license-files"] == ["LICENSE"]
    assert metadata["requires-python"] == ">=3.11"
    assert metadata["description"].endswith(".")
    assert metadata["keywords"] == sorted(set(metadata["keywords"]))
    assert not [one for one in metadata["classifiers"] if one.startswith("License ::")]
    readme = (ROOT / folder / metadata["readme"]).read_text()
    assert readme.startswith(f"# {metadata['name']}\n")
    assert (ROOT / folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_changelog_has_the_version_and_what_comes_after_it() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", one) for one in headings[1:]), headings
    assert headings[1].startswith(f"[{VERSION}] ")


def test_what_a_readme_imports_is_there() -> None:
    blocks = [
        block
        for folder in FOLDERS
        for block in re.findall(r"```python\n(.*?)```", (ROOT / folder / "README.md").read_text(), re.DOTALL)
    ]
    assert blocks
    for block in blocks:
        imports = [node for node in ast.parse(block).body if isinstance(node, ast.Import | ast.ImportFrom)]
        assert imports
        exec(compile(ast.Module(imports, []), "README.md", "exec"), {})


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_package_asks_for_its_sisters_of_the_same_minor_version(folder: Path) -> None:
    minor = ".".join(VERSION.split(".")[:2])
    metadata = project(folder)
    optional = metadata.get("optional-dependencies", {}).values()
    for line in [*metadata["dependencies"], *(line for lines in optional for line in lines)]:
        asked = Requirement(line)
        if asked.name.startswith("framewell-"):
            assert str(asked.specifier) == f"~={minor}.0", line


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_wheel_is_valid_and_whole(folder: Path, built: Mapping[Path, Built]) -> None:
    with ZipFile(built[folder].wheel) as wheel:
        names = set(wheel.namelist())
        info = next(name.split("/")[0] for name in names if name.split("/")[0].endswith(".dist-info"))
        raw = wheel.read(f"{info}/METADATA")
        licence = wheel.read(f"{info}/licenses/LICENSE")
    metadata = Metadata.from_email(raw, validate=True)  # raises what an index would answer
    assert metadata.license_expression == "Apache-2.0"
    assert metadata.description_content_type == "text/markdown"
    assert licence == (ROOT / "LICENSE").read_bytes()
    sources = [path for path in (ROOT / folder).glob("framewell*/**/*") if kept(path, folder)]
    assert sources
    missing = {str(path.relative_to(ROOT / folder)) for path in sources} - names
    assert not missing
    for package in (ROOT / folder).glob("framewell*/"):
        assert f"{package.name}/py.typed" in names
    assert not [name for name in names if "/tests/" in name or name.endswith((".jar", ".pyc"))]


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_an_sdist_builds_without_the_tree(folder: Path, built: Mapping[Path, Built]) -> None:
    with tarfile.open(built[folder].sdist) as sdist:
        members = {member.name.partition("/")[2]: member for member in sdist.getmembers()}
        info = sdist.extractfile(members["PKG-INFO"])
        assert info is not None
        assert message_from_bytes(info.read())["License-Expression"] == "Apache-2.0"
    for name in ("LICENSE", "README.md", "pyproject.toml"):
        assert members[name].isfile(), name  # a link would lead out of the archive
    assert not [name for name in members if name.endswith(".jar")]
    with ZipFile(built[folder].wheel) as wheel:
        sources = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert sources <= members.keys()


def test_wheels_work_where_nothing_of_this_tree_is(built: Mapping[Path, Built], tmp_path: Path) -> None:
    """Into an empty environment, offline. Only what others publish comes from the environment of this test:
    a folder in PYTHONPATH does not bring the links to our sources that lie in it."""
    venv.create(tmp_path / "empty", with_pip=False)
    python = tmp_path / "empty" / "bin" / "python"
    left_out = {"framewell-training"}  # its dependencies are in another environment
    wheels = [str(one.wheel) for folder, one in built.items() if project(folder)["name"] not in left_out]
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--python", str(python), "--quiet", "install"),
            *("--no-index", "--no-deps", "--no-compile", *wheels),
        ],
        check=True,
        capture_output=True,
    )
    imported = [
        package.name
        for folder in FOLDERS
        if project(folder)["name"] not in left_out
        for package in (ROOT / folder).glob("framewell*/")
    ]
    program = (
        "import importlib, sys\n"
        "for name in sys.argv[2:]:\n"
        "    found = importlib.import_module(name).__file__\n"
        "    assert found.startswith(sys.argv[1]), found\n"
        "from framewell_cli.main import main\n"
        "sys.argv = ['framewell', '--help']\n"
        "main()\n"
    )
    done = subprocess.run(
        [str(python), "-c", program, str(tmp_path), *imported],
        env={"PYTHONPATH": sysconfig.get_path("purelib"), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "dlq" in done.stdout


def kept(path: Path, folder: Path) -> bool:
    """Return whether a file belongs to the package: no cache, nothing that an editor or interpreter left."""
    parts = path.relative_to(ROOT / folder).parts
    return path.is_file() and "__pycache__" not in parts and not path.name.startswith(".")
