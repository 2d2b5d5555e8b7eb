"""
The MLIR passes from the torch dialect to linalg on tensors, in phases.

The order follows IREE's own torch input pipeline with the function conversion of upstream
torch-mlir, so that no IREE dialect appears. Named linalg ops are kept. This module runs inside
the worker process only.
"""

from dataclasses import dataclass, field
from typing import Any

from sdfg.lowering.frontend.native_bindings import ir, passmanager
from sdfg.lowering.frontend.native_builder import place, walk
from sdfg.lowering.frontend.native_matmul import flatten_matmuls
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


@dataclass
class Diagnostics:
    """Errors that MLIR reported through the context, as `location: message`."""

    problems: list[str] = field(default_factory=list[str])

    def __call__(self, diagnostic: Any) -> bool:
        """Take one diagnostic; returning True keeps MLIR from printing it."""
        if str(diagnostic.severity).endswith("ERROR"):
            self.problems.append(f"{place(diagnostic.location)}: {diagnostic.message}")
        return True


def to_linalg(module: Any, kind: str) -> None:
    """
    Lower `module`, in place, from the importer's output (`kind` is "onnx" or "torch") to linalg
    on tensors.

    Raises `LoweringError` naming every op that has no lowering.
    """
    context = module.context
    context.enable_multithreading(False)
    diagnostics = Diagnostics()
    handler = context.attach_diagnostic_handler(diagnostics)
    try:
        _run(module, "import", ONNX if kind == "onnx" else FX, diagnostics)
        _refuse_leftovers(module, "import", only="torch.operator")
        _run(module, "decompose", PREPARE, diagnostics)
        flatten_matmuls(module)
        if problems := replace_dynamic_views(module):
            raise LoweringError("reshape", tuple(problems))
        _run(module, "convert", CONVERT, diagnostics)
        _run(module, "finish", FINISH, diagnostics)
        _refuse_leftovers(module, "finish")
    finally:
        handler.detach()


def _run(module: Any, phase: str, passes: str, diagnostics: Diagnostics) -> None:
    report(phase)
    pipeline = passmanager.PassManager.parse(f"builtin.module({passes})", module.context)
    try:
        pipeline.run(module.operation)
    except ir.MLIRError as error:
        problems = unsupported(module) or diagnostics.problems or [str(error)]
        raise LoweringError(phase, tuple(dict.fromkeys(problems))) from error


def _refuse_leftovers(module: Any, phase: str, *, only: str = "") -> None:
    if problems := unsupported(module, only=only):
        raise LoweringError(phase, tuple(dict.fromkeys(problems)))


def report(phase: str) -> None:
    """Tell the parent, which sees a crash only from outside, what is about to run."""
    print(f"phase: {phase}", flush=True)


def unsupported(module: Any, *, only: str = "") -> list[str]:
    """
    All ops outside upstream dialects whose name starts with `only`, as `location: unsupported
    op 'name'`.
    """
    found = [
        (place(op.location), _name(op))
        for op in walk(module.operation)
        if op.name.split(".")[0] not in UPSTREAM and op.name.startswith(only)
    ]
    essential = [(where, name) for where, name in found if not name.startswith(_PLUMBING)]
    return [f"{where}: unsupported op '{name}'" for where, name in essential or found]


def _name(op: Any) -> str:
    return ir.StringAttr(op.attributes["name"]).value if op.name == "torch.operator" else op.name
