"""The worked examples of CONTRIBUTING.md are patches: they apply to this very tree, touch no more files than
promised, and with each of them applied its own tests and the checks it concerns pass."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"
GUIDE = ROOT / "CONTRIBUTING.md"

GENERATED = re.compile(r"(libs/contracts/framewell/|docs/(security|access)\.md$|.*requirements\.lock$)")
"""Made by `make proto` and `make lock`."""
TABLES = ("docs/security.md", "docs/access.md")
"""Pages with tables that `infra/make/access` writes."""
TESTS = re.compile(r"(^|/)tests/")
LEFT_OUT = (".*", "__pycache__", "node_modules", "jars", "target", "vendored")


@dataclass(frozen=True, slots=True)
class Example:
    """One kind of change: how many files of the tree it may touch, and what is run with it applied.

    Files of a new service's own folder are not counted, they are the service; nor are tests and what is
    generated.
    """

    kind: str
    most_files: int
    tests: Sequence[str]
    """Tests beside its own that hold what follows from it."""
    imports: bool = False
    """Whether the import contracts are checked: where a module comes into a room."""
    own_folder: str = ""

    @property
    def patch(self) -> Path:
        return EXAMPLES / f"{self.kind}.patch"

    @property
    def files(self) -> list[str]:
        """Return every file the patch touches, relative to the root of the tree."""
        return re.findall(r"^\+\+\+ b/(.+)$", self.patch.read_text(encoding="utf-8"), re.MULTILINE)

    @property
    def written(self) -> list[str]:
        """Return the files that count."""
        return [
            name
            for name in self.files
            if not GENERATED.match(name)
            and not TESTS.search(name)
            and not (self.own_folder and name.startswith(self.own_folder))
        ]

    @property
    def own_tests(self) -> list[str]:
        """Return the test modules that the patch adds or changes."""
        return [name for name in self.files if TESTS.search(name) and Path(name).name.startswith("test_")]


KINDS = {
    one.kind: one
    for one in (
        Example("analyser", 5, (), imports=True),
        Example(
            "fact",
            5,
            (
                "libs/contracts/tests/test_fact_types.py",
                "tests/contracts/test_documented_events.py",
                "tests/contracts/test_security_page.py",
            ),
        ),
        Example(
            "handler",
            3,
            ("tests/contracts/test_readers.py", "tests/contracts/test_security_page.py"),
            imports=True,
        ),
        Example(
            "route",
            4,
            (
                "services/gateway/tests/test_openapi.py",
                "services/gateway/tests/access/test_roles.py",
            ),
        ),
        Example(
            "service",
            6,
            (
                "tests/contracts/test_compose.py",
                "tests/contracts/test_readers.py",
                "tests/contracts/test_security_page.py",
            ),
            imports=True,
            own_folder="services/notify/",
        ),
    )
}


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree for all examples, each of which is taken out again."""
    copied = tmp_path_factory.mktemp("examples") / "tree"
    shutil.copytree(ROOT, copied, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
    return copied


@pytest.fixture(params=sorted(KINDS))
def example(request: pytest.FixtureRequest) -> Example:
    return KINDS[request.param]


@pytest.fixture
def applied(tree: Path, example: Example) -> Iterator[Path]:
    """The copy with the example applied and generated what follows from it; as it was afterwards."""
    run(tree, "git", "apply", "--whitespace=error", str(example.patch))
    shutil.copytree(tree / "libs/contracts/framewell", tree / "generated-before")
    before = {page: (tree / page).read_text(encoding="utf-8") for page in TABLES}
    try:
        if any(name.startswith("proto/") for name in example.files):
            run(tree, sys.executable, "infra/make/proto")
        run(tree, sys.executable, "infra/make/access")
        yield tree
    finally:
        shutil.rmtree(tree / "libs/contracts/framewell")
        (tree / "generated-before").rename(tree / "libs/contracts/framewell")
        for page, text in before.items():
            (tree / page).write_text(text, encoding="utf-8")
        run(tree, "git", "apply", "--reverse", str(example.patch))


def run(tree: Path, *command: str) -> None:
    """Run a command in the copy, whose packages come before the installed ones."""
    packages = [*tree.glob("libs/*"), *tree.glob("services/*"), tree / "infra/embedded", tree]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, packages)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "GIT_CEILING_DIRECTORIES": str(tree.parent),
        "FRAMEWELL_MODELS": os.environ.get("FRAMEWELL_MODELS", str(ROOT / ".framewell-models")),
    }
    ended = subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 0, f"{' '.join(command)}\n{ended.stdout}\n{ended.stderr}"


def test_an_example_touches_no_more_files_than_promised(example: Example) -> None:
    assert len(example.written) <= example.most_files, example.written


def test_the_guide_names_every_file_of_an_example_and_their_number(example: Example) -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    section = re.search(rf"^## Add an? {example.kind}\n(.*?)(?=^## |\Z)", guide, re.DOTALL | re.MULTILINE)
    assert section is not None, f"CONTRIBUTING.md has no section on adding a {example.kind}"
    assert not [name for name in example.written if f"`{name}`" not in section[1]]
    assert re.search(rf"^\| an? {example.kind} \| {len(example.written)} \|", guide, re.MULTILINE)


@pytest.mark.slow
def test_an_example_works(example: Example, applied: Path) -> None:
    assert example.own_tests, "an example has a test of its own"
    python = [name for name in example.files if name.endswith(".py")]
    run(applied, sys.executable, "-m", "ruff", "check", *python)
    run(applied, sys.executable, "-m", "ruff", "format", "--check", *python)
    if example.imports:
        run(applied, str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    chosen = ("-q", "-m", "not integration and not story", "--import-mode=importlib")
    run(applied, sys.executable, "-m", "pytest", *chosen, *example.own_tests, *example.tests)
