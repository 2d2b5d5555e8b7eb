"""
The MLIR passes from the torch dialect to linalg on tensors, in phases.

The order follows IREE's own torch input pipeline with the function conversion of upstream
torch-mlir, so that no IREE dialect appears. Named linalg ops are kept. This module runs inside
the worker process only.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sdfg.lowering.frontend.native_assertions import drop_needless
from sdfg.lowering.frontend.native_bindings import ir, passmanager
from sdfg.lowering.frontend.native_bitcast import lower_views_of_bits, views_of_bits
from sdfg.lowering.frontend.native_builder import place, walk
from sdfg.lowering.frontend.native_casts import lower_casts
from sdfg.lowering.frontend.native_integers import keep_integers
from sdfg.lowering.frontend.native_loop import lower_loops
from sdfg.lowering.frontend.native_matmul import flatten_matmuls
from sdfg.lowering.frontend.native_maximum import keep_nan
from sdfg.lowering.frontend.native_reshape import replace_dynamic_views

_LEGAL = (
    "aten.flatten.using_ints,aten.unflatten.int,aten.adaptive_avg_pool1d,"
    "aten.adaptive_avg_pool2d,aten.adaptive_max_pool1d"
)
"""Ops with a good direct lowering, which are not to be decomposed."""

ONNX = f"torch-onnx-to-torch-backend-pipeline{{backend-legal-ops={_LEGAL}}}"
"""`torch.operator "onnx.*"` to the torch dialect on value tensors."""

FX = (
    "func.func(torch-match-quantized-custom-ops),"
    f"torchdynamo-export-to-torch-backend-pipeline{{backend-legal-ops={_LEGAL}}}"
)
"""The torch dialect as torch.export leaves it, to the torch dialect on value tensors."""

PREPARE = (
    "func.func(torch-iree-set-strict-symbolic-shapes,canonicalize,torch-recompose-complex-ops,"
    "torch-reduce-op-variants,torch-convert-custom-quant-op,"
    f"torch-decompose-complex-ops{{legal-ops={_LEGAL}}},torch-fuse-quantized-ops,canonicalize,"
    "torch-scalarize-shapes)"
)
"""Decompose until every remaining op has a conversion; sizes become scalars."""

CONVERT = (
    "func.func(torch-restructure-non-constant-axes,convert-torch-to-tmtensor,"
    "convert-torch-to-tensor,convert-torch-to-linalg,cse,convert-torch-to-scf,"
    "convert-torch-to-arith),convert-torch-conversion-to-mlprogram,"
    "func.func(canonicalize,resolve-shaped-type-result-dims,cse)"
)
"""The torch dialect to linalg, op by op; what has no conversion stays."""

FINISH = (
    "inline,torch-func-backend-type-conversion,func.func(canonicalize,"
    "torch-finalizing-backend-type-conversion,canonicalize,cse),symbol-dce,lower-affine"
)
"""Torch's types to builtin types; fails if any torch op is left."""

UPSTREAM = frozenset(
    "affine arith builtin cf complex func linalg math ml_program scf tensor tm_tensor".split()
)
"""Dialects that may appear in the result. `tm_tensor` holds scan, scatter, sort and attention."""

_PLUMBING = ("torch.constant.", "torch.prim.ListConstruct", "torch_c.", "torch.runtime.")


@dataclass(frozen=True)
class LoweringError(Exception):
    """The pipeline stopped. `problems` are lines for the user; `phase` is where."""

    phase: str
    problems: tuple[str, ...]


def to_linalg(module: Any, kind: str, expect: Callable[[LoweringError], None]) -> None:
    """
    Lower `module`, in place, from the importer's output to linalg on tensors.

    `kind` is "onnx" or "torch". Raises `LoweringError` naming every op that has no lowering. If
    that is already clear while later passes still look for more, which may crash on such a module,
    then `expect` is called with what is known.
    """
    module.context.enable_multithreading(False)
    lower_casts(module)
    views_of_bits(module)
    if loops := lower_loops(module):
        raise LoweringError("loops", loops)
    refused = _import(module, ONNX if kind == "onnx" else FX)
    if not refused:
        _to_linalg(module)
        return
    expect(LoweringError("import", refused))
    raise LoweringError("import", (*refused, *_survey(module)))


def _import(module: Any, passes: str) -> tuple[str, ...]:
    """
    Run `passes`, which convert operators to the torch dialect.

    Returns what cannot be converted; such operators are cut out of the module.
    """
    refused: list[str] = []
    while True:
        try:
            _run(module, "import", passes)
        except LoweringError as error:
            # The passes stop at some operators and leave others; cut out these and look for more.
            if not (named := _named_by(error, module)):
                raise LoweringError("import", (*refused, *error.problems)) from error
        else:
            named = [op for op in walk(module.operation) if op.name == "torch.operator"]
            if not named:
                return tuple(dict.fromkeys(refused))
        refused += [f"{place(op.location)}: unsupported op '{_name(op)}'" for op in named]
        for op in named:
            _cut_out(op)


def _named_by(error: LoweringError, module: Any) -> list[Any]:
    """The operators that `error` says cannot be converted."""
    return [
        op
        for op in walk(module.operation)
        if op.name == "torch.operator"
        and f"{place(op.location)}: unsupported op '{_name(op)}'" in error.problems
    ]


def _cut_out(op: Any) -> None:
    """Replace the results of `op` by values from nowhere, and erase it."""
    with op.location, ir.InsertionPoint(op):
        kinds = [result.type for result in op.results]
        hole = ir.Operation.create("builtin.unrealized_conversion_cast", kinds)
    for old, new in zip(op.results, hole.results, strict=True):
        old.replace_all_uses_with(new)
    op.erase()


def _to_linalg(module: Any) -> None:
    _run(module, "decompose", PREPARE)
    flatten_matmuls(module)
    if casts := lower_views_of_bits(module):
        raise LoweringError("bits", casts)
    if views := replace_dynamic_views(module):
        raise LoweringError("reshape", views)
    _run(module, "convert", CONVERT)
    keep_nan(module)
    keep_integers(module)
    drop_needless(module)
    _run(module, "finish", FINISH)
    if problems := unsupported(module):
        raise LoweringError("finish", problems)


def _survey(module: Any) -> tuple[str, ...]:
    """What else has no lowering, in a module whose unknown operators have been cut out."""
    try:
        _to_linalg(module)
    except LoweringError as error:
        if error.phase != "finish":
            return ()
    return unsupported(module, plumbing=False)


def _run(module: Any, phase: str, passes: str) -> None:
    report(phase)
    pipeline = passmanager.PassManager.parse(f"builtin.module({passes})", module.context)
    try:
        pipeline.run(module.operation)
    except ir.MLIRError as error:
        # Only in the last phase is every op of the torch dialect that is left an unsupported one.
        left = unsupported(module) if phase == "finish" else ()
        raise LoweringError(phase, left or said_by(error)) from error


def said_by(error: Any) -> tuple[str, ...]:
    """What an `MLIRError` says, one line per problem, without the operation's whole text."""
    lines = [f"{place(item.location)}: {_short(item.message)}" for item in error.error_diagnostics]
    return tuple(dict.fromkeys(lines)) or (str(error),)


def _short(message: str) -> str:
    """The first line of MLIR's `message`; what is illegal goes by the name its frontend gives."""
    if illegal := _ILLEGAL.match(message):
        operator = _OPERATOR.search(message) if illegal[1] == "torch.operator" else None
        return f"unsupported op '{operator[1] if operator else illegal[1]}'"
    return message.splitlines()[0]


_ILLEGAL = re.compile(r"failed to legalize operation '([^']*)'")
_OPERATOR = re.compile(r'"torch\.operator"\(.*?\bname = "([^"]*)"')


def report(phase: str) -> None:
    """Tell the parent, which sees a crash only from outside, what is about to run."""
    print(f"phase: {phase}", flush=True)


def unsupported(module: Any, *, only: str = "", plumbing: bool = True) -> tuple[str, ...]:
    """
    All ops outside upstream dialects whose name starts with `only`.

    Each reads `location: unsupported op 'name'`. Constants, lists and casts for the operands of
    such ops are named if nothing else is, and if `plumbing` is set.
    """
    found = [
        (place(op.location), _name(op))
        for op in walk(module.operation)
        if op.name.split(".")[0] not in UPSTREAM and op.name.startswith(only)
    ]
    essential = [(where, name) for where, name in found if not name.startswith(_PLUMBING)]
    lines = [
        f"{where}: unsupported op '{name}'"
        for where, name in essential or (found if plumbing else ())
    ]
    return tuple(dict.fromkeys(lines))


def _name(op: Any) -> str:
    return ir.StringAttr(op.attributes["name"]).value if op.name == "torch.operator" else op.name
