"""Temporaries of a loop, one for each iteration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access, Accesses, scope_ranges
from sdfg.dialect.analysis.containers import array_type, touching
from sdfg.dialect.analysis.subsets import bounds, covers, image
from sdfg.dialect.memlet import Range, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.lowering.schedule.names import label
from sdfg.lowering.schedule.transforms.nest import LARGEST_PRIVATE, Loop, Nest, parameter, refuse
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.simplify.privatize import make_private


@dataclass(frozen=True)
class PrivatizePass(Transformation):
    """
    Give each iteration of a loop its own copy of the containers that it writes before it reads.

    Before, and after `sdfg-privatize{loop=i}`:

    ```
    t = alloc [4]
    for [i = 0:N] { map [k = 0:4] { t[k] = A[i, k] }; map [k = 0:4] { B[i, k] = f(t[3 - k]) } }

    for [i = 0:N] {
      t = alloc [4] stack
      map [k = 0:4] { t[k] = A[i, k] }; map [k = 0:4] { B[i, k] = f(t[3 - k]) }
    }
    ```

    Iterations that met in nothing else share nothing then: `sdfg-parallelize-loop` may run them on
    threads. A copy has those dimensions of the container along which an iteration moves. Legal
    where nothing else in the program uses the container, where each element that an iteration reads
    has been written before in the same one, and where a copy is small and of constant size.
    """

    name = "sdfg-privatize"
    orders: ClassVar[bool] = True

    loop: str
    """The loop."""

    def rewrite(self, nest: Nest) -> None:
        reasons: list[str] = []
        done = 0
        for op in nest.loops(self.loop):
            for base, accesses in Accesses.of(op).by_root.items():
                owner = base.owner
                if not isinstance(owner, AllocOp) or op.is_ancestor(owner):
                    continue
                if not any(a.writes for a in accesses):
                    continue
                reason = obstacle(nest, op, base, accesses)
                if reason is not None:
                    reasons.append(f"{label(base)} {reason}")
                    continue
                last = nest.original is None and owner in nest.added
                make_private(base, accesses, op, kept_dimensions(op, accesses))
                if last:
                    nest.added.remove(owner)
                done += 1
        if not done:
            refuse("; ".join(reasons) or f"loop {self.loop} writes no temporary from outside")


def obstacle(nest: Nest, op: Loop, base: SSAValue, accesses: Sequence[Access]) -> str | None:
    """Why an iteration of `op` cannot have a copy of `base`, None if it can."""
    if any(not a.is_point for a in accesses):
        return "is taken as a whole"
    if any(a.container.type != base.type for a in accesses):
        return "is used through a view"
    known = {(a.node, a.operand) for a in accesses}
    for user, index in touching(base):
        if (user, index) not in known and not is_in(user, nest.original):
            return f"is used outside of loop {parameter(op)}"
    for k, access in enumerate(accesses):
        reads = not access.writes or access.wcr is not None
        if reads and not any(precedes(w, access, op) for w in accesses[:k]):
            return f"is read before it is written in an iteration of {parameter(op)}"
    size = symbolic.product(array_type(base).dims[d] for d in kept_dimensions(op, accesses))
    if not size.is_Integer or size > LARGEST_PRIVATE:
        return f"has {size} elements for each iteration"
    return None


def is_in(op: Operation, outer: Operation | None) -> bool:
    return outer is not None and outer.is_ancestor(op)


def precedes(write: Access, read: Access, op: Loop) -> bool:
    """Whether `write`, in the text before `read`, has written it in the same iteration of `op`."""
    if not write.writes or write.wcr is not None or not write.whole:
        return False
    shared = 0
    while shared < min(len(write.scope), len(read.scope)):
        if write.scope[shared] is not read.scope[shared]:
            break
        shared += 1
    over = scope_ranges(write.scope[shared:])
    if any(not is_positive(r.extent) for n, r in over.items() if n not in write.subset.symbols):
        return False  # it may not happen at all
    written = image(write.subset, over)
    wanted = box(read, scope_ranges(read.scope[shared:]))
    return written is not None and wanted is not None and covers(written, wanted)


def box(read: Access, over: Mapping[str, Range]) -> SubsetAttr | None:
    """A box of all elements that a read names while the parameters run through `over`, or None."""
    found = [bounds(r.start, over) for r in read.subset.data]
    sides = [
        Range(b[0]) if b[0] == b[1] else Range.of(b[0], symbolic.expanded(b[1] + 1))
        for b in found
        if b is not None
    ]
    return SubsetAttr(tuple(sides)) if len(sides) == len(found) else None


def is_positive(extent: symbolic.Expr) -> bool:
    return bool(extent.is_Integer and extent > 0)


def kept_dimensions(op: Loop, accesses: Sequence[Access]) -> list[int]:
    """The dimensions along which one iteration of `op` touches more than one element."""
    depth = accesses[0].scope.index(op) + 1
    inner = {n for a in accesses for n in scope_ranges(a.scope[depth:])}
    kept: list[int] = []
    for d, index in enumerate(accesses[0].subset.data):
        same = all(a.subset.data[d] == index for a in accesses)
        if not same or not inner.isdisjoint(symbolic.symbols_of(index.start)):
            kept.append(d)
    return kept
