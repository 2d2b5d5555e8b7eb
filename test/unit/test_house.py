"""Rules of the house that no linter knows: names that belong together, and what files may say."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from inspect import getdoc
from pathlib import Path

import pytest
from xdsl.passes import ModulePass

from sdfg.universe import SDFG_UNIVERSE

ROOT = Path(__file__).parents[2]
LINES_PER_FILE = 400
PLACES_OF_ONE_MACHINE = re.compile(r"/(work|root|home/\w+)/|\b(find-links|extra-index-url)\b")

Factory = Callable[[], type[ModulePass]]


def repository_files() -> list[Path]:
    """Files under version control, or all Python and text files where git is absent."""
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    names = [name for name in listed.stdout.split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


@pytest.mark.parametrize(("name", "factory"), SDFG_UNIVERSE.all_passes.items())
def test_pass_has_one_name(name: str, factory: Factory):
    """Pass `sdfg-tile-maps` is `TileMapsPass` in `tile_maps.py`, tested by `tile-maps*.mlir`."""
    stem = name.removeprefix("sdfg-")
    assert stem != name, "passes begin with sdfg-"
    made = factory()
    assert made.name == name
    assert made.__name__ == "".join(part.capitalize() for part in stem.split("-")) + "Pass"
    assert made.__module__.startswith("sdfg.lowering.")
    assert made.__module__.rpartition(".")[2] == stem.replace("-", "_")
    assert list((ROOT / "test").rglob(f"{stem}*.mlir")), f"no lit test {stem}*.mlir"


@pytest.mark.parametrize(("name", "factory"), SDFG_UNIVERSE.all_passes.items())
def test_pass_explains_itself(name: str, factory: Factory):
    made = factory()
    text = getdoc(made) or ""
    assert text, f"{name} has no docstring"
    assert not text.startswith(f"{made.__name__}("), f"{name} has no docstring of its own"


@pytest.mark.parametrize("name", SDFG_UNIVERSE.all_targets)
def test_target_has_its_name(name: str):
    assert SDFG_UNIVERSE.all_targets[name]().name == name


def test_files_hold_one_idea():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in repository_files()
        if path.suffix == ".py" and (lines := len(path.read_text().splitlines())) > LINES_PER_FILE
    }
    assert not long


def test_no_file_names_this_machine():
    found: list[str] = []
    for path in repository_files():
        if path == Path(__file__) or path.is_symlink():
            continue
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), 1):
            if PLACES_OF_ONE_MACHINE.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert not found


@pytest.mark.parametrize("page", ["README.md", *(p.name for p in (ROOT / "docs").glob("*.md"))])
def test_links_of_pages_lead_somewhere(page: str):
    path = ROOT / page if page == "README.md" else ROOT / "docs" / page
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text())
    missing = [t for t in links if "://" not in t and not (path.parent / t).exists()]
    assert not missing


@pytest.mark.parametrize("group", ["console_scripts", "torch_dynamo_backends", "xdsl.universe"])
def test_entry_points_load(group: str):
    ours = [e for e in entry_points(group=group) if e.value.startswith("sdfg.")]
    assert ours
    for entry in ours:
        entry.load()


def test_lit_agrees_with_the_run_inside_pytest():
    """`lit` itself, with processes, passes a file that `test_lit.py` passes without."""
    file = "test/tools/sdfg-opt-diagnostics.mlir"
    command = [sys.executable, "-c", "from lit.main import main; main()", "-q", file]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(shutil.which("cmake") is None, reason="cmake is not installed")
def test_cmake_compiles_the_runtime_headers_alone(tmp_path: Path):
    """Each header, as C and as C++, without a warning: `CMakeLists.txt` says so."""
    for step in (
        ["-S", ROOT, "-B", tmp_path],
        ["--build", tmp_path, "--target", "runtime-headers"],
    ):
        done = subprocess.run(["cmake", *step], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
