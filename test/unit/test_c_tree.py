"""The C tree prints exactly the tree that was built, and compilers agree without a warning."""

import math
import random
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from sdfg.backends.c_tree import expressions as e
from sdfg.backends.c_tree import files as f
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.c_tree.names import Scope, identifier
from sdfg.backends.c_tree.printer import print_expression, print_file, print_statement

A, B, C, D, P = e.names("a b c d p")
COMPILERS = [name for name in ("gcc", "clang") if shutil.which(name)]


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (A + B * C, "a + b * c"),
        ((A + B) * C, "(a + b) * c"),
        (A - (B - C), "a - (b - c)"),
        (A - B - C, "a - b - c"),
        (A + (B + C), "a + (b + c)"),
        (A * (B / C), "a * (b / c)"),
        (A - -B, "a - -b"),
        (-(-A), "-(-a)"),
        (A - e.integer(-5), "a - -5"),
        (-e.integer(-5), "-(-5)"),
        (e.integer(-5)[A], "(-5)[a]"),
        (~~A, "~~a"),
        (A.address().dereference(), "*&a"),
        ((A + B) << C, "(a + b) << c"),
        ((A & B).eq(C), "(a & b) == c"),
        ((A & B) | C, "(a & b) | c"),
        (A & B & C, "a & b & c"),
        (A.lt(B).eq(C), "(a < b) == c"),
        (A.lt(B).logical_and(C.ge(D)), "a < b && c >= d"),
        (A.logical_and(B).logical_or(C), "(a && b) || c"),
        (A.eq(B).logical_not(), "!(a == b)"),
        (A.logical_not() & B, "(!a) & b"),
        (e.Ternary(A.lt(B), A, B + C), "a < b ? a : b + c"),
        (e.Ternary(A, B, e.Ternary(C, D, A)) + B, "(a ? b : (c ? d : a)) + b"),
        (e.cast(t.FLOAT, A + B) * C, "(float)(a + b) * c"),
        (e.cast(t.pointer(t.FLOAT), P)[A * 4 + 1], "((float *)p)[a * 4 + 1]"),
        (P.arrow("x").member("y")[2 - A], "p->x.y[2 - a]"),
        (P.dereference().member("x"), "(*p).x"),
        (e.call("f", A + 1, 2), "f(a + 1, 2)"),
        (e.SizeOf(t.pointer(t.const(t.FLOAT))), "sizeof(const float *)"),
        (e.Compound(t.Vector(t.FLOAT, 8), (A,)), "(f32x8){a}"),
        (e.load(t.Vector(t.FLOAT, 8), P[A].address()), "*(const f32x8_u *)&p[a]"),
        (e.total((A, B, C)), "a + b + c"),
        (e.String('a"\\\n\u00e9??1'), r'"a\"\\\n\303\251\?\?1"'),
    ],
)
def test_expression(tree: e.Expression, text: str) -> None:
    assert print_expression(tree) == text


@pytest.mark.parametrize(
    ("value", "ctype", "text"),
    [
        (7, t.INT, "7"),
        (-(2**31), t.INT, "INT32_MIN"),
        (2**31, t.INT, "INT64_C(2147483648)"),
        (-(2**63), t.INT, "INT64_MIN"),
        (-3, t.INT64, "-INT64_C(3)"),
        (2**64 - 1, t.UINT64, "UINT64_C(18446744073709551615)"),
        (2**32 - 1, t.UINT32, "4294967295U"),
        (-128, t.INT8, "-128"),
        (1, t.BOOL, "true"),
    ],
)
def test_integer_literal(value: int, ctype: t.Scalar, text: str) -> None:
    assert print_expression(e.integer(value, ctype)) == text


@pytest.mark.parametrize(
    ("value", "ctype"), [(128, t.INT8), (-1, t.UINT32), (2**63, t.INT64), (2, t.BOOL), (1, t.FLOAT)]
)
def test_integer_that_does_not_fit(value: int, ctype: t.Scalar) -> None:
    with pytest.raises(ValueError, match="value of"):
        print_expression(e.integer(value, ctype))


@pytest.mark.parametrize(
    ("value", "ctype", "text"),
    [
        (1e-9, t.FLOAT, "1e-9f"),
        (0.1, t.FLOAT, "0.1f"),
        (0.1, t.DOUBLE, "0.1"),
        (1 / 3, t.DOUBLE, "0.3333333333333333"),
        (-0.0, t.FLOAT, "-0.0f"),
        (3, t.FLOAT, "3.0f"),
        (1e20, t.FLOAT, "1e20f"),
        (1e300, t.FLOAT, "INFINITY"),
        (-math.inf, t.DOUBLE, "-INFINITY"),
        (math.nan, t.FLOAT, "NAN"),
    ],
)
def test_float_literal(value: float, ctype: t.Scalar, text: str) -> None:
    assert print_expression(e.floating(value, ctype)) == text


@pytest.mark.parametrize("seed", range(3))
def test_float_literals_are_exact(seed: int) -> None:
    bits = np.random.default_rng(seed).integers(0, 2**32, 500, dtype=np.uint32)
    for value in bits.view(np.float32)[np.isfinite(bits.view(np.float32))]:
        text = print_expression(e.floating(float(value)))
        assert np.float32(text.removesuffix("f")).tobytes() == value.tobytes(), text


@pytest.mark.parametrize(
    ("ctype", "text"),
    [
        (t.pointer(t.const(t.FLOAT), restrict=True), "const float *restrict x"),
        (t.const(t.pointer(t.FLOAT)), "float *const x"),
        (t.const(t.pointer(t.FLOAT, restrict=True)), "float *const restrict x"),
        (t.Array(t.Array(t.const(t.INT8), 3), A * 2), "const int8_t x[a * 2][3]"),
        (t.pointer(t.Array(t.FLOAT, A)), "float (*x)[a]"),
        (t.Array(t.pointer(t.FLOAT), 4), "float *x[4]"),
        (t.pointer(t.pointer(t.Named("main_context"))), "main_context **x"),
        (t.Array(t.FLOAT, None), "float x[]"),
    ],
)
def test_declarator(ctype: t.CType, text: str) -> None:
    assert print_statement(s.Declare(ctype, "x")) == f"{text};"


def test_statements() -> None:
    i = e.name("i")
    inner = s.If(A.lt(0), (s.Assign(A, B, "<<"),), (s.If(B, (s.Break(),), (s.Continue(),)),))
    tree = s.For(
        "i",
        0,
        A,
        e.integer(4),
        (
            s.Comment("layer */ one"),
            s.Pragma("omp simd", (s.Clause("reduction", (e.name("sum"),), "+"),)),
            s.For("j", i - 1, 0, e.integer(-1), (s.Assign(P[i], e.floating(0.5)),)),
            inner,
            s.While(C.ne(D), (s.Block((s.Return(),)),)),
        ),
    )
    assert print_statement(tree) == (
        """\
for (int64_t i = 0; i < a; i += 4) {
    /* layer * / one */
    #pragma omp simd reduction(+ : sum)
    for (int64_t j = i - 1; j >= 0; --j) {
        p[i] = 0.5f;
    }
    if (a < 0) {
        a <<= b;
    } else if (b) {
        break;
    } else {
        continue;
    }
    while (c != d) {
        {
            return;
        }
    }
}"""
    )


def test_long_lines_are_broken_at_the_outermost_place() -> None:
    terms = [e.call("function", *e.names(f"first{n} second{n} third{n}")) for n in range(8)]
    text = print_statement(s.Assign(A, e.total(terms)))
    assert all(len(line) <= 100 for line in text.splitlines())
    assert all(re.match(r" {8}\+ function", line) for line in text.splitlines()[1:])
    assert " ".join(text.split()) == f"a = {print_expression(e.total(terms))};"


def test_long_pragmas_continue() -> None:
    clause = s.Clause("shared", e.names(" ".join(f"container{n}" for n in range(6))))
    lines = print_statement(s.Pragma("omp parallel for", (clause,) * 2)).splitlines()
    assert [line.endswith(" \\") for line in lines] == [True] * (len(lines) - 1) + [False]
    assert len(lines) > 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("/model/layer.0/Conv_output", "model_layer_0_Conv_output"),
        ("input:0", "input_0"),
        ("0", "_0"),
        ("float", "float_"),
        ("E", "E_"),
        ("I", "I_"),
        ("pi", "pi"),
        ("expf", "expf_"),
        ("__x", "x"),
        ("", "unnamed"),
        ("\u00e9", "unnamed"),
        ("main", "main_"),
    ],
)
def test_identifier(text: str, name: str) -> None:
    assert identifier(text) == name


def test_stems_and_what_is_made_of_them_are_new() -> None:
    """Parts `w_0` and `w_1` must not hide a parameter that happens to be called `w_1`."""
    scope = Scope(frozenset({"w_1"}))
    assert scope.unique_stem("w", ["_0", "_1"]) == "w_2"
    assert scope.unique("w_2_0") == "w_2_0_2"
    assert scope.unique("w") == "w"


def test_scopes_keep_names_apart() -> None:
    outer = Scope()
    assert [outer.unique(x) for x in ("a.b", "a_b", "c")] == ["a_b", "a_b_2", "c"]
    inner = outer.inner()
    assert inner.unique("c") == "c_2"
    assert outer.unique("c") == "c_2"


def _random_tree(random_: random.Random, depth: int) -> e.Expression:
    if depth == 0:
        return random_.choice([A, B, C, D, e.integer(random_.randint(-9, 9))])
    left, right = (_random_tree(random_, depth - 1) for _ in range(2))
    match random_.randint(0, 9):
        case 0:
            return e.Unary(random_.choice("-~!"), left)
        case 1:
            return e.Ternary(left, right, _random_tree(random_, depth - 1))
        case 2:
            return e.cast(t.INT32, left)
        case _:
            safe = sorted(e.BINARY_OPERATORS - {"/", "%", "<<", ">>"})
            return e.Binary(random_.choice(safe), left, right)


def _value(tree: e.Expression, names: dict[str, int]) -> int:
    """The value in wrapping 32-bit arithmetic, straight from the tree."""

    def wrap(number: int) -> int:
        return (number + 2**31) % 2**32 - 2**31

    match tree:
        case e.Name(name=name):
            return names[name]
        case e.Integer(value=value):
            return value
        case e.Cast(value=inner):
            return _value(inner, names)
        case e.Unary(operator=operator, value=inner):
            v = _value(inner, names)
            return wrap({"-": -v, "~": ~v, "!": int(not v)}[operator])
        case e.Ternary(condition=c, then=x, otherwise=y):
            return _value(x if _value(c, names) else y, names)
        case e.Binary(operator=operator, left=left, right=right):
            x, y = _value(left, names), _value(right, names)
            python = {"&&": "bool(x) and bool(y)", "||": "bool(x) or bool(y)"}
            return wrap(int(eval(python.get(operator, f"x {operator} y"), {"x": x, "y": y})))
        case _:
            raise AssertionError(tree)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_compilers_read_the_same_tree(compiler: str, tmp_path: Path) -> None:
    random_ = random.Random(7)
    trees = [_random_tree(random_, 4) for _ in range(120)]
    names = {name: random_.randint(-100, 100) for name in "abcd"}
    variables = tuple(
        s.Declare(t.Qualified(t.INT, "volatile"), name, e.integer(value))
        for name, value in names.items()
    )
    prints = tuple(
        s.Evaluate(e.call("printf", e.String("%d\n"), e.cast(t.INT, tree))) for tree in trees
    )
    main = f.Function("main", t.INT, (), (*variables, *prints, s.Return(e.integer(0))))
    source = f.SourceFile((f.Include("stdio.h"), f.Include("stdint.h"), main))
    (tmp_path / "t.c").write_text(print_file(source))
    warnings = ["-Werror=parentheses", "-Werror=logical-not-parentheses", "-fwrapv"]
    command = [compiler, *warnings, "t.c", "-o", "t"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    output = subprocess.run(["./t"], cwd=tmp_path, capture_output=True, text=True, check=True)
    for tree, printed in zip(trees, output.stdout.split(), strict=True):
        assert int(printed) == _value(tree, names), print_expression(tree)


@pytest.mark.parametrize("compiler", [*COMPILERS, "g++", "clang++"])
def test_header_and_source_compile(compiler: str, tmp_path: Path) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    vector = t.Vector(t.FLOAT, 4)
    x, y, n = e.names("x y n")
    function = f.Function(
        "scale",
        t.VOID,
        (
            f.Parameter("n", t.INT64),
            f.Parameter("x", t.pointer(t.const(t.FLOAT))),
            f.Parameter("y", t.pointer(t.FLOAT)),
        ),
        (
            s.Declare(t.const(vector), "factor", e.splat(vector, e.floating(1e-9))),
            s.For(
                "i",
                0,
                n,
                vector.lanes,
                (
                    s.Assign(
                        e.lvalue(vector, y + e.name("i")),
                        e.load(vector, x + e.name("i")) * e.name("factor"),
                    ),
                ),
            ),
        ),
        comment="y = 1e-9 x\nfor n a multiple of 4",
    )
    struct = f.Struct("scale_context", (f.Field("message", t.Array(t.CHAR, 256), "last error"),))
    header = f.HeaderFile(
        "SCALE_H",
        (f.FileComment("Scales."), f.Include("stdint.h"), struct, function.declaration),
    )
    source = f.SourceFile((f.Include("scale.h", system=False), f.VectorTypedef(vector), function))
    (tmp_path / "scale.h").write_text(print_file(header))
    (tmp_path / "scale.c").write_text(print_file(source))
    (tmp_path / "use.c").write_text('#include "scale.h"\n#include "scale.h"\n')
    files = ["use.c"] if compiler.endswith("++") else ["use.c", "scale.c"]
    flags = ["-Wall", "-Wextra", "-Werror", "-Wno-deprecated"]
    command = [compiler, *flags, "-c", *files]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert print_file(source) == print_file(source)
    assert "const f32x4 factor = 1e-9f - (f32x4){0};" in print_file(source)
