"""The interface of a mapped program, for those who call the compiled library."""

from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, StringAttr
from xdsl.ir import Attribute
from xdsl.utils.hints import isa

from sdfg.backends.runtime_interface import Interface, Value
from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.types import ArrayType

INPUT_ORDER = "input_order"
"""
Attribute of a program: the names of all inputs in the order of the model, symbols that the model
takes as inputs among them. Without it, such symbols come behind the containers.
"""

LATE = "late_symbols"
"""
Attribute of a program: symbols whose values data decides, sizes of results. The program writes them
into its last container, and stops with an error where the caller's guesses differ.
"""

ELEMENT_TYPES = "element_types"
"""
Attribute of a program: by the name of a container, the type that its elements have for the caller,
as interfaces call it. The IR has integers without a sign, and stores what is narrower than a byte,
and floats of 8 bits, as integers of 8 bits.
"""

DTYPES = {
    **{"i1": "bool", "f16": "float16", "bf16": "bfloat16", "f32": "float32", "f64": "float64"},
    **{f"{sign}i{bits}": f"int{bits}" for sign in ("", "s") for bits in (8, 16, 32, 64)},
    **{f"ui{bits}": f"uint{bits}" for bits in (8, 16, 32, 64)},
    "index": "int64",
}
"""Types of elements in the IR, and as interfaces call them."""


def interface_of(program: SdfgOp, prefix: str, library: str, weights: str | None) -> Interface:
    """
    How to call what `program` is compiled to.

    Inputs are the containers with the role `in` or `inout`, and the symbols that the shapes of
    those do not decide; outputs are those with the role `out`. A container that has no form in the
    ABI stops compilation.
    """
    values = [
        (role, _value(program, name, container.type, role=role))
        for role, name, container in program.arguments
    ]
    inputs = [value for role, value in values if role != "out"]
    decided = {
        symbol
        for value in inputs
        for text in value.shape
        for symbol in symbolic.symbols_of(symbolic.parse(text))
    }
    named, late = _names(program, INPUT_ORDER), tuple(_names(program, LATE))
    if late and any(value.updated for value in inputs):
        fail(program, "updates inputs and decides sizes of results: a run could not be repeated")
    inputs += [
        Value(symbol, "int64", (), symbol)
        for symbol in program.symbol_names
        if symbol not in late and (symbol in named or symbol not in decided)
    ]
    places = {name: place for place, name in enumerate(named)}
    inputs.sort(key=lambda value: places.get(value.name, len(places)))
    outputs = tuple(value for role, value in values if role == "out")
    outputs = outputs[:-1] if late else outputs
    return Interface(prefix, library, weights, tuple(inputs), outputs, program.symbol_names, late)


def element_type(program: SdfgOp, name: str, kind: ArrayType) -> str:
    """
    What interfaces call the type of the elements of a container; an unknown one stops compilation.
    """
    stated = program.attributes.get(ELEMENT_TYPES)
    found = stated.data.get(name) if isinstance(stated, DictionaryAttr) else None
    dtype = found.data if isinstance(found, StringAttr) else DTYPES.get(str(kind.element_type))
    if dtype is None:
        fail(program, f"takes '{name}' with elements of {kind.element_type}, unknown to NumPy")
    return dtype


def _names(program: SdfgOp, attribute: str) -> list[str]:
    found = program.attributes.get(attribute)
    return [n.data for n in found.data] if isa(found, ArrayAttr[StringAttr]) else []


def _value(program: SdfgOp, name: str, kind: Attribute, *, role: str) -> Value:
    if not isinstance(kind, ArrayType):
        fail(program, f"takes '{name}' of type {kind}: only arrays come from outside")
    if not kind.is_dense:
        fail(program, f"takes '{name}' with strides or an offset: arrays from outside are dense")
    dtype = element_type(program, name, kind)
    shape = tuple(symbolic.text_of(dimension) for dimension in kind.dims)
    return Value(name, dtype, shape, updated=role == "inout")
