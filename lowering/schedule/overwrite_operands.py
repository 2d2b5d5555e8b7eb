"""Results written over the operands that they are the last to need."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from sdfg.dialect.analysis.accesses import Access, Accesses
from sdfg.dialect.analysis.live_ranges import LiveRange, live_ranges, nodes_of
from sdfg.dialect.analysis.loops import loops_around
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.simplify.iteration_spaces import sole_parameter
from sdfg.lowering.simplify.rewriting import merged_location


@dataclass(frozen=True)
class OverwriteOperandsPass(ModulePass):
    """
    Let a nest write its result over an operand of the same type that nobody needs any more.

    Before:

    ```
    map [i = 0:N] { a[i] = ... }
    map [i = 0:N] { b[i] = f(a[i], c[i]) }
    map [i = 0:N] { ... = b[i] }
    ```

    After:

    ```
    map [i = 0:N] { a[i] = ... }
    map [i = 0:N] { a[i] = f(a[i], c[i]) }
    map [i = 0:N] { ... = a[i] }
    ```

    The lines of the operand are in the cache when the result comes; those of another container
    would have to be fetched to be written. For containers on the heap that the program allocates.
    An iteration of the loops around both must touch no element of the operand that another one
    writes, and must have read it before it writes. Linear in the number of nodes, and quadratic in
    the accesses of one nest to the two.
    """

    name = "sdfg-overwrite-operands"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for program in [p for p in op.walk() if isinstance(p, SdfgOp)]:
            overwrite(program.body.block)


def overwrite(block: Block) -> None:
    """Merge containers that `block` allocates."""
    live = {op: span for op, span in live_ranges(block).items() if may_merge(op)}
    ending: dict[int, list[AllocOp]] = {}
    beginning: dict[int, list[AllocOp]] = {}
    for alloc, span in live.items():
        ending.setdefault(span.last, []).append(alloc)
        beginning.setdefault(span.first, []).append(alloc)
    for place, node in enumerate(nodes_of(block)):
        if not isinstance(node, MapOp) or place not in ending:
            continue
        for new in beginning.get(place, ()):
            accesses = Accesses.of(node)
            fitting = (old for old in ending[place] if fits(old, new, accesses))
            old = next((o for o in fitting if live[o].first < place), None)
            if old is not None:
                ending[place].remove(old)
                last = live[new].last
                ending[last] = [old if op is new else op for op in ending[last]]
                live[old] = LiveRange(live[old].first, last)
                merge(old, new)


def may_merge(op: AllocOp) -> bool:
    kind = op.result.type
    return isinstance(kind, ArrayType) and kind.storage.kind.data == "heap"


def merge(old: AllocOp, new: AllocOp) -> None:
    """Let `old` stand for both."""
    old.location = merged_location(old, new)
    Rewriter.replace_op(new, [], [old.result])


def fits(old: AllocOp, new: AllocOp, accesses: Accesses) -> bool:
    """Whether a nest that makes `accesses` may write `new` where it reads `old`."""
    if old.result.type != new.result.type:
        return False
    reads = accesses.by_root[old.result]
    writes = accesses.by_root[new.result]
    order = {access: k for k, access in enumerate(accesses.all)}
    return all(
        not a.writes and order[a] < order[b] and are_apart(a, b) for a in reads for b in writes
    )


def are_apart(a: Access, b: Access) -> bool:
    """
    Whether two iterations of the loops around both never touch the same element, one each.

    Both name containers of one type, which are to become the same.
    """
    if a.container is not a.root or b.container is not b.root:
        return False
    around = zip(loops_around(a.scope), loops_around(b.scope), strict=False)
    shared = [x for x, y in around if x == y]
    names = [loop.parameter for loop in shared]
    inner = (a.ranges.keys() | b.ranges.keys()) - set(names)
    left = {loop.parameter for loop in shared if not loop.is_trivial}
    for x, y in zip(a.subset.data, b.subset.data, strict=True):
        if x.is_point and y.is_point and x.start == y.start:
            left.discard(sole_parameter(x.start, names, inner) or "")
    return not left
