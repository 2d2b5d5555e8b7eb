"""linalg on tensors to `sdfg`: one state per operation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from xdsl.context import Context
from xdsl.dialects import cf, func, linalg, scf, tensor
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.linalg.abstract_ops import LinalgStructuredOperation
from xdsl.ir import Block, Operation
from xdsl.passes import ModulePass

from sdfg.dialect.diagnostics import SDFGError, derived, source
from sdfg.lowering.to_sdfg import control, scalars, slices, structured, tensors, tm_tensor
from sdfg.lowering.to_sdfg.interface import Interface
from sdfg.lowering.to_sdfg.translation import Translation

Converter = Callable[[Translation, Any], None]

CONVERTERS: dict[str, Converter] = {
    "arith.constant": tensors.convert_constant,
    "cf.assert": scalars.convert_assert,
    "linalg.fill": structured.convert_fill,
    "linalg.broadcast": structured.convert_structured,
    "linalg.reduce": structured.convert_structured,
    "tensor.empty": tensors.convert_empty,
    "tensor.splat": tensors.convert_splat,
    "tensor.from_elements": tensors.convert_from_elements,
    "tensor.dim": tensors.convert_dim,
    "tensor.cast": tensors.convert_cast,
    "tensor.expand_shape": tensors.convert_expand_shape,
    "tensor.collapse_shape": tensors.convert_collapse_shape,
    "tensor.reshape": tensors.convert_reshape,
    "tensor.extract": tensors.convert_extract,
    "tensor.extract_slice": slices.convert_extract_slice,
    "tensor.insert_slice": slices.convert_insert_slice,
    "tensor.insert": slices.convert_insert,
    "tensor.concat": slices.convert_concat,
    "tensor.pad": slices.convert_pad,
    "tm_tensor.scan": tm_tensor.convert_scan,
    "tm_tensor.scatter": tm_tensor.convert_scatter,
    "tm_tensor.sort": tm_tensor.convert_sort,
}
"""What converts an operation, by its name."""

_CONTROL: dict[str, Callable[[Translation, Any, control.Body], None]] = {
    "scf.for": control.convert_for,
    "scf.if": control.convert_if,
    "scf.while": control.convert_while,
}


@dataclass(frozen=True)
class FromLinalgPass(ModulePass):
    """
    Turn each `func.func` into a program.

    ```
    %y = linalg.matmul ins(%a, %b : ...) outs(%zeros : ...) -> tensor<?x32xf32>
    ->
    sdfg.state @fc1_matmul { sdfg.matmul (%a, %b) -> (%y) }
    ```
    Arguments carry the interface in their attributes: `sdfg.name`, `sdfg.shape` (one expression per
    dimension), `sdfg.symbol` (the argument is a size), `sdfg.constant` (a weight). Dynamic sizes
    become expressions over symbols; reshapes, transpositions and slices become views.

    Raises `SDFGError` that lists every operation without a meaning here, before anything changes.
    """

    name = "sdfg-from-linalg"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        functions = [f for f in op.body.block.ops if isinstance(f, func.FuncOp)]
        _refuse_unsupported(functions)
        for function in functions:
            program = _converted(function)
            op.body.block.insert_op_before(program, function)
            function.detach()
            function.erase()


def _converted(function: func.FuncOp) -> Operation:
    interface = Interface.of(function)
    translation = interface.translation
    _convert_block(translation, function.body.block)
    interface.finish()
    return derived(translation.program, function)


def _convert_block(translation: Translation, block: Block) -> None:
    """Convert the operations of `block` in order, its terminator aside."""
    for op in block.ops:
        if op is block.last_op:
            return
        _convert(translation, op)


def _convert(translation: Translation, op: Operation) -> None:
    if (convert := CONVERTERS.get(op.name)) is not None:
        convert(translation, op)
    elif (convert_control := _CONTROL.get(op.name)) is not None:
        convert_control(translation, op, _convert_block)
    elif isinstance(op, LinalgStructuredOperation):
        structured.convert_structured(translation, op)
    else:
        scalars.convert_scalar(translation, op)


# What is supported


def _refuse_unsupported(functions: list[func.FuncOp]) -> None:
    places: dict[str, None] = {}
    for function in functions:
        if len(function.body.blocks) != 1:
            places[f"{source(function.location)}: '{function.name}' has several blocks"] = None
            continue
        for op in function.body.block.ops:
            for bad in _unsupported(op):
                places[f"{source(bad.location)}: '{bad.name}' has no form as an sdfg"] = None
    if places:
        raise SDFGError("\n".join(places))


def _unsupported(op: Operation) -> list[Operation]:
    """`op` if it cannot be converted, or what cannot in its regions."""
    if op.name in _CONTROL:
        inner = (o for r in op.regions for b in r.blocks for o in b.ops)
        return [bad for o in inner for bad in _unsupported(o)]
    if isinstance(op, LinalgStructuredOperation) or op.name in CONVERTERS:
        inner = (o for r in op.regions for b in r.blocks for o in b.ops)
        return [o for o in inner if not _fits_tasklet(o)]
    if isinstance(op, func.ReturnOp | scf.YieldOp | scf.ConditionOp) or _is_arithmetic(op):
        return []
    return [op]


_IN_TASKLETS = (
    linalg.YieldOp,
    linalg.IndexOp,
    tensor.ExtractOp,
    tensor.DimOp,
    tensor.YieldOp,
    cf.AssertOp,
)


def _fits_tasklet(op: Operation) -> bool:
    return isinstance(op, _IN_TASKLETS) or op.name == "tm_tensor.yield" or _is_arithmetic(op)


def _is_arithmetic(op: Operation) -> bool:
    return op.name.split(".")[0] in ("arith", "math") and not op.regions
