"""Convolutions with small kernels by transforming tiles: fewer multiplications."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass

from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.contractions import ConvOp
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import StateOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.lowering.to_sdfg.expansions.place import Place
from sdfg.lowering.to_sdfg.winograd.choice import Convolution, choose, rows_in_band
from sdfg.lowering.to_sdfg.winograd.rewriting import Rewriting


@dataclass(frozen=True)
class WinogradConvolutionsPass(ModulePass):
    """
    Compute convolutions of steps 1 with constant weights in tiles, with fewer multiplications.

    Before:

    ```
    sdfg.conv (%x, %w) -> (%y)     // 3 x 3
    ```

    After, with `U`, `V` and `M` of 36 (or 16) matrices:

    ```
    map [c, f] { U[:, c, f] = G w[f, c] G^T }                         // when it is compiled
    map [n, ty, tx, c] { V[:, (n, ty, tx), c] = B^T x[n, c, 4 * ty:.., 4 * tx:..] B }
    sdfg.matmul (V, U) -> (M)
    map [n, ty, tx, f] { Y[n, 4 * ty:.., 4 * tx:.., f] = A^T M[:, (n, ty, tx), f] A }
    map [n, f, y, x] { y[n, f, y, x] = Y[n, y, x, f] }
    ```

    Each tile of `m x m` results takes `(m + 2)^2` products instead of `9 m^2`: F(2, 3) does 2.25
    times fewer, F(4, 3) 4 times fewer. A model of the time decides for each convolution whether one
    of `outputs` is faster, from its multiply-adds, transforms and what passes caches and memory.
    Other kernels and numbers of dimensions work the same way.

    Where `V` and `M` of all tiles would not stay in the caches, and for a number of images that is
    known at run time only, the tiles follow each other in bands, which share their memory:

    ```
    for [image = 0:N] { for [band = 0:28] { state { V = ..; matmul (V, U) -> (M); Y[..] = .. } } }
    ```

    It computes the same with other roundings. Error relative to the root mean square of the
    results, of normally distributed numbers, measured against f64, and what `tolerances` allows:

    ```
    channels   direct: rms, max    F(2, 3)              F(4, 3)              allowed
    64         4.3e-7    4.1e-6    2.6e-7    1.6e-6     7.5e-7    7.6e-6     1.1e-5
    128        6.0e-7    5.8e-6    3.5e-7    2.2e-6     1.0e-6    1.0e-5     1.6e-5
    256        8.5e-7    1.1e-5    4.9e-7    2.9e-6     1.4e-6    1.7e-5     2.3e-5
    512        1.2e-6    1.3e-5    7.0e-7    4.2e-6     2.0e-6    1.9e-5     3.2e-5
    ```
    """

    name = "sdfg-winograd-convolutions"

    outputs: tuple[int, ...] = (4, 2)
    """Sizes of tiles to choose from."""
    least_channels: int = 16
    """Channels in and out below which a convolution stays as it is."""
    least_gain: float = 1.2
    """How many times faster it must be by the model."""

    band_bytes: int = 1 << 22
    """Bytes of `V` and `M` to work on at a time where all are four times as many."""

    def __post_init__(self) -> None:
        if not self.outputs or any(m < 1 for m in self.outputs) or self.least_channels < 1:
            raise ValueError(
                f"{self.name}: outputs and least-channels are at least 1, got "
                f"{', '.join(map(str, self.outputs)) or 'none'} and {self.least_channels}"
            )
        if self.least_gain <= 0:
            raise ValueError(f"{self.name}: least-gain is above 0, got {self.least_gain}")

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for program in [p for p in op.walk() if isinstance(p, SdfgOp)]:
            taken = set(program.symbol_names)
            for node in [n for n in program.walk() if isinstance(n, ConvOp)]:
                conv = Convolution.of(node)
                if conv is None:
                    continue
                chosen = choose(conv, self.outputs, self.least_channels, self.least_gain)
                if chosen is not None:
                    band = rows_in_band(conv, chosen, self.band_bytes)
                    rewrite(node, Rewriting(conv, chosen, Place.of(node, taken), band))


def rewrite(node: ConvOp, rewriting: Rewriting) -> None:
    """Put the maps of `rewriting` in the place of `node`, and of its state if there are loops."""
    start = None
    if node.accumulate is not None:
        start = rewriting.place.initial(rewriting.conv.y) or rewriting.conv.y
    first, each, last = rewriting.build(start)
    state, block = node.parent_op(), node.parent_block()
    assert isinstance(state, StateOp)
    assert block is not None
    if not rewriting.part.loops:
        block.insert_ops_before([derived(op, node) for op in (*first, *each, *last)], node)
    else:
        block.insert_ops_before([derived(op, node) for op in first], node)
        rest = [op for op in block.ops if node.is_before_in_block(op)]
        follow(state, rewriting.part.loops, [derived(op, node) for op in each], node)
        for op in rest:
            op.detach()
        after = state.next_op
        assert after is not None
        tail = StateOp(state.sym_name.data, [*(derived(op, node) for op in last), *rest])
        tail.location = state.location
        outer = state.parent_block()
        assert outer is not None
        outer.insert_op_after(tail, after)
    node.detach()
    node.erase()


def follow(
    state: StateOp, loops: Sequence[tuple[str, object]], nodes: Sequence[Operation], node: ConvOp
) -> None:
    """
    ```
    state { .. }   ->   state { .. }; for [image] { for [band] { state { nodes } } }
    ```
    """
    inner: Operation = derived(StateOp(state.sym_name.data, nodes), node)
    for name, extent in reversed(loops):
        inner = derived(ForOp(name, Range.of(0, extent), [inner]), node)
    block = state.parent_block()
    assert block is not None
    block.insert_op_after(inner, state)
