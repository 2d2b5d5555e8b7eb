"""
The upstream dialects that may appear in an imported model, as xDSL knows them, with its gaps
filled.

Each dialect is made on first use: loading all of xDSL's takes 1.4 s.
"""

from collections.abc import Callable

from xdsl.context import Context
from xdsl.dialects.builtin import Builtin
from xdsl.ir import Attribute, Dialect, Operation

from sdfg.dialect.xdsl_fixes import repair


def _affine() -> Dialect:
    from xdsl.dialects.affine import Affine

    return Affine


def _arith() -> Dialect:
    from xdsl.dialects.arith import Arith

    from sdfg.dialect.remf import RemFOp

    return extended(Arith, [RemFOp])


def _cf() -> Dialect:
    from xdsl.dialects.cf import Cf

    return Cf


def _complex() -> Dialect:
    from xdsl.dialects.complex import Complex

    return Complex


def _func() -> Dialect:
    from xdsl.dialects.func import Func

    return Func


def _linalg() -> Dialect:
    from xdsl.dialects.linalg import Linalg

    from sdfg.lowering.frontend.linalg_ops import NAMED_OPS

    return extended(Linalg, NAMED_OPS)


def _math() -> Dialect:
    from xdsl.dialects.math import Math

    return Math


def _ml_program() -> Dialect:
    from xdsl.dialects.ml_program import MLProgram

    from sdfg.lowering.frontend.upstream_ops import GlobalLoadOp, GlobalStoreOp

    return extended(MLProgram, [GlobalLoadOp, GlobalStoreOp])


def _scf() -> Dialect:
    from xdsl.dialects.scf import Scf

    return Scf


def _tensor() -> Dialect:
    from xdsl.dialects.tensor import Tensor

    from sdfg.lowering.frontend.upstream_ops import ReshapeOp

    return extended(Tensor, [ReshapeOp])


def _tm_tensor() -> Dialect:
    from sdfg.lowering.frontend.upstream_ops import TM_TENSOR_OPS

    return Dialect("tm_tensor", TM_TENSOR_OPS)


UPSTREAM_DIALECTS: dict[str, Callable[[], Dialect]] = {
    "builtin": lambda: Builtin,
    "affine": _affine,
    "arith": _arith,
    "cf": _cf,
    "complex": _complex,
    "func": _func,
    "linalg": _linalg,
    "math": _math,
    "ml_program": _ml_program,
    "scf": _scf,
    "tensor": _tensor,
    "tm_tensor": _tm_tensor,
}
"""Dialect factories by name, for `Context.register_dialect` and for xDSL's universe."""


def extended(
    dialect: Dialect, more: list[type[Operation]] | tuple[type[Operation], ...]
) -> Dialect:
    """`dialect` with the ops in `more` added, or in place of those of the same name."""
    replaced = {op.name for op in more}
    kept = [op for op in dialect.operations if op.name not in replaced]
    attributes: list[type[Attribute]] = list(dialect.attributes)
    return Dialect(dialect.name, [*kept, *more], attributes)


def upstream_context(*, allow_unregistered: bool = False) -> Context:
    """A context with all upstream dialects registered, none loaded."""
    repair()
    context = Context(allow_unregistered=allow_unregistered)
    for name, factory in UPSTREAM_DIALECTS.items():
        context.register_dialect(name, factory)
    return context
