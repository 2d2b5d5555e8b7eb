"""Softmax and the product with its rows in one pass over tiles."""

from collections.abc import Mapping
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import DictionaryAttr, IntegerAttr, ModuleOp, StringAttr, i64
from xdsl.ir import Operation
from xdsl.passes import ModulePass

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.lowering.schedule.attention.pattern import Attention
from sdfg.lowering.schedule.attention.tiles import RowBlock, Sizes
from sdfg.lowering.schedule.machine import machine_of
from sdfg.lowering.schedule.names import known_names
from sdfg.lowering.simplify.rewriting import erase_unused_containers, insert_before, merged_location


@dataclass(frozen=True)
class OnlineSoftmaxPass(ModulePass):
    """
    Compute a softmax of rows and a product with it for blocks of rows, in one pass over columns.

    Before, and after with tiles of `T` columns:

    ```
    map [i, j] { S[i, j] = f(i, j) }
    map [i] {
      m = -inf; map [j] { m max= S[i, j] }
      l = 0; map [j] { E[j] = exp(S[i, j] - m); l += E[j] }
      map [j] { P[i, j] = E[j] / l }
    }
    map [i, d] { O[i, d] = 0; map [j] { O[i, d] += P[i, j] * V[j, d] } }

    map [block] {
      m[i] = -inf; l[i] = 0; A[i, d] = 0
      for [tile] {
        map [j, i] { S[j, i] = f(i, j) }
        old[i] = m[i]; m[i] max= S[j, i]; c[i] = exp(old[i] - m[i])
        S[j, i] = exp(S[j, i] - m[i]); l[i] = c[i] * l[i] + sum S[j, i]
        A[i, d] = c[i] * A[i, d] + sum S[j, i] * V[j, d]
      }
      O[i, d] = A[i, d] / l[i]
    }
    ```

    All columns are one tile where these fit the caches; nothing is then scaled again. Scores have
    rows side by side, so that the passes over a row need no sums of lanes, and what is read at
    a row and a column is transposed before.

    Where the scores add a mask that is computed from the indices and hides what lies behind the
    diagonal, tiles there are left out: what they add is 0 for finite operands below 1e37.

    Legal because the product is linear in the probabilities, so that the division can wait. Each
    result is off by some units in the last place more: one for each tile that raised the maximum
    (`exp(a) * exp(b)` for `exp(a + b)`), none for one tile. For sizes that are known, and floating
    point. Needs `#sdfg.machine` on the module.
    """

    name = "sdfg-online-softmax"

    rows: int = 0
    """Rows in a block; 0: what the recipe for `attention` says, if its condition holds."""
    columns: int = 0
    """Columns in a tile; 0: what the recipe says, or all."""

    def __post_init__(self) -> None:
        if self.rows < 0 or self.columns < 0:
            raise ValueError(f"{self.name}: rows and columns are at least 0")

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        machine = machine_of(op)
        for node in [n for n in op.walk() if isinstance(n, MapOp)]:
            found = Attention.of(node)
            if found is None:
                continue
            sizes = Sizes.of(found, machine, rows=self.rows, columns=self.columns)
            if sizes is not None:
                rewrite(found, sizes)


def numbers(values: Mapping[str, int]) -> DictionaryAttr:
    return DictionaryAttr({k: IntegerAttr(v, i64) for k, v in values.items()})


def rewrite(found: Attention, sizes: Sizes) -> None:
    """Put the blocks in the place of the three nests."""
    last = found.product.outer
    state: Operation = last
    while not isinstance(state, StateOp):
        parent = state.parent_op()
        assert parent is not None
        state = parent
    location = merged_location(found.scores, found.softmax.op, last)
    taken = known_names(last)
    name = symbolic.symbol_name("block", taken)
    step = symbolic.integer(sizes.rows)
    whole, rest = divmod(sizes.all_rows, sizes.rows)
    new: list[Operation] = []
    for count, rows, start in ((whole, sizes.rows, 0), (1, rest, whole * sizes.rows)):
        if count and rows:
            first = symbolic.symbol(name) * step + start
            body = RowBlock(found, sizes, first, rows, {*taken, name}).build()
            new.append(MapOp([name], [Range.of(0, count)], body))
    for op in new:
        for inner in op.walk():
            derived(inner, last)
        op.location = location
        if sizes.choice is not None:
            op.attributes["recipe"] = StringAttr(sizes.choice.recipe)
            op.attributes["knobs"] = numbers(sizes.choice.knobs)
    insert_before(last, *new)
    for op in (last, found.softmax.op, found.scores):
        op.detach()
        op.erase()
    erase_unused_containers(state)
