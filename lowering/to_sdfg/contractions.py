"""Sums of products that are matrix products become `sdfg.matmul`."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import arith
from xdsl.dialects.builtin import UnitAttr
from xdsl.ir import BlockArgument, Operation, SSAValue

from sdfg.dialect.ops.contractions import MatmulOp
from sdfg.lowering.to_sdfg.combiners import combiner, is_neutral
from sdfg.lowering.to_sdfg.layouts import Layout
from sdfg.lowering.to_sdfg.loops import Loops, dimensions
from sdfg.lowering.to_sdfg.translation import Translation, copy
from sdfg.lowering.to_sdfg.values import Array, Empty, Filled, array_type


@dataclass(frozen=True)
class Product:
    """
    `C[b..., m, n] += A[b..., m, k] * B[b..., k, n]`, by the loop that each dimension is.

    `a`, `b` and `c` are the loops of the operands' dimensions in their order.
    """

    left: int
    """Which input is A."""
    a: tuple[int, ...]
    b: tuple[int, ...]
    c: tuple[int, ...]
    batch: tuple[int, ...]
    row: int
    column: int
    inner: int

    @staticmethod
    def of(loops: Loops) -> "Product | None":
        """The product that `loops` are, if they are one with one loop each for m, n and k."""
        if len(loops.inputs) != 2 or len(loops.results) != 1:
            return None
        if not multiplies_and_adds(loops):
            return None
        maps = [dimensions(m) for m in loops.maps]
        if any(m is None or None in m for m in maps):
            return None
        x, y, c = (tuple(d for d in m or () if d is not None) for m in maps)
        if len(c) < 2:
            return None
        column = c[-1]
        left = 0 if column in y and column not in x else 1
        a, b = (x, y) if left == 0 else (y, x)
        batch = tuple(d for d in c if d in a and d in b)
        rest = [d for d in c if d not in batch]
        inner = [d for d in range(len(loops.reduced)) if d not in c]
        if len(rest) != 2 or len(inner) != 1:
            return None
        product = Product(left, a, b, c, batch, rest[0], rest[1], inner[0])
        return product if product._is_complete() else None

    def _is_complete(self) -> bool:
        """Whether each operand has its dimensions and no others."""
        return set(self.a) == {*self.batch, self.row, self.inner} and set(self.b) == {
            *self.batch,
            self.inner,
            self.column,
        }


def multiplies_and_adds(loops: Loops) -> bool:
    """
    Whether the body adds the product of its two inputs to its accumulator, as `sdfg.matmul` does:
    in the accumulator's type, integers extended with their sign.
    """
    if len(loops.arguments) != 3 or len(loops.yielded) != 1:
        return False
    *inputs, accumulator = loops.arguments
    found = combiner(accumulator, loops.yielded[0])
    if found is None or found.kind != "sum":
        return False
    multiply = found.value.owner
    if not isinstance(multiply, arith.MulfOp | arith.MuliOp):
        return False
    return {_extended(v) for v in multiply.operands} == set(inputs)


def _extended(value: SSAValue) -> SSAValue:
    """What a value is a wider form of."""
    op = value.owner
    if isinstance(op, arith.ExtFOp | arith.ExtSIOp) and isinstance(op.operands[0], BlockArgument):
        return op.operands[0]
    return value


def convert_contraction(translation: Translation, loops: Loops) -> bool:
    """
    ```
    %c = matmul ins(%a, %b) outs(%zeros)   ->   sdfg.matmul (%a, %b) -> (%c)
    ```
    False, with nothing done, where `loops` are no matrix product.
    """
    product = Product.of(loops)
    if product is None:
        return False
    op = loops.op
    loops.extents(translation)
    a, b = (translation.container(loops.inputs[k], op) for k in (product.left, 1 - product.left))
    a = _ordered(translation, a, product.a, (*product.batch, product.row, product.inner), op)
    b = _ordered(translation, b, product.b, (*product.batch, product.inner, product.column), op)
    target, init = accumulated(translation, loops, "sum")
    order = (*product.batch, product.row, product.column)
    c = _ordered(translation, target, product.c, order, op)
    what = "matmul" if op.name == "linalg.generic" else None
    if init is None:
        translation.state(op, [MatmulOp([a, b], [c])], what)
        return True
    before = copy(_ordered(translation, init, product.c, order, op), c)
    translation.state(op, [before, MatmulOp([a, b], [c], {"accumulate": UnitAttr()})], what)
    return True


def _ordered(
    translation: Translation,
    container: SSAValue,
    found: Sequence[int],
    wanted: Sequence[int],
    op: Operation,
) -> SSAValue:
    """A view of `container` whose dimensions are the loops `wanted`."""
    layout = Layout.of(array_type(container)).permuted([found.index(d) for d in wanted])
    return translation.view(container, layout, op)


def accumulated(
    translation: Translation, loops: Loops, kind: str
) -> tuple[SSAValue, SSAValue | None]:
    """
    The container of the one result of `loops`, and the container that its init lies in.

    No init where the library node can begin with the neutral element of `kind`.
    """
    (init,), (result,) = loops.inits, loops.results
    found = translation.tensor(init)
    source = None
    plain = isinstance(found, Filled) and is_neutral(found.value, kind)
    if not plain and not isinstance(found, Empty):
        source = translation.initial(init, loops.op)
    dims = translation.merged_dims(result.type, found.dims, loops.op)
    target = translation.allocate(dims, found.element, loops.op, result)
    translation.values[result] = Array(target, owned=True)
    return target, source
