"""Make one map of maps that pass data on point by point."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from sdfg.dialect.analysis.accesses import Access, Accesses
from sdfg.dialect.memlet import Range, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp, ViewOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.lowering.simplify.iteration_spaces import (
    Alignment,
    Meeting,
    Space,
    align,
    inner_parameters,
)
from sdfg.lowering.simplify.privatize import privatize
from sdfg.lowering.simplify.reshape_maps import adapt
from sdfg.lowering.simplify.rewriting import (
    Definition,
    merged_location,
    move_before,
    rename_parameters,
    substitute,
)
from sdfg.lowering.simplify.share_rows import are_apart, clashes, common_rows, wrap


@dataclass(frozen=True)
class FuseMapsPass(ModulePass):
    """
    Fuse a map into the map that computes what it reads, where both run over the same points.

    ```
    sdfg.map [i0 = 0:N] {                         sdfg.map [i0 = 0:N] {
      sdfg.tasklet (%x[i0]) -> (%t[i0]) A           %s = sdfg.alloc : ..[] x f32, register
    }                                       ->      sdfg.tasklet (%x[i0]) -> (%s[]) A
    sdfg.map [i0 = 0:N] {                           sdfg.tasklet (%s[]) -> (%y[i0]) B
      sdfg.tasklet (%t[i0]) -> (%y[i0]) B         }
    }
    ```

    The reading map is elementwise, or the written one is: an elementwise map becomes the epilogue
    or the prologue of a reduction nest, and chains collapse completely. An elementwise map over the
    points of a whole reduction nest moves into its inner map. Maps that wait between the two must
    not touch the same data. A transient container that is left within one map becomes private to
    its points: a register. No computation is repeated.

    With `rows`, reductions of rows and what is done with the rows (softmax, layer normalization)
    share their outer dimensions as well, and rows of known size become private. So do products of
    matrices that are numbered (the heads of attention) with what is done to each.

    ```
    sdfg.map [i] { A; sdfg.map [r] { B } }          sdfg.map [i] {
    sdfg.map [i, j] { C }                    ->       A; sdfg.map [r] { B }; sdfg.map [j] { C }
                                                    }
    ```
    """

    name = "sdfg-fuse-maps"

    rows: bool = True
    """Whether passes over the same rows share a map."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        blocks = [b for inner in op.walk() for r in inner.regions for b in r.blocks]
        for block in blocks:
            maps = [node for node in block.ops if isinstance(node, MapOp)]
            if len(maps) > 1:
                fuse_block(block, rows=self.rows)
            for node in block.ops:
                if isinstance(node, MapOp):
                    privatize(node)


@dataclass(eq=False)
class Node:
    """A node of a block and what it touches."""

    op: Operation
    accesses: Accesses

    @property
    def map(self) -> MapOp | None:
        return self.op if isinstance(self.op, MapOp) else None

    @property
    def space(self) -> Space:
        assert isinstance(self.op, MapOp)
        return space(self.op)

    @property
    def is_flat(self) -> bool:
        """Whether it is a map of nothing but tasklets."""
        return self.map is not None and all(
            isinstance(op, TaskletOp | AllocOp | ViewOp) for op in self.map.body.block.ops
        )

    @property
    def reduces(self) -> bool:
        return any(a.wcr is not None for a in self.accesses.all)


def space(op: MapOp) -> dict[str, Range]:
    """The parameters of a map with their ranges."""
    return dict(zip(op.param_names, op.ranges.data, strict=True))


@dataclass(eq=False)
class Fuser:
    """Fuses the maps of one block. `nodes` are its nodes in order; definitions stand before."""

    nodes: list[Node]
    done: list[Node] = field(default_factory=list[Node])

    @classmethod
    def of(cls, block: Block) -> "Fuser":
        """Prepare `block`: containers are defined before its first node."""
        nodes = [op for op in block.ops if not isinstance(op, Definition)]
        for op in list(block.ops):
            if isinstance(op, Definition):
                move_before(op, nodes[0])
        return cls([Node(op, Accesses.of(op)) for op in nodes])

    def run(self, attempts: Sequence["Attempt"]) -> None:
        """Fuse each node with those before it that it reads from, as long as an attempt works."""
        self.done = []
        for node in self.nodes:
            self.done.append(node)
            if node.map is not None:
                current: Node | None = node
                while current is not None:
                    current = self.fuse_one(current, attempts)
        self.nodes = self.done

    def fuse_one(self, node: Node, attempts: Sequence["Attempt"]) -> Node | None:
        """Fuse `node` with one of those that it reads from: the result, or None."""
        for producer in self.producers(node):
            for attempt in attempts:
                if (fused := attempt(self, producer, node)) is not None:
                    return fused
        return None

    def producers(self, node: Node) -> Iterator[Node]:
        """The maps before `node` that write what it reads, latest first."""
        end = self.done.index(node)
        for other in self.done[:end][::-1]:
            if other.map is not None and not other.accesses.writes.isdisjoint(
                node.accesses.updates
            ):
                yield other

    def append(self, first: Node, second: Node) -> Node | None:
        """Let the body of `second` follow that of `first`, if both run over the same points."""
        if not can_share_body(first, second) or self.meet(first, second) is None:
            return None
        unify(first, second)
        alignment = align(first.space, second.space, hints(first.accesses, second.accesses.all))
        if alignment is None:
            return None
        if not Meeting(first.space, alignment).is_free(first.accesses, second.accesses):
            return None
        place = self.meet(first, second)
        if place is None:
            return None
        assert first.map is not None
        assert second.map is not None
        join(first.map, second.map, alignment)
        return self.replace(first, second, place)

    def prepend(self, first: Node, second: Node) -> Node | None:
        """Move the elementwise `first` into the inner map of `second` that reads what it writes."""
        if not first.is_flat or first.reduces or second.map is None:
            return None
        for inner in second.map.body.block.ops:
            if not isinstance(inner, MapOp):
                continue
            alignment = inner_alignment(first, second, inner)
            if alignment is not None and (place := self.meet(first, second)) is not None:
                assert first.map is not None
                move_inside(first.map, inner, alignment)
                second.map.location = merged_location(first.map, second.map)
                return self.replace(second, first, place)
        return None

    def share_products(self, first: Node, second: Node) -> Node | None:
        """As `share_rows`; products of matrices run one by one, with what is done to each."""
        return self.share_rows(first, second, products=True)

    def share_rows(self, first: Node, second: Node, *, products: bool = False) -> Node | None:
        """Let two passes over the same rows run row by row together."""
        if second.map is None or first.map is None or (first.is_flat and second.is_flat):
            return None
        if first.map.schedule != second.map.schedule:
            return None
        alignment = rows_of(first, second, products=products)
        if alignment is not None and clashes(second.accesses, alignment):
            rename_parameters(second.map, first.space)
            second.accesses = Accesses.of(second.op)
            alignment = rows_of(first, second, products=products)
        if alignment is None or (place := self.meet(first, second)) is None:
            return None
        if not are_apart(first.space, first.accesses, second.accesses, alignment):
            return None
        for op in (first.map, second.map):
            wrap(op, len(alignment.names))
        join(first.map, second.map, alignment)
        fuse_block(first.map.body.block, rows=False)
        return self.replace(first, second, place)

    def meet(self, first: Node, second: Node) -> Node | None:
        """Whichever of the two both can run at, given the nodes between them; None if neither."""
        start, end = self.done.index(first), self.done.index(second)
        between = self.done[start + 1 : end]
        if not any(second.accesses.conflicts_with(n.accesses) for n in between):
            return first
        if not any(first.accesses.conflicts_with(n.accesses) for n in between):
            return second
        return None

    def replace(self, kept: Node, gone: Node, place: Node) -> Node:
        """Let `kept` stand at `place` for both."""
        assert kept.map is not None
        if place is gone:
            move_before(kept.op, gone.op)
        fused = Node(kept.op, Accesses.of(kept.op))
        self.done[self.done.index(place)] = fused
        self.done.remove(gone if place is kept else kept)
        Rewriter.erase_op(gone.op)
        return fused


Attempt = Callable[[Fuser, Node, Node], Node | None]


def fuse_block(block: Block, *, rows: bool) -> None:
    """Fuse the maps that stand directly in `block`."""
    fuser = Fuser.of(block)
    fuser.run((Fuser.append, Fuser.prepend))
    if rows:
        fuser.run((Fuser.share_rows,))
        fuser.run((Fuser.share_products,))


def can_share_body(first: Node, second: Node) -> bool:
    """Whether fusing side by side pays: one is elementwise, and no reduction joins another."""
    if first.map is None or second.map is None or first.map.schedule != second.map.schedule:
        return False
    if not first.is_flat and not second.is_flat:
        return False
    return not (first.reduces and second.reduces)


def rows_of(first: Node, second: Node, *, products: bool) -> Alignment | None:
    """The leading parameters that two maps could share."""
    pairs = hints(first.accesses, second.accesses.all)
    spaces = (first.space, second.space, first.accesses, second.accesses)
    return common_rows(*spaces, pairs, products=products)


def unify(first: Node, second: Node) -> None:
    """Merge or split parameters of the elementwise one, where that brings it to the other's."""
    assert first.map is not None
    assert second.map is not None
    if len(first.space) == len(second.space):
        return
    pairs = hints(at_points(first), at_points(second).all)
    if second.is_flat:
        if adapt(second.map, first.space, pairs):
            second.accesses = Accesses.of(second.op)
    elif adapt(first.map, second.space, [(b, a) for a, b in pairs]):
        first.accesses = Accesses.of(first.op)


def at_points(node: Node) -> Accesses:
    """The accesses whose indices are those of the map itself, not of maps and loops within."""
    names = node.space.keys()
    found = (
        a for a in node.accesses.all if inner_parameters(a, names).isdisjoint(a.subset.symbols)
    )
    return Accesses(tuple(found))


def hints(first: Accesses, second: Iterable[Access]) -> list[tuple[SubsetAttr, SubsetAttr]]:
    """The subsets that one writes and the other touches, of containers of the same type."""
    return [
        (a.subset, b.subset)
        for b in second
        for a in first.by_root.get(b.root, ())
        if a.writes and a.container.type == b.container.type
    ]


def inner_alignment(first: Node, second: Node, inner: MapOp) -> Alignment | None:
    """How `first` fits the points of `second` together with its map `inner`, if it may move in."""
    assert second.map is not None
    inside = [a for a in second.accesses.all if inner in a.scope]
    outside = Accesses(tuple(a for a in second.accesses.all if inner not in a.scope))
    if first.accesses.writes.isdisjoint(a.root for a in inside if not a.writes):
        return None
    if first.accesses.conflicts_with(outside):
        return None
    target = second.space | space(inner)
    pairs = hints(first.accesses, inside)
    alignment = align(target, first.space, [(theirs, ours) for ours, theirs in pairs])
    if alignment is None:
        return None
    free = Meeting(target, alignment).is_free(Accesses(tuple(inside)), first.accesses)
    return alignment if free else None


def join(first: MapOp, second: MapOp, alignment: Alignment) -> None:
    """Append the body of `second` to that of `first`, over the parameters of `first`."""
    taken = first.param_names
    for op in list(second.body.block.ops):
        rename_parameters(op, taken)
        substitute(op, alignment.values)
        op.detach()
        first.body.block.add_op(op)
    first.location = merged_location(first, second)


def move_inside(first: MapOp, inner: MapOp, alignment: Alignment) -> None:
    """Put the body of `first` before that of `inner`, over the parameters around it."""
    front = inner.body.block.first_op
    assert front is not None
    for op in list(first.body.block.ops):
        substitute(op, alignment.values)
        move_before(op, front)
    inner.location = merged_location(first, inner)
