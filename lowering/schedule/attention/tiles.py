"""One block of rows of an attention: its tiles of columns, one after the other."""

from dataclasses import dataclass, field
from typing import Self

from xdsl.dialects.builtin import Float32Type, Float64Type
from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type, root
from sdfg.dialect.attrs import MachineAttr
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.attention import tasklets as make
from sdfg.lowering.schedule.attention.choice import Choice
from sdfg.lowering.schedule.attention.pattern import Access, Attention
from sdfg.lowering.schedule.attention.transposed import Copies
from sdfg.lowering.schedule.attention.triangle import hides_later_columns
from sdfg.lowering.schedule.recipes.library import default_library
from sdfg.lowering.simplify.rewriting import set_memlet, substitute

LARGEST_PRIVATE = 1 << 15
"""Elements that a block of rows may have on the stack for one container."""


@dataclass(frozen=True)
class Sizes:
    """How an attention is cut."""

    all_rows: int
    all_columns: int
    width: int
    """Results in a row."""
    rows: int
    """Rows in a block."""
    columns: int
    """Columns in a tile."""
    triangle: bool
    """Whether tiles behind the diagonal count nothing, and are left out."""
    choice: Choice | None = None
    """The recipe that chose them."""

    @classmethod
    def of(cls, found: Attention, machine: MachineAttr, *, rows: int, columns: int) -> Self | None:
        """
        As given, else by a recipe for attention. None where a size is not known, and where no
        recipe fits.
        """
        element = array_type(found.softmax.scores[0]).element_type
        if not isinstance(element, Float32Type | Float64Type):
            return None
        parallel = found.product.parallel
        wide = next(r.extent for p, r in parallel.items() if p != found.product_row)
        extents = (parallel[found.product_row].extent, found.softmax.size.extent, wide)
        known = [int(e) for e in extents if e.is_Integer]
        if len(known) < 3:
            return None
        height, length, width = known
        triangle = hides_later_columns(found)
        values = {name: machine.fact(name) for name in machine.facts.data}
        values |= {"lanes": machine.lanes(element.size), "bytes": element.size}
        values |= {"row": height, "column": length, "width": width, "triangle": int(triangle)}
        choice = None if rows else Choice.of(default_library(), values)
        if not rows and choice is None:
            return None
        rows = choice.rows if choice is not None else rows
        columns = columns or (choice.columns if choice is not None else length)
        if not 0 < rows <= height:
            return None
        columns = max(1, min(columns, length, LARGEST_PRIVATE // rows))
        return cls(height, length, width, rows, columns, triangle, choice)


@dataclass
class RowBlock:
    """The rows from `first` on, `count` of them."""

    found: Attention
    sizes: Sizes
    first: Expr
    count: int
    taken: set[str]
    ops: list[Operation] = field(default_factory=list[Operation])
    copies: Copies = field(default_factory=Copies)

    def build(self) -> list[Operation]:
        """What stands in the map over blocks."""
        whole, rest = divmod(self.sizes.all_columns, self.sizes.columns)
        self.score = self.alloc("scores", self.sizes.columns, self.count)
        self.largest = self.alloc("largest", self.count)
        self.total = self.alloc("total", self.count)
        if whole == 1 and not rest:
            self.only_tile()
            return [*self.copies.once, *self.ops]
        self.before = self.alloc("before", self.count)
        self.factor = self.alloc("factor", self.count)
        self.subtracted = self.alloc("subtracted", self.count)
        self.more = self.alloc("more", self.count)
        self.sums = self.alloc("sums", self.count, self.sizes.width)
        self.each_row(make.constant(float("-inf"), self.of_row(self.largest)))
        self.each_row(make.constant(0.0, self.of_row(self.total)))
        self.each_result(make.constant(0.0, self.of_result(self.sums)))
        name = symbolic.symbol_name("tile", self.taken)
        outer, self.ops = self.ops, []
        self.tile(symbolic.symbol(name) * self.sizes.columns, self.sizes.columns)
        outer.append(ForOp(name, Range.of(0, self.visible(whole)), self.ops))
        self.ops = outer
        if rest:
            self.tile(symbolic.integer(whole * self.sizes.columns), rest)
        self.each_result(self.normalized(self.of_result(self.sums)))
        return [*self.copies.once, *self.ops]

    def visible(self, whole: int) -> Expr:
        """The number of tiles up to the one of the last row's own column."""
        if not self.sizes.triangle:
            return symbolic.integer(whole)
        size = symbolic.integer(self.sizes.columns)
        return symbolic.minimum(
            symbolic.integer(whole), symbolic.ceil_div(self.first + self.count, size)
        )

    def only_tile(self) -> None:
        """All columns at once: nothing is scaled again."""
        self.scores(symbolic.integer(0), self.sizes.columns)
        start = make.constant(float("-inf"), self.of_row(self.largest))
        self.maximum(start, self.sizes.columns)
        self.exponentials(self.largest, self.sizes.columns)
        self.sum(self.total, self.sizes.columns)
        sums = self.register()
        start = make.constant(0.0, sums)
        self.product(sums, start, self.normalized(sums), symbolic.integer(0), self.sizes.columns)

    def tile(self, column: Expr, length: int) -> None:
        """The columns from `column` on: what came before is scaled to the new maximum."""
        largest, before = self.of_row(self.largest), self.of_row(self.before)
        subtracted, factor = self.of_row(self.subtracted), self.of_row(self.factor)
        self.scores(column, length)
        self.each_row(make.move(largest, before))
        self.maximum(make.move(before, largest), length)
        self.each_row(make.finite(largest, subtracted))
        self.each_row(make.exponential(before, subtracted, factor))
        self.exponentials(self.subtracted, length)
        self.sum(self.more, length)
        self.each_row(make.added(self.of_row(self.total), factor, self.of_row(self.more)))
        sums = self.register()
        start = make.scaled(self.of_result(self.sums), factor, sums)
        self.product(sums, start, make.move(sums, self.of_result(self.sums)), column, length)

    # The passes over a tile.

    def scores(self, column: Expr, length: int) -> None:
        """`map [j, i] { S[j, i] = f(first + i, column + j) }`"""
        nest = self.found.scores.clone()
        names = (self.found.column, self.found.row)
        body = nest.detach_region(0)
        index = [symbolic.symbol(n) for n in names]
        shift = {names[0]: column + index[0], names[1]: self.first + index[1]}
        made = MapOp(names, [Range.of(0, length), Range.of(0, self.count)], body)
        for op in list(made.body.block.ops):
            substitute(op, shift)
        old = root(self.found.softmax.scores[0])
        for op in [o for o in made.walk() if isinstance(o, TaskletOp)]:
            for k, (container, memlet) in enumerate((*op.input_accesses, *op.output_accesses)):
                if root(container) is old:
                    target = MemletAttr(SubsetAttr.points(index), memlet.wcr or "")
                    set_memlet(op, k, self.score, target)
        moving = {self.found.column, *symbolic.symbols_of(column)}
        self.ops += [*self.copies.transpose(made, moving), made]

    def maximum(self, start: TaskletOp, length: int) -> None:
        """
        `map [i] { start; map [j] { m[i] larger= S[j, i] } }`

        It need not keep NaN: a score that is NaN has an exponential that is, and thus their sum.
        """
        target = self.of_row(self.largest, "larger")
        self.each_row(start, self.columns(length, make.move(self.of_score, target)))

    def exponentials(self, largest: SSAValue, length: int) -> None:
        """`map [j, i] { S[j, i] = exp(S[j, i] - m[i]) }`"""
        op = make.exponential(self.of_score, self.of_row(largest), self.of_score)
        names = (self.found.column, self.found.row)
        self.ops.append(MapOp(names, [Range.of(0, length), Range.of(0, self.count)], [op]))

    def sum(self, target: SSAValue, length: int) -> None:
        """`map [i] { l[i] = 0; map [j] { l[i] += S[j, i] } }`"""
        start = make.constant(0.0, self.of_row(target))
        add = make.move(self.of_score, self.of_row(target, "sum"))
        self.each_row(start, self.columns(length, add))

    def product(
        self, sums: Access, start: TaskletOp, finish: TaskletOp, column: Expr, length: int
    ) -> None:
        """`map [i, d] { start; map [j] { sums += S[j, i] * V[column + j, d] }; finish }`"""
        found = self.found.product
        (reduced,) = found.reduced
        body = found.body.clone()
        j = symbolic.symbol(reduced)
        substitute(body, {**self.shift, reduced: column + j})
        row = symbolic.symbol(self.found.product_row)
        set_memlet(body, self.found.place, *make.at(self.score, j, row))
        target = MemletAttr(SubsetAttr.points(()), "sum")
        set_memlet(body, len(body.inputs), sums[0], target)
        inner = MapOp([reduced], [Range.of(0, length)], [body])
        register = sums[0].owner
        assert isinstance(register, AllocOp)
        self.results([register, start, inner, finish])

    def normalized(self, sums: Access) -> TaskletOp:
        """What writes a result, which is what the model's product wrote."""
        target = (self.found.product.target, MemletAttr(self.found.product.point.subset))
        guarded = self.found.softmax.guarded
        shifted = (target[0], target[1].substituted(self.shift))
        total = make.at(self.total, symbolic.symbol(self.found.product_row))
        return make.normalized(sums, total, shifted, guarded=guarded)

    # Maps, and elements at their parameters.

    @property
    def shift(self) -> dict[str, Expr]:
        """The row of the whole product."""
        row = self.found.product_row
        return {row: self.first + symbolic.symbol(row)}

    @property
    def of_score(self) -> Access:
        row, column = (symbolic.symbol(n) for n in (self.found.row, self.found.column))
        return make.at(self.score, column, row)

    def of_row(self, container: SSAValue, wcr: str = "") -> Access:
        return make.at(container, symbolic.symbol(self.found.row), wcr=wcr)

    def of_result(self, container: SSAValue) -> Access:
        return make.at(container, *map(symbolic.symbol, self.result_names))

    @property
    def result_names(self) -> tuple[str, str]:
        row = self.found.product_row
        return row, next(p for p in self.found.product.parallel if p != row)

    def columns(self, length: int, op: TaskletOp) -> MapOp:
        return MapOp([self.found.column], [Range.of(0, length)], [op])

    def each_row(self, *body: Operation) -> None:
        self.ops.append(MapOp([self.found.row], [Range.of(0, self.count)], body))

    def each_result(self, op: TaskletOp) -> None:
        self.results([op])

    def results(self, body: list[Operation]) -> None:
        """A map over all results of the block."""
        sizes = [Range.of(0, self.count), Range.of(0, self.sizes.width)]
        self.ops.append(MapOp(self.result_names, sizes, body))

    def alloc(self, name: str, *shape: int) -> SSAValue:
        """A container on the stack of the block."""
        element = array_type(self.found.softmax.scores[0]).element_type
        op = AllocOp(ArrayType(shape, element, storage="stack"), name)
        op.result.name_hint = name
        self.ops.append(op)
        return op.result

    def register(self) -> Access:
        """A number that is private to a result."""
        element = array_type(self.found.softmax.scores[0]).element_type
        op = AllocOp(ArrayType((), element, storage="register"), "sum")
        op.result.name_hint = "sum"
        return make.at(op.result)
