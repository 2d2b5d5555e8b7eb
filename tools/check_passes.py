"""
Find the pass that changes a result: `sdfg-opt --check-passes`.

Each program is interpreted before and after each pass, on the same random inputs. Sizes and inputs
are drawn anew until the program accepts them. The interpreter also reports races and reads of what
nothing has written, where the program before the pass has none.
"""

import math
import sys
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Attribute
from xdsl.passes import ModulePass

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import WeightAttr
from sdfg.dialect.diagnostics import SDFGError, fail
from sdfg.dialect.interpreter.elements import dtype_of, is_float, vector_shape
from sdfg.dialect.interpreter.interpret import interpret
from sdfg.dialect.ops.containers import ConstantOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.library import LibraryOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.tolerances import compare
from sdfg.dialect.types import ArrayType, StreamType

Array = npt.NDArray[Any]

ATTEMPTS = 8
"""How many sizes and inputs are tried until a program runs on one."""


@dataclass(frozen=True)
class Inputs:
    """What a program runs on."""

    seed: int
    symbols: Mapping[str, int]
    arrays: Mapping[str, Array]


@dataclass(frozen=True)
class Run:
    """A program that ran, and what came out."""

    inputs: Inputs
    strict: bool
    """Whether it runs without races."""
    results: Mapping[str, Array]


@dataclass
class CheckPasses:
    """An instrument that stops a pipeline behind the first pass that changes a result."""

    seed: int = 0
    runs: dict[str, Run] = field(default_factory=dict[str, Run])
    """How each program ran last."""
    remarked: bool = False

    def before(self, step: ModulePass, module: ModuleOp) -> None:
        """Run the programs that have not run yet."""
        programs = public_programs(module)
        if not programs and not self.remarked:
            self.remarked = True
            print("remark: nothing to check yet: the module has no sdfg program", file=sys.stderr)
        for name, program in programs.items():
            if name not in self.runs:
                run = first_run(module, program, self.seed)
                if run is None:
                    print(
                        f"remark: '{name}' is not checked: it runs on none of {ATTEMPTS} "
                        "random inputs",
                        file=sys.stderr,
                    )
                else:
                    self.runs[name] = run

    def after(self, step: ModulePass, module: ModuleOp, seconds: float) -> None:
        """Run all programs again and compare. Raises `SDFGError` that names the pass."""
        programs = public_programs(module)
        for name in list(self.runs):
            if name not in programs:
                fail(module, f"has lost program '{name}' in pass '{step.name}'")
            self.runs[name] = checked(step.name, module, programs[name], self.runs[name])


def public_programs(module: ModuleOp) -> dict[str, SdfgOp]:
    """The programs that may be called from outside, by name."""
    found = (op for op in module.walk() if isinstance(op, SdfgOp))
    return {op.sym_name.data: op for op in found if not op.is_private}


def first_run(module: ModuleOp, program: SdfgOp, seed: int) -> Run | None:
    """Run on the first of some random inputs that the program accepts."""
    for attempt in range(ATTEMPTS):
        inputs = random_inputs(program, seed, attempt)
        for strict in (True, False):
            try:
                return Run(inputs, strict, evaluated(module, program, inputs, strict))
            except SDFGError:
                continue
    return None


def checked(step: str, module: ModuleOp, program: SdfgOp, run: Run) -> Run:
    """
    Run once more as before. Raises `SDFGError` where a result has changed, or where it does not run
    any more.
    """
    name = program.sym_name.data
    hint = f"seed {run.inputs.seed}, symbols {dict(run.inputs.symbols)}"
    try:
        results = evaluated(module, program, run.inputs, run.strict)
    except SDFGError as error:
        fail(program, f"'{name}' does not run any more after pass '{step}': {error}", hint=hint)
    length = reduction_length(program, run.inputs.symbols)
    for output, before in run.results.items():
        if output not in results or results[output].shape != before.shape:
            found = results[output].shape if output in results else "nothing"
            fail(
                program,
                f"'{name}' gives {found} for '{output}' after pass '{step}', before {before.shape}",
                hint=hint,
            )
        mismatch = compare(results[output], before, reduction_length=length)
        if mismatch is not None:
            fail(program, f"pass '{step}' changes '{output}' of '{name}': {mismatch}", hint=hint)
    return Run(run.inputs, run.strict, results)


def evaluated(module: ModuleOp, program: SdfgOp, inputs: Inputs, strict: bool) -> dict[str, Array]:
    weights = random_weights(module, inputs.seed)
    return interpret(
        module, program.sym_name.data, inputs.arrays, inputs.symbols, weights, strict=strict
    )


# Random inputs


def random_inputs(program: SdfgOp, seed: int, attempt: int) -> Inputs:
    """
    Sizes and arrays: small ones that differ first, then equal ones, then multiples of 4.

    Integers may be indices, so that later attempts draw them from ever smaller ranges.
    """
    rng = np.random.default_rng([seed, attempt])
    names = program.symbol_names
    sizes = rng.permutation(np.arange(2, 2 + max(6, len(names))))
    values = [int(n) for n in sizes[: len(names)]]
    if attempt % 3 == 1:
        values = [int(sizes[0])] * len(names)
    if attempt % 3 == 2:
        values = [4 * n for n in values]
    symbols = dict(zip(names, values, strict=True))
    largest = (8, 8, 2, 1)[attempt // 2]
    arrays: dict[str, Array] = {}
    for role, name, container in program.arguments:
        if role == "out":
            continue
        kind = container.type
        if isinstance(kind, ArrayType):
            shape = tuple(symbolic.evaluate(e, symbols) for e in kind.dims)
        else:
            assert isinstance(kind, StreamType)
            shape = (symbolic.evaluate(kind.depth.data, symbols) // 2 + 1,)
        arrays[name] = random_array(rng, shape, kind.element_type, largest)
    return Inputs(seed, symbols, arrays)


def random_array(
    rng: np.random.Generator, shape: tuple[int, ...], element: Attribute, largest: int
) -> Array:
    """Normal floats; integers from 0 to below `largest`."""
    dtype, full = dtype_of(element), (*shape, *vector_shape(element))
    if is_float(dtype):
        return rng.standard_normal(full).astype(dtype)
    if dtype == np.bool_:
        return rng.integers(0, 2, full).astype(dtype)
    return rng.integers(0, largest, full).astype(dtype)


def random_weights(module: ModuleOp, seed: int) -> dict[str, Array]:
    """
    An array for each weight that the module refers to, always the same for one seed and name.

    Weights that a private program derives from others (`<main>_constants`) are what it computes.
    """
    weights: dict[str, Array] = {}
    for op in module.walk():
        if isinstance(op, ConstantOp) and isinstance(op.value, WeightAttr):
            assert isinstance(op.result.type, ArrayType)
            weights[op.value.key.data] = random_weight(seed, op.value.key.data, op.result.type)
    for op in module.walk():
        if isinstance(op, SdfgOp) and op.is_private and op.sym_name.data.endswith("_constants"):
            given = {
                name: random_weight(seed, name, container.type)
                for role, name, container in op.arguments
                if role != "out" and isinstance(container.type, ArrayType)
            }
            weights |= interpret(module, op.sym_name.data, given, {}, {**weights, **given})
    return weights


def random_weight(seed: int, name: str, kind: ArrayType) -> Array:
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    shape = tuple(symbolic.evaluate(e, {}) for e in kind.dims)
    array = random_array(rng, shape, kind.element_type, 2)
    # Of the size that keeps the sums of a layer near 1.
    fan_in = math.prod(shape[1:]) if len(shape) > 1 else 1
    return (array / math.sqrt(fan_in)).astype(array.dtype) if is_float(array.dtype) else array


def reduction_length(program: SdfgOp, symbols: Mapping[str, int]) -> int:
    """An upper bound of the rounded operations that lie behind a result, one after the other."""
    length = 1
    for op in program.walk():
        if isinstance(op, TaskletOp):
            reduces = any(m.wcr is not None for m in op.writes)
            length += enclosing_points(op, symbols) if reduces else 1
        elif isinstance(op, LibraryOp):
            length += max(size_of(x.type, symbols) for x in op.inputs)
    return length


def size_of(kind: Attribute, symbols: Mapping[str, int]) -> int:
    """Number of elements, of an array whose shape is known before it runs."""
    if not isinstance(kind, ArrayType) or kind.symbols - symbols.keys():
        return 1
    return max(1, symbolic.evaluate(kind.size, symbols))


def enclosing_points(op: TaskletOp, symbols: Mapping[str, int]) -> int:
    """Points of the innermost map around `op`, as far as its extents are known."""
    scope = op.parent_op()
    if not isinstance(scope, MapOp):
        return 1
    known = [e for e in scope.extents if not symbolic.symbols_of(e) - symbols.keys()]
    return max(1, math.prod(symbolic.evaluate(e, symbols) for e in known))
