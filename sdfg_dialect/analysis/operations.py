"""Floating point operations of a tasklet or a library node."""

from collections import Counter
from collections.abc import Mapping

from xdsl.dialects import arith, math, scf, vector
from xdsl.dialects.builtin import AnyFloat, ComplexType, VectorType
from xdsl.ir import Attribute, Operation, Region
from xdsl.utils.hints import isa

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type
from sdfg.dialect.ops.contractions import ConvOp, MatmulOp
from sdfg.dialect.ops.library import LibraryOp
from sdfg.dialect.ops.reductions import PoolOp, ReduceOp, ScanOp, SoftmaxOp
from sdfg.dialect.ops.syntax import element_type
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr

SIMPLE = (
    arith.AddfOp,
    arith.SubfOp,
    arith.MulfOp,
    arith.DivfOp,
    arith.NegfOp,
    arith.MaximumfOp,
    arith.MinimumfOp,
    arith.MaxnumfOp,
    arith.MinnumfOp,
    math.AbsFOp,
)
"""Operations on floating point numbers that count one."""

FLOPS = "flops"
"""Under this name all operations are counted that are no function of `math`."""

Operations = Mapping[str, Expr]
"""How many operations of each name."""


def lanes_of(kind: Attribute) -> int:
    """How many floating point numbers a value holds; 0 if it holds others."""
    if isa(kind, VectorType):
        count = lanes_of(kind.get_element_type())
        for extent in kind.get_shape():
            count *= extent
        return count
    if isa(kind, ComplexType):
        return 2 * lanes_of(kind.element_type)
    return 1 if isinstance(kind, AnyFloat) else 0


def operations_of_tasklet(op: TaskletOp) -> Counter[str]:
    """
    What one run of a tasklet computes.

    Of a branch that with more operations counts, of a loop one run. Complex numbers count as two.
    """
    found = _of_block(op)
    for container, memlet in op.output_accesses:
        if memlet.wcr is not None:
            volume = symbolic.constant(memlet.volume.data)
            found[FLOPS] += lanes_of(element_type(container.type)) * (volume or 1)
    return found


def _of_block(parent: Operation | Region) -> Counter[str]:
    found = Counter[str]()
    for region in parent.regions if isinstance(parent, Operation) else (parent,):
        for block in region.blocks:
            for op in block.ops:
                found.update(_of_op(op))
    return found


def _of_op(op: Operation) -> Mapping[str, int]:
    if isinstance(op, scf.IfOp):
        branches = [_of_block(region) for region in op.regions]
        return max(branches, key=lambda counts: sum(counts.values()))
    if op.regions:
        return _of_block(op)
    lanes = lanes_of(op.results[0].type) if op.results else 0
    if not lanes:
        return {}
    if isinstance(op, math.FmaOp | vector.FMAOp):
        return {FLOPS: 2 * lanes}
    if isinstance(op, vector.ReductionOp):
        return {FLOPS: lanes_of(op.operands[0].type) - 1}
    if isinstance(op, SIMPLE):
        return {FLOPS: lanes}
    return {op.name.removeprefix("math."): lanes} if op.dialect_name() == "math" else {}


def operations_of_library(op: LibraryOp) -> Operations:
    """What a library node computes; nothing for one that moves or compares elements."""
    result = array_type(op.outputs[0])
    if not lanes_of(result.element_type):
        return {}
    first = array_type(op.inputs[0])
    match op:
        case MatmulOp():
            return {FLOPS: 2 * result.size * first.dims[-1]}
        case ConvOp():
            _, *kernel = array_type(op.inputs[1]).dims
            return {FLOPS: 2 * result.size * symbolic.product(kernel)}
        case PoolOp():
            window = 1
            for extent in op.window.get_values():
                window *= extent
            return {FLOPS: result.size * window}
        case ReduceOp() | ScanOp():
            return {FLOPS: first.size}
        case SoftmaxOp():
            # Maximum, difference, sum and quotient.
            return {FLOPS: 4 * first.size, "exp": first.size}
        case _:
            return {}
