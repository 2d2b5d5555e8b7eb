"""
The lit tests, run in this process: `sdfg-opt` and `filecheck` are called, not started.

A pipeline's commands run one after the other on bytes. A command that is not ours is a real
process; a line that needs more shell than pipes, `!`, `not` and redirections goes to bash as it is.
"""

import io
import os
import runpy
import shlex
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

FOLDER = Path(__file__).parent
NOT_TESTS = {"Output", "Inputs"}
OPERATORS = {"|", "<", ">", ">>", ">&", "&>"}


def sdfg_opt(arguments: list[str]) -> None:
    from sdfg.tools.sdfg_opt import main

    main(arguments)


def filecheck(arguments: list[str]) -> None:
    from filecheck.main import main

    main(["filecheck", *arguments])


TOOLS: dict[str, Callable[[list[str]], None]] = {"sdfg-opt": sdfg_opt, "filecheck": filecheck}


@dataclass(frozen=True)
class Outcome:
    """What a command left: exit code and both outputs."""

    code: int
    out: bytes
    err: bytes


@dataclass(frozen=True)
class Script:
    """The `RUN:` lines of one file, substituted, and the features it asks for."""

    lines: tuple[str, ...]
    requires: frozenset[str]

    @staticmethod
    def of(path: Path, scratch: Path) -> "Script":
        """Read `path`; `%t` and `%T` lie in `scratch`. A backslash at a line's end continues it."""
        text = path.read_text()
        joined = "\n".join(after("RUN:", text)).replace("\\\n", " ")
        values = {
            "%s": str(path),
            "%S": str(path.parent),
            "%t": str(scratch / f"{path.name}.tmp"),
            "%T": str(scratch),
            "%%": "%",
        }
        for mark, value in values.items():
            joined = joined.replace(mark, value)
        requires = (f.strip() for line in after("REQUIRES:", text) for f in line.split(","))
        return Script(tuple(joined.splitlines()), frozenset(requires))


def after(key: str, text: str) -> Iterator[str]:
    """What follows `key` in each comment that begins with it."""
    for line in text.splitlines():
        head, found, tail = line.partition(key)
        if found and not head.strip("/# "):
            yield tail.strip()


def in_process(name: str, arguments: list[str], stdin: bytes) -> Outcome:
    """Call the tool `name`. What escapes it is its traceback and exit code 1, as in a process."""
    out, err = io.BytesIO(), io.BytesIO()
    wrapped_out = io.TextIOWrapper(out, encoding="utf-8", write_through=True)
    wrapped_err = io.TextIOWrapper(err, encoding="utf-8", write_through=True)
    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    code = 0
    try:
        with redirect_stdout(wrapped_out), redirect_stderr(wrapped_err):
            try:
                TOOLS[name](arguments)
            except SystemExit as leaving:
                code = leaving.code if isinstance(leaving.code, int) else int(bool(leaving.code))
            except Exception:
                traceback.print_exc()
                code = 1
    finally:
        sys.stdin = before
    wrapped_out.flush()
    wrapped_err.flush()
    return Outcome(code, out.getvalue(), err.getvalue())


def run_command(words: list[str], stdin: bytes) -> Outcome:
    """Run one command of a pipeline, without its redirections."""
    if words[0] in ("not", "!"):
        inner = run_command(words[1:], stdin)
        return Outcome(int(inner.code == 0), inner.out, inner.err)
    # Turning verification off is for the whole process.
    if words[0] in TOOLS and "--disable-verify" not in words:
        return in_process(words[0], words[1:], stdin)
    done = subprocess.run(words, input=stdin, capture_output=True, timeout=300, check=False)
    return Outcome(done.returncode, done.stdout, done.stderr)


def run_redirected(words: list[str], stdin: bytes) -> Outcome:
    """Run one command; `< file`, `> file`, `>> file`, `2> file` and `2>&1` do what a shell does."""
    command: list[str] = []
    targets: list[tuple[str, str]] = []
    left = iter(words)
    for word in left:
        if word in ("<", ">", ">>", "2>", "2>>", "&>"):
            targets.append((word, next(left)))
        elif word == "2>&1":
            targets.append((word, ""))
        else:
            command.append(word)
    for kind, name in targets:
        if kind == "<":
            stdin = Path(name).read_bytes()
    outcome = run_command(command, stdin)
    code, out, err = outcome.code, outcome.out, outcome.err
    for kind, name in reversed(targets):  # `> file 2>&1`: the last redirection acts first
        if kind in ("2>&1", "&>"):
            out, err = out + err, b""
        if kind in (">", ">>", "&>"):
            write(name, out, append=kind == ">>")
            out = b""
        elif kind in ("2>", "2>>"):
            write(name, err, append=kind == "2>>")
            err = b""
    return Outcome(code, out, err)


def write(name: str, data: bytes, *, append: bool) -> None:
    with Path(name).open("ab" if append else "wb") as file:
        file.write(data)


def split(line: str) -> list[str] | None:
    """The words of a shell line, or None if it needs a real shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|;&<>()")
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    for word in lexer:
        if not set(word) - set(lexer.punctuation_chars) and word not in OPERATORS:
            return None
        if word in (">", ">>") and words and words[-1] == "2":
            words[-1] = "2" + word
        elif word == ">&" and words and words[-1] == "2":
            words[-1] = "2>&"
        elif words and words[-1] == "2>&":
            words[-1] += word
        else:
            words.append(word)
    return words


def run_line(line: str) -> Outcome:
    """Run one `RUN:` line; its code is that of the first command that failed."""
    words = split(line)
    if words is None:
        bash = ["bash", "-o", "pipefail", "-c", f'not() {{ ! "$@"; }}; {line}']
        done = subprocess.run(bash, capture_output=True, timeout=300, check=False)
        return Outcome(done.returncode, done.stdout, done.stderr)
    code, data, errors = 0, b"", b""
    for command in pipeline(words):
        outcome = run_redirected(command, data)
        code, data, errors = code or outcome.code, outcome.out, errors + outcome.err
    return Outcome(code, data, errors)


def pipeline(words: list[str]) -> Iterator[list[str]]:
    command: list[str] = []
    for word in words:
        if word == "|":
            yield command
            command = []
        else:
            command.append(word)
    yield command


@cache
def features() -> frozenset[str]:
    """What `lit.cfg.py` says this machine has."""
    config = SimpleNamespace(available_features=set[str](), environment=dict[str, str]())
    runpy.run_path(str(FOLDER.parent / "lit.cfg.py"), init_globals={"config": config})
    return frozenset(cast(Iterable[str], cast(Any, config).available_features))


def files() -> list[Path]:
    """Every lit test, sorted."""
    found = FOLDER.rglob("*.mlir")
    return sorted(p for p in found if not NOT_TESTS & set(p.relative_to(FOLDER).parts))


@pytest.mark.parametrize("path", files(), ids=lambda p: str(cast(Path, p).relative_to(FOLDER)))
def test_lit(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script.of(path, tmp_path)
    assert script.lines, "no RUN line"
    if missing := script.requires - features():
        pytest.skip(f"needs {', '.join(sorted(missing))}")
    monkeypatch.chdir(path.parent)
    tools = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    for line in script.lines:
        outcome = run_line(line)
        if outcome.code:
            pytest.fail(
                f"exit code {outcome.code} from\n  {line}\n"
                f"{outcome.err.decode(errors='replace')}{outcome.out.decode(errors='replace')}",
                pytrace=False,
            )
