"""The runner of lit tests must fail where lit would: it is a test's only judge."""

from pathlib import Path

import pytest
from test_lit import Script, run_line, split


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.mlir"
    path.write_text("// CHECK: func.func @f\n// WRONG: func.func @g\nfunc.func private @f()\n")
    path.write_text(path.read_text().replace("private @f()", "@f() {\n  func.return\n}"))
    return path


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("sdfg-opt {p} | filecheck {p}", 0),
        ("sdfg-opt {p} | sdfg-opt | filecheck {p}", 0),
        ("sdfg-opt {p} | filecheck {p} --check-prefix=WRONG", 1),
        ("sdfg-opt {p} | not filecheck {p} --check-prefix=WRONG", 0),
        ("sdfg-opt {p} | ! filecheck {p} --check-prefix=WRONG", 0),
        ("sdfg-opt {p} > {t} && filecheck {p} < {t}", 0),
        ("sdfg-opt {p} && filecheck {p} --check-prefix=WRONG < {p}.none", 1),
        ("sdfg-opt {p}.none | cat", 1),
        ("not sdfg-opt {p}.none 2>&1 | grep 'no such'", 1),
        ("not sdfg-opt {p}.none 2>&1 | grep 'No such'", 0),
        ("not sdfg-opt {p}.none | grep 'No such'", 1),
        ("sdfg-opt {p} --verify-diagnostics -p no-pass", 2),
        ("cat {p} | sdfg-opt | filecheck {p}", 0),
        ("for k in 1 2; do test $k = 1; done", 1),
        ("false; true", 0),
        ("true && not false", 0),
        ("no-such-program-anywhere {p}; exit 3", 3),
    ],
)
def test_codes_are_those_of_a_shell(line: str, code: int, program: Path):
    assert run_line(line.format(p=program, t=f"{program}.tmp")).code == code


def test_output_goes_where_it_is_sent(program: Path):
    target = program.with_name("out")
    assert run_line(f"sdfg-opt {program} > {target} 2>&1").out == b""
    assert "func.func @f" in target.read_text()
    assert run_line(f"sdfg-opt {program}.none 2> {target}").err == b""
    assert target.read_text().startswith("error: ")


def test_words_keep_their_quotes():
    assert split("sdfg-opt x -p 'a{b=1 c=2}' 2>&1 | filecheck x") == [
        *("sdfg-opt", "x", "-p", "a{b=1 c=2}", "2>&1"),
        *("|", "filecheck", "x"),
    ]
    assert split("a && b") is None
    assert split("a; b") is None


def test_lines_are_joined_and_substituted(tmp_path: Path):
    path = tmp_path / "x.mlir"
    path.write_text("// RUN: sdfg-opt %s \\\n// RUN:   -o %t\n// REQUIRES: clang, cc\nRUN: no\n")
    script = Script.of(path, Path("/scratch"))
    assert [line.split() for line in script.lines] == [
        ["sdfg-opt", str(path), "-o", "/scratch/x.mlir.tmp"],
        ["no"],
    ]
    assert script.requires == {"clang", "cc"}
