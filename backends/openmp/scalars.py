"""`arith` and `math` as C: one table from operation to expression."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from xdsl.dialects import arith, math, vector
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, FloatAttr, IntegerAttr
from xdsl.dialects.utils import FastMathFlag
from xdsl.ir import Attribute, Operation

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import types as t
from sdfg.backends.openmp.comparisons import compare_floats
from sdfg.backends.openmp.types import computed, element, scalar_type
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.facts import NONPOSITIVE
from sdfg.dialect.remf import RemFOp

Operands = tuple[c.Expression, ...]


@dataclass(frozen=True)
class Kinds:
    """What a form may ask about the operation: the C types of its first operand and its result."""

    operand: t.Scalar
    result: t.Scalar


Form = Callable[[Operands, Kinds], c.Expression]


def operator(symbol: str) -> Form:
    return lambda x, _: c.Binary(symbol, x[0], x[1])


def runtime(name: str, *, unsigned: bool = False) -> Form:
    """A function of the runtime, with the type it works on as suffix."""

    def form(x: Operands, kinds: Kinds) -> c.Expression:
        kind = kinds.operand
        if kind is t.BOOL:
            return _ONE_BIT[f"u{name}" if unsigned else name](x)
        if not unsigned:
            return c.Call(c.Name(f"sdfg_{name}_{kind.short}"), x)
        return c.cast(
            kind, c.Call(c.Name(f"sdfg_{name}_u{kind.bits}"), tuple(_unsigned(a, kind) for a in x))
        )

    return form


def _both(x: Operands) -> c.Expression:
    return x[0] & x[1]


def _either(x: Operands) -> c.Expression:
    return x[0] | x[1]


def _same(x: Operands) -> c.Expression:
    return x[0]


def _nothing(x: Operands) -> c.Expression:
    return c.FALSE


def _not(x: Operands) -> c.Expression:
    return x[0].logical_not()


def _first_only(x: Operands) -> c.Expression:
    return x[0] & x[1].logical_not()


def _power(x: Operands) -> c.Expression:
    return x[0] | x[1].logical_not()


_ONE_BIT: Mapping[str, Callable[[Operands], c.Expression]] = {
    **dict.fromkeys(("max", "umin", "div", "udiv", "floordiv", "ceildiv", "uceildiv"), _both),
    **dict.fromkeys(("min", "umax"), _either),
    **dict.fromkeys(("shr", "abs", "ctpop"), _same),
    **dict.fromkeys(("rem", "urem"), _nothing),
    **dict.fromkeys(("ctlz", "cttz"), _not),
    **dict.fromkeys(("shl", "ushr"), _first_only),
    "pow": _power,
}
"""What the functions of integers come to on one bit, where the signed integers are 0 and -1."""


def library(name: str) -> Form:
    """A function of libm, with the suffix of its type."""

    def form(x: Operands, kinds: Kinds) -> c.Expression:
        return c.Call(c.Name(name + ("f" if kinds.operand is t.FLOAT else "")), x)

    return form


def builtin(name: str) -> Form:
    """A compiler builtin, which becomes an instruction where there is one."""
    return library(f"__builtin_{name}")


def integer(name: str, symbol: str) -> Form:
    """Wrapping arithmetic of the runtime."""

    def form(x: Operands, kinds: Kinds) -> c.Expression:
        if kinds.operand is t.BOOL:
            return x[0] & x[1] if symbol == "*" else x[0] ^ x[1]
        return c.Call(c.Name(f"sdfg_{name}_{kinds.operand.short}"), x)

    return form


def _unsigned(value: c.Expression, kind: t.Scalar) -> c.Expression:
    if kind is t.BOOL:
        return value
    return c.cast(t.Scalar(f"uint{kind.bits}_t", t.Kind.UNSIGNED, kind.bits, ""), value)


def convert(x: Operands, kinds: Kinds) -> c.Expression:
    """A conversion that C defines for all values: widening, integer to float, modulo 2^n."""
    return x[0] if kinds.operand is kinds.result else c.cast(kinds.result, x[0])


def sign_extend(x: Operands, kinds: Kinds) -> c.Expression:
    # The one bit of a signed 1-bit integer counts -1.
    return -c.cast(kinds.result, x[0]) if kinds.operand is t.BOOL else convert(x, kinds)


def zero_extend(x: Operands, kinds: Kinds) -> c.Expression:
    return c.cast(kinds.result, _unsigned(x[0], kinds.operand))


def truncate(x: Operands, kinds: Kinds) -> c.Expression:
    if kinds.result is t.BOOL:
        return c.Binary("!=", c.Binary("&", x[0], c.Integer(1)), c.Integer(0))
    return convert(x, kinds)


def from_float(prefix: str) -> Form:
    def form(x: Operands, kinds: Kinds) -> c.Expression:
        if kinds.result is t.BOOL:
            low = c.call(f"sdfg_i32_from_{kinds.operand.short}", x[0]) & 1
            return low.ne(0)
        name = f"sdfg_{prefix}{kinds.result.bits}_from_{kinds.operand.short}"
        return convert((c.call(name, x[0]),), Kinds(t.VOID, kinds.result))

    return form


def reinterpret(x: Operands, kinds: Kinds) -> c.Expression:
    """The same bits; `kinds` are those in memory. A 16-bit float is computed as a `float`."""
    stored, result = kinds.operand, kinds.result
    if stored is result:
        return x[0]
    if stored.kind is t.Kind.STORAGE:
        bits: c.Expression = c.call(f"sdfg_{stored.short}_from_f32", x[0])
    elif stored.kind is t.Kind.FLOAT:
        bits = c.call(f"sdfg_bits_of_{stored.short}", x[0])
    else:
        bits = _unsigned(x[0], stored)
    if result.kind is t.Kind.STORAGE:
        return c.call(f"sdfg_f32_from_{result.short}", bits)
    if result.kind is t.Kind.FLOAT:
        return c.call(f"sdfg_{result.short}_of_bits", bits)
    return c.cast(result, bits)


def fused(x: Operands, kinds: Kinds) -> c.Expression:
    name = "SDFG_FMA" if kinds.operand is t.FLOAT else "__builtin_fma"
    return c.Call(c.Name(name), x)


def reciprocal_root(x: Operands, kinds: Kinds) -> c.Expression:
    return c.Float(1.0, kinds.operand) / builtin("sqrt")(x, kinds)


def choose(x: Operands, _: Kinds) -> c.Expression:
    return c.Ternary(x[0], x[1], x[2])


def negate(x: Operands, _: Kinds) -> c.Expression:
    return -x[0]


def integer_power(x: Operands, kinds: Kinds) -> c.Expression:
    """A float to an integer power."""
    return library("pow")((x[0], c.cast(kinds.operand, x[1])), kinds)


FORMS: Mapping[type[Operation], Form] = {
    arith.AddfOp: operator("+"),
    arith.SubfOp: operator("-"),
    arith.MulfOp: operator("*"),
    arith.DivfOp: operator("/"),
    arith.NegfOp: negate,
    RemFOp: library("fmod"),
    arith.MaximumfOp: runtime("maximum"),
    arith.MinimumfOp: runtime("minimum"),
    arith.MaxnumfOp: runtime("maxnum"),
    arith.MinnumfOp: runtime("minnum"),
    arith.AddiOp: integer("add", "+"),
    arith.SubiOp: integer("sub", "-"),
    arith.MuliOp: integer("mul", "*"),
    arith.DivSIOp: runtime("div"),
    arith.DivUIOp: runtime("div", unsigned=True),
    arith.FloorDivSIOp: runtime("floordiv"),
    arith.CeilDivSIOp: runtime("ceildiv"),
    arith.CeilDivUIOp: runtime("ceildiv", unsigned=True),
    arith.RemSIOp: runtime("rem"),
    arith.RemUIOp: runtime("rem", unsigned=True),
    arith.AndIOp: operator("&"),
    arith.OrIOp: operator("|"),
    arith.XOrIOp: operator("^"),
    arith.ShLIOp: runtime("shl"),
    arith.ShRSIOp: runtime("shr"),
    arith.ShRUIOp: runtime("shr", unsigned=True),
    arith.MaxSIOp: runtime("max"),
    arith.MaxUIOp: runtime("max", unsigned=True),
    arith.MinSIOp: runtime("min"),
    arith.MinUIOp: runtime("min", unsigned=True),
    arith.SelectOp: choose,
    arith.ExtFOp: convert,
    arith.TruncFOp: convert,
    arith.ExtSIOp: sign_extend,
    arith.ExtUIOp: zero_extend,
    arith.TruncIOp: truncate,
    arith.SIToFPOp: sign_extend,
    arith.UIToFPOp: zero_extend,
    arith.FPToSIOp: from_float("i"),
    arith.FPToUIOp: from_float("u"),
    arith.IndexCastOp: truncate,
    math.AbsFOp: builtin("fabs"),
    math.AbsIOp: runtime("abs"),
    math.AcosOp: library("acos"),
    math.AcoshOp: library("acosh"),
    math.AsinOp: library("asin"),
    math.AsinhOp: library("asinh"),
    math.Atan2Op: library("atan2"),
    math.AtanOp: library("atan"),
    math.AtanhOp: library("atanh"),
    math.CbrtOp: library("cbrt"),
    math.CeilOp: builtin("ceil"),
    math.CopySignOp: builtin("copysign"),
    math.CosOp: library("cos"),
    math.CoshOp: library("cosh"),
    math.CountLeadingZerosOp: runtime("ctlz"),
    math.CountTrailingZerosOp: runtime("cttz"),
    math.CtPopOp: runtime("ctpop"),
    math.ErfOp: runtime("erf"),
    math.Exp2Op: library("exp2"),
    math.ExpM1Op: library("expm1"),
    math.ExpOp: runtime("exp"),
    math.FPowIOp: integer_power,
    math.FloorOp: builtin("floor"),
    math.FmaOp: fused,
    math.IPowIOp: runtime("pow"),
    math.Log10Op: library("log10"),
    math.Log1pOp: runtime("log1p"),
    math.Log2Op: library("log2"),
    math.LogOp: runtime("log"),
    math.PowFOp: runtime("pow"),
    math.RoundEvenOp: runtime("roundeven"),
    math.RoundOp: builtin("round"),
    math.RsqrtOp: reciprocal_root,
    math.SinOp: library("sin"),
    math.SinhOp: library("sinh"),
    math.SqrtOp: builtin("sqrt"),
    math.TanOp: library("tan"),
    math.TanhOp: runtime("tanh"),
    math.TruncOp: builtin("trunc"),
}

VECTOR_OPERATORS = (
    *(arith.AddfOp, arith.SubfOp, arith.MulfOp, arith.DivfOp, arith.NegfOp),
    *(arith.AndIOp, arith.OrIOp, arith.XOrIOp),
)
"""What C's vector types know as operators."""

_VECTOR_FUNCTIONS: Mapping[type[Operation], str] = {
    math.FmaOp: "fma",
    vector.FMAOp: "fma",
    arith.MaximumfOp: "maximum",
    arith.MinimumfOp: "minimum",
    arith.MaxnumfOp: "maxnum",
    arith.MinnumfOp: "minnum",
}
"""What the runtime has for vectors; all else is done lane by lane."""


def vector_form(op: Operation, operands: Operands, kind: t.Vector) -> c.Expression | None:
    """`op` on whole vectors of type `kind`, if the runtime has a function for it."""
    name = _VECTOR_FUNCTIONS.get(type(op))
    if name is None or (isinstance(op, arith.MaximumfOp) and _without_nan(op)):
        return None  # the larger number of a lane is one instruction, with masks two
    return c.call(f"sdfg_{name}_{kind.name}", *known_first(op, operands))


def _without_nan(op: arith.MaximumfOp) -> bool:
    return FastMathFlag.NO_NANS in op.fastmath.data


def known_first(op: Operation, operands: Operands) -> Operands:
    """
    The operands of `op` in the order of the runtime's functions. In maxima and minima, what is
    known comes first: only the first one is asked whether it is NaN.
    """
    is_choice = isinstance(op, arith.MaximumfOp | arith.MinimumfOp)
    return operands[::-1] if is_choice and isinstance(op.rhs.owner, arith.ConstantOp) else operands


_SIGNED_COMPARISONS = {0: "==", 1: "!=", 2: "<", 3: "<=", 4: ">", 5: ">="}


def compare_integers(op: arith.CmpiOp, x: Operands, kinds: Kinds) -> c.Expression:
    predicate = op.predicate.value.data
    if predicate < 6:
        if kinds.operand is t.BOOL and predicate > 1:
            x = tuple(-c.cast(t.INT, a) for a in x)
        return c.Binary(_SIGNED_COMPARISONS[predicate], x[0], x[1])
    a, b = (_unsigned(v, kinds.operand) for v in x)
    return c.Binary(_SIGNED_COMPARISONS[predicate - 4], a, b)


def literal(op: arith.ConstantOp) -> c.Expression:
    """The value of a scalar constant, or of a vector constant whose lanes are equal."""
    value: Attribute = op.value
    if isinstance(value, DenseIntOrFPElementsAttr):
        # By their text: NaN differs from itself, and 0.0 equals -0.0.
        if len({repr(n) for n in cast(Any, value).get_values()}) > 1:
            fail(op, "is a vector of different numbers, which has no form in C here")
        return numbers(value, op)[0]
    if not isinstance(value, IntegerAttr | FloatAttr):
        fail(op, f"has the value {value}, which has no form in C here")
    return number(cast(Any, value).value.data, computed(scalar_type(op.result.type, op)))


def numbers(value: DenseIntOrFPElementsAttr, op: Operation) -> list[c.Expression]:
    """The elements of a constant as literals; a 16-bit float is the number that it computes as."""
    kind = computed(scalar_type(value.get_element_type(), op))
    return [number(n, kind) for n in cast(Any, value).get_values()]


def number(value: float, kind: t.Scalar) -> c.Expression:
    """A literal. Integers that `int` can hold are written plainly."""
    if kind.kind is t.Kind.FLOAT:
        return c.Float(float(value), kind)
    if kind is t.BOOL:
        return c.Integer(int(bool(value)), kind)
    wrapped = (int(value) + 2 ** (kind.bits - 1)) % 2**kind.bits - 2 ** (kind.bits - 1)
    return c.Integer(wrapped, kind if kind is not t.INT64 else t.INT)


def scalar_form(op: Operation, operands: Operands) -> c.Expression:
    """`op` on scalar operands. An operation without a form stops compilation, by name."""
    first = op.operands[-1 if isinstance(op, arith.SelectOp) else 0].type
    kinds = Kinds(
        computed(scalar_type(element(first), op)),
        computed(scalar_type(element(op.results[0].type), op)),
    )
    match op:
        case arith.BitcastOp():
            types = (op.operands[0].type, op.results[0].type)
            return reinterpret(operands, Kinds(*(scalar_type(element(t), op) for t in types)))
        case arith.CmpiOp():
            return compare_integers(op, operands, kinds)
        case arith.CmpfOp():
            return compare_floats(op, operands)
        case arith.MaximumfOp() if _without_nan(op):
            return runtime("larger")(operands, kinds)
        case math.ExpOp() if NONPOSITIVE in op.attributes:
            return runtime("exp_nonpositive")(operands, kinds)
        case _ if (form := FORMS.get(type(op))) is not None:
            return form(known_first(op, operands), kinds)
        case _:
            fail(op, "has no form in C", hint="lower it before emission")
