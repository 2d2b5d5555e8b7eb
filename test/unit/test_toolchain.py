"""Compiling: the result, the cache, and everything that can go wrong."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sdfg.backends.openmp.cache import Cache, default_cache_folder
from sdfg.backends.openmp.compiler import find_compiler
from sdfg.backends.openmp.machine import MachineFacts, detect_machine
from sdfg.backends.openmp.toolchain import (
    Options,
    Program,
    compile_library,
    compile_program,
    copy_artifact,
    runtime_headers,
)
from sdfg.dialect.diagnostics import SDFGError

PARTS = {
    "sum.c": '#include "parts.h"\nint sum(int n) { return n == 0 ? 0 : term(n) + sum(n - 1); }\n',
    "term.c": '#include "parts.h"\nint term(int n) { return n * n; }\n',
}
HEADERS = {"parts.h": "int sum(int n);\nint term(int n);\n"}
PROGRAM = Program("parts", PARTS, HEADERS)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def everything(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_units_are_compiled_linked_and_cached(cache: Cache) -> None:
    built = compile_library(PROGRAM, cache=cache)
    assert not built.cached
    assert built.warnings == ()
    assert built.log.count("$ ") == 3
    assert ctypes.CDLL(str(built.path)).sum(4) == 30
    again = compile_library(PROGRAM, cache=cache)
    assert again.cached
    assert (again.path, again.log) == (built.path, built.log)
    assert not [name for name in everything(cache.folder) if name.endswith(".o")]


def test_equal_programs_give_equal_bytes(tmp_path: Path) -> None:
    one, two = (compile_library(PROGRAM, cache=Cache(tmp_path / name)) for name in "ab")
    assert one.path.read_bytes() == two.path.read_bytes()


@pytest.mark.parametrize(
    "other",
    [
        Program("other", PARTS, HEADERS),
        Program("parts", {**PARTS, "sum.c": PARTS["sum.c"] + "\n"}, HEADERS),
        Program("parts", PARTS, {"parts.h": HEADERS["parts.h"] + "\n"}),
    ],
)
def test_other_programs_are_other_entries(cache: Cache, other: Program) -> None:
    assert compile_library(PROGRAM, cache=cache).path != compile_library(other, cache=cache).path


def test_other_options_are_other_entries(cache: Cache) -> None:
    options = [Options(), Options(optimize=1), Options(fast_math=True), Options(native=False)]
    built = [compile_library(PROGRAM, each, cache=cache) for each in options]
    assert len({each.path for each in built}) == len(options)
    assert not any(each.warnings for each in built)
    assert "-ffp-contract=off" in built[0].log
    assert "-ffp-contract=fast" in built[2].log


def test_entry_that_lost_its_library_is_compiled_again(cache: Cache) -> None:
    built = compile_library(PROGRAM, cache=cache)
    built.path.unlink()
    again = compile_library(PROGRAM, cache=cache)
    assert not again.cached
    assert again.path.exists()


def test_warnings_are_reported(cache: Cache) -> None:
    built = compile_library(
        Program("w", {"w.c": "static int unused(void) { return 1; }\n"}), cache=cache
    )
    assert "unused" in built.warnings[0]


def test_failure_keeps_the_command_and_the_log(cache: Cache) -> None:
    broken = Program("broken", {**PARTS, "zz.c": "int zz(void) { return nowhere; }\n"}, HEADERS)
    with pytest.raises(SDFGError, match="failed"):
        compile_library(broken, cache=cache)
    # The second failure replaces what the first one left.
    with pytest.raises(SDFGError, match=r"failed with status 1: .*zz\.c") as caught:
        compile_library(broken, cache=cache, jobs=1)
    message = str(caught.value)
    assert "nowhere" in message
    assert "hint:" in message
    log = Path(next(line for line in message.splitlines() if line.startswith("log: "))[5:])
    assert "-c zz.c -o zz.c.o" in log.read_text()
    assert "nowhere" in log.read_text()
    assert (log.parent / "zz.c").read_text() == broken.sources["zz.c"]
    assert not list((cache.folder / "unfinished").iterdir())


def test_missing_function_is_found_when_linking(cache: Cache) -> None:
    source = "int f(int x);\nint g(int x);\nint f(int x) { return g(x); }\n"
    with pytest.raises(SDFGError, match=r"failed .*-shared"):
        compile_library(Program("f", {"f.c": source}), cache=cache)


def test_no_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cache: Cache) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SDFGError, match="no C compiler found: 'gcc' is not on the PATH") as caught:
        compile_library(PROGRAM, cache=cache)
    assert "hint: install gcc or clang" in str(caught.value)
    assert not cache.folder.exists()


@pytest.mark.parametrize("command", ["no-such-compiler", "true", "false", 'unbalanced "'])
def test_cc_that_is_no_compiler(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("CC", command)
    with pytest.raises(SDFGError, match="CC does not name a C compiler"):
        find_compiler()


def test_cc_may_have_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "gcc -DEXTRA=7")
    compiler = find_compiler()
    assert compiler.family == "gcc"
    assert compiler.macros["EXTRA"] == "7"
    monkeypatch.setenv("CC", "gcc")
    assert find_compiler().identity != compiler.identity


def test_compiler_that_vanishes(cache: Cache, tmp_path: Path) -> None:
    wrapper = tmp_path / "cc-wrapper"
    wrapper.write_text('#!/bin/sh\nexec gcc "$@"\n')
    wrapper.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CC", str(wrapper))
        compiler = find_compiler()
    wrapper.unlink()
    with pytest.raises(SDFGError, match="failed with status 127"):
        compile_library(PROGRAM, compiler=compiler, cache=cache)


def test_cache_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SDFG_CACHE_DIR", str(tmp_path / "file" / "cache"))
    with pytest.raises(SDFGError, match="is not writable") as caught:
        compile_library(PROGRAM)
    assert "hint: set SDFG_CACHE_DIR" in str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_disk_that_is_full(cache: Cache) -> None:
    def fill() -> None:
        with cache.workspace() as work:
            (work / "full").symlink_to("/dev/full")
            (work / "full").write_text("text")

    with pytest.raises(SDFGError, match="is full\nhint: free some space"):
        fill()
    assert everything(cache.folder) == []


def test_default_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SDFG_CACHE_DIR", str(tmp_path))
    assert default_cache_folder() == tmp_path
    monkeypatch.delenv("SDFG_CACHE_DIR")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache_folder() == tmp_path / "sdfg"


SCRIPT = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
from sdfg.backends.openmp.toolchain import Program, compile_library
program = Program("slow", {{"slow.c": {text!r}}})
print(compile_library(program).path, flush=True)
"""


def _start(tmp_path: Path, text: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "SDFG_CACHE_DIR": str(tmp_path / "cache")}
    script = SCRIPT.format(text=text)
    return subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_processes_at_once_share_an_entry(tmp_path: Path) -> None:
    text = "".join(f"int f{n}(int x);\nint f{n}(int x) {{ return x * {n}; }}\n" for n in range(300))
    processes = [_start(tmp_path, text) for _ in range(4)]
    outputs = [process.communicate(timeout=120) for process in processes]
    paths = {out.strip() for out, _ in outputs}
    assert len(paths) == 1, outputs
    assert ctypes.CDLL(paths.pop()).f7(6) == 42
    assert not list((tmp_path / "cache" / "unfinished").iterdir())


def test_interruption_leaves_nothing(tmp_path: Path) -> None:
    # Compiling this takes long: the compiler counts through nested macros.
    levels = "".join(f"#define M{n} M{n - 1} M{n - 1} M{n - 1} M{n - 1}\n" for n in range(1, 13))
    text = f"#define M0 x += x * 3;\n{levels}int f(int x);\nint f(int x) {{ M12 return x; }}\n"
    process = _start(tmp_path, text)
    unfinished = tmp_path / "cache" / "unfinished"
    _wait_for(lambda: unfinished.exists() and any(unfinished.glob("*/slow.c")))
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in errors
    assert everything(tmp_path / "cache") == []


@pytest.mark.parametrize("name", ["gcc", "clang"])
def test_runtime_headers_are_clean(
    name: str, monkeypatch: pytest.MonkeyPatch, cache: Cache
) -> None:
    """Each header by itself, unused, without a warning."""
    monkeypatch.setenv("CC", name)
    try:
        compiler = find_compiler()
    except SDFGError as error:
        pytest.skip(str(error))
    sources = {f"{header}.c": f'#include "{header}"\n' for header in runtime_headers()}
    assert "sdfg_runtime.h" in runtime_headers()
    built = compile_library(
        Program("headers", sources),
        Options(optimize=0, extra=("-Wpedantic", "-Wshadow")),
        compiler=compiler,
        cache=cache,
    )
    assert built.warnings == ()


def test_program_under_sanitizers(cache: Cache) -> None:
    text = "int main(int argc, char **argv) {{ int a[2] = {{1, 2}}; (void)argv; return a[{}]; }}\n"
    good, bad = (
        compile_program(
            Program("p", {"p.c": text.format(index)}), Options(sanitize=True), cache=cache
        )
        for index in ("argc - 1", "argc + 1")
    )
    assert subprocess.run([good.path], capture_output=True, check=False).returncode == 1
    failed = subprocess.run([bad.path], capture_output=True, check=False, text=True)
    assert "out of bounds" in failed.stderr


def test_copy_is_complete_or_absent(cache: Cache, tmp_path: Path) -> None:
    built = compile_library(PROGRAM, cache=cache)
    copy_artifact(built, tmp_path / "here.so")
    assert (tmp_path / "here.so").read_bytes() == built.path.read_bytes()
    with pytest.raises(SDFGError, match="cannot be written"):
        copy_artifact(built, tmp_path / "here.so" / "there.so")


def test_machine_facts() -> None:
    facts = detect_machine(find_compiler())
    assert isinstance(facts, MachineFacts)
    assert facts.cores >= 1
    assert facts.vector_bytes in (4, 16, 32, 64)
    assert facts.vector_registers in (16, 32, 64)
    assert facts.cache_line_bytes in (32, 64, 128)
    assert 0 <= facts.l1_bytes <= facts.l2_bytes or facts.l2_bytes == 0
