"""
Loops of ONNX as loops over builtin tensors.

torch-mlir's own conversion runs every iteration whatever the condition says, and takes no results
of iterations (`scan` outputs). Here a `Loop` becomes `scf` operations, around a body that is still
in ONNX's operators; the passes that follow convert these where they stand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sdfg.lowering.frontend.native_bindings import ir
from sdfg.lowering.frontend.native_builder import DYNAMIC, TorchBuilder, ValueTensor, place, walk

_TRUTH = ValueTensor((), "i1")


def lower_loops(module: Any) -> tuple[str, ...]:
    """
    Replace every `Loop`, in place; returns those that cannot be, as text.

    ```
    %y, %z = onnx.Loop(%n, %c, %x) { ... yield %c1, %x1, %row }
    ->
    %count = scf.while (i = 0, c = %c, x = %x) while i < %n and c { ... }   (if c changes)
    %y, %z = scf.for i = 0 to %count (x = %x, z = empty) { ...; insert %row into z at i }
    ```

    The first loop alone is enough where no results of iterations are wanted, and the second one
    where the condition never changes.
    """
    problems: list[str] = []
    found = [op for op in walk(module.operation) if op.name == "torch.operator" and _is_loop(op)]
    for op in reversed(found):  # inner loops first
        try:
            with op.location, ir.InsertionPoint(op):
                _Loop(op, TorchBuilder()).replace()
        except _Refused as error:
            problems.append(f"{place(op.location)}: unsupported loop: {error}")
    return tuple(problems)


def _is_loop(op: Any) -> bool:
    return ir.StringAttr(op.attributes["name"]).value == "onnx.Loop"


class _Refused(Exception):
    """Why a loop cannot be lowered."""


@dataclass
class _Loop:
    op: Any
    builder: TorchBuilder

    def replace(self) -> None:
        given = list(self.op.operands)
        states = given[2:]
        limit, condition = (None if "none" in str(v.type) else v for v in given[:2])
        yielded = self._terminator(self.op).operands
        kinds = [
            _joined(_kind(a.type), _kind(b.type))
            for a, b in zip(states, yielded[1 : 1 + len(states)], strict=True)
        ]
        rows = [_kind(value.type) for value in yielded[1 + len(states) :]]
        inits = [self._builtin(v, k) for v, k in zip(states, kinds, strict=True)]
        constant = self._keeps_condition()
        count = None if limit is None else self._index(limit)
        first = None if condition is None else self._truth(condition)
        if constant and count is not None:
            results = self._for(self._chosen(first, count), inits, kinds, rows)
        elif constant and rows:
            raise _Refused("it never ends")
        else:
            results = self._while(count, first, inits, kinds)
            if rows:
                results = self._for(results[0], inits, kinds, rows)
            else:
                results = results[1:]
        outcomes = [*kinds, *(ValueTensor((DYNAMIC, *row.dims), row.element) for row in rows)]
        for old, value, kind in zip(self.op.results, results, outcomes, strict=True):
            wanted = _kind(old.type)
            new = self.builder.from_builtin(self._cast(value, kind, wanted), wanted)
            old.replace_all_uses_with(new)
        self.op.erase()

    # Loops

    def _for(
        self, count: Any, inits: list[Any], kinds: list[ValueTensor], rows: list[ValueTensor]
    ) -> list[Any]:
        """All iterations; the results are the states, then the rows of each."""
        sizes = self._row_sizes(rows, inits, kinds)
        tables: list[Any] = []
        for row, dims in zip(rows, sizes, strict=True):
            kind = ValueTensor((DYNAMIC, *row.dims), row.element).builtin
            dynamic = [d for d, n in zip(dims, row.dims, strict=True) if n == DYNAMIC]
            tables.append(self.builder.op("tensor.empty", [count, *dynamic], kind))
        carried = [*inits, *tables]
        bounds = [self.builder.constant(0), count, self.builder.constant(1)]
        types = [value.type for value in carried]
        loop = ir.Operation.create("scf.for", types, [*bounds, *carried], regions=1)
        block = _block(loop.regions[0], [ir.IndexType.get(), *types])
        with ir.InsertionPoint(block):
            number, *values = block.arguments
            end = ir.Operation.create("scf.yield", [], [])
            yielded = self._body(end, number, values[: len(kinds)], kinds)
        with ir.InsertionPoint(end):
            states = yielded[1 : 1 + len(kinds)]
            new = [self._builtin(v, k) for v, k in zip(states, kinds, strict=True)]
            for k, row in enumerate(rows):
                table, value = values[len(kinds) + k], yielded[1 + len(kinds) + k]
                new.append(self._inserted(self._builtin(value, row), row, table, number))
            ir.Operation.create("scf.yield", [], new)
        end.erase()
        return list(loop.results)

    def _while(
        self, count: Any, first: Any, inits: list[Any], kinds: list[ValueTensor]
    ) -> list[Any]:
        """Iterations as long as the condition holds; the first result is how many there were."""
        builder, index, truth = self.builder, ir.IndexType.get(), ir.IntegerType.get_signless(1)
        again = builder.op("arith.constant", [], "i1", {"value": ir.IntegerAttr.get(truth, 1)})
        types = [index, truth, *(value.type for value in inits)]
        start = [builder.constant(0), again if first is None else first, *inits]
        handed = [index, *types[2:]]
        loop = ir.Operation.create("scf.while", handed, start, regions=2)
        before, after = (_block(r, t) for r, t in zip(loop.regions, (types, handed), strict=True))
        with ir.InsertionPoint(before):
            number, on, *values = before.arguments
            if count is not None:
                less = {"predicate": ir.IntegerAttr.get(ir.IntegerType.get_signless(64), 2)}
                within = builder.op("arith.cmpi", [number, count], "i1", less)
                on = builder.op("arith.andi", [within, on], "i1")
            ir.Operation.create("scf.condition", [], [on, number, *values])
        with ir.InsertionPoint(after):
            number, *values = after.arguments
            end = ir.Operation.create("scf.yield", [], [])
            yielded = self._body(end, number, values, kinds)
        with ir.InsertionPoint(end):
            states = yielded[1 : 1 + len(kinds)]
            new = [self._builtin(v, k) for v, k in zip(states, kinds, strict=True)]
            following = builder.op("arith.addi", [number, builder.constant(1)], "index")
            ir.Operation.create("scf.yield", [], [following, self._truth(yielded[0]), *new])
        end.erase()
        return list(loop.results)

    def _body(
        self, end: Any, number: Any, values: Sequence[Any], kinds: Sequence[ValueTensor]
    ) -> list[Any]:
        """A copy of the body for an iteration, in front of `end`; what it yields."""
        copy = self.op.clone(ip=ir.InsertionPoint(end))
        block = copy.regions[0].blocks[0]
        terminator = self._terminator(copy)
        with ir.InsertionPoint(end):
            arguments = [
                self._number(number),
                self._true(),  # an iteration runs only where the condition holds
                *(
                    self.builder.from_builtin(
                        self._cast(value, kind, _kind(argument.type)), _kind(argument.type)
                    )
                    for value, kind, argument in zip(
                        values, kinds, list(block.arguments)[2:], strict=True
                    )
                ),
            ]
        for old, new in zip(block.arguments, arguments, strict=True):
            old.replace_all_uses_with(new)
        yielded = list(terminator.operands)
        for inner in list(block.operations)[:-1]:
            inner.operation.move_before(end)
        terminator.erase()
        copy.erase()
        return yielded

    def _row_sizes(
        self, rows: list[ValueTensor], inits: list[Any], kinds: list[ValueTensor]
    ) -> list[list[Any]]:
        """The sizes of what an iteration gives, found by a first one where they are not known."""
        if not any(row.dynamic for row in rows):
            return [[None] * len(row.dims) for row in rows]
        end = ir.Operation.create("arith.constant", [ir.IndexType.get()], [], _zero())
        zero = self.builder.constant(0)
        zero.owner.move_before(end)
        yielded = self._body(end, zero, inits, kinds)
        sizes: list[list[Any]] = []
        with ir.InsertionPoint(end):
            for row, value in zip(rows, yielded[1 + len(kinds) :], strict=True):
                sizes.append(self.builder.dims(self._builtin(value, row), row))
        end.erase()
        return sizes

    def _inserted(self, value: Any, row: ValueTensor, table: Any, number: Any) -> Any:
        """`table` with `value` as row `number`."""
        rank, dynamic = len(row.dims), -(2**63)
        sizes = [dynamic if d == DYNAMIC else int(d) for d in row.dims]
        given = [
            s for s, d in zip(self.builder.dims(value, row), row.dims, strict=True) if d == DYNAMIC
        ]
        array = ir.DenseI64ArrayAttr.get
        attributes = {
            "static_offsets": array([dynamic, *[0] * rank]),
            "static_sizes": array([1, *sizes]),
            "static_strides": array([1] * (rank + 1)),
            "operandSegmentSizes": ir.DenseI32ArrayAttr.get([1, 1, 1, len(given), 0]),
        }
        kind = str(table.type)
        return self.builder.op(
            "tensor.insert_slice", [value, table, number, *given], kind, attributes
        )

    # Values

    def _terminator(self, op: Any) -> Any:
        return list(op.regions[0].blocks[0].operations)[-1].operation

    def _keeps_condition(self) -> bool:
        """Whether the body hands its condition on unchanged, which holds then."""
        block = self.op.regions[0].blocks[0]
        value = self._terminator(self.op).operands[0]
        while not isinstance(value.owner, ir.Block):
            owner = value.owner
            if owner.name != "torch.operator":
                return False
            operator = ir.StringAttr(owner.attributes["name"]).value
            if operator == "onnx.Constant":
                stored = str(owner.attributes.get("torch.onnx.value", ""))
                return stored.startswith("dense<true>")
            if operator not in ("onnx.Identity", "onnx.Cast"):
                return False
            value = owner.operands[0]
        return value == block.arguments[1]

    def _chosen(self, condition: Any, count: Any) -> Any:
        """`count` iterations if the condition holds at all."""
        if condition is None:
            return count
        zero = self.builder.constant(0)
        return self.builder.op("arith.select", [condition, count, zero], "index")

    def _index(self, tensor: Any) -> Any:
        """An integer tensor of one element as an index, at least 0."""
        builder = self.builder
        integer = builder.op("torch.aten.item", [tensor], "!torch.int")
        number = builder.op("torch_c.to_i64", [integer], "i64")
        index = builder.op("arith.index_cast", [number], "index")
        return builder.op("arith.maxsi", [index, builder.constant(0)], "index")

    def _truth(self, tensor: Any) -> Any:
        """A tensor of one truth as an `i1`."""
        truth = self.builder.op("torch.aten.Bool.Tensor", [tensor], "!torch.bool")
        return self.builder.op("torch_c.to_i1", [truth], "i1")

    def _true(self) -> Any:
        kind = ir.Type.parse("tensor<i1>")
        value = ir.Attribute.parse(f"dense<true> : {kind}")
        return self.builder.op("torch.vtensor.literal", [], _TRUTH.torch, {"value": value})

    def _number(self, index: Any) -> Any:
        """An index as an integer tensor."""
        builder = self.builder
        number = builder.op("arith.index_cast", [index], "i64")
        integer = builder.op("torch_c.from_i64", [number], "!torch.int")
        return builder.op("torch.prim.NumToTensor.Scalar", [integer], "!torch.vtensor<[],si64>")

    def _builtin(self, value: Any, kind: ValueTensor) -> Any:
        """A value tensor as a builtin tensor of another, less precise type."""
        own = _kind(value.type)
        return self._cast(self.builder.to_builtin(value, own), own, kind)

    def _cast(self, value: Any, kind: ValueTensor, wanted: ValueTensor) -> Any:
        if len(kind.dims) != len(wanted.dims):
            raise _Refused(f"a value of {len(kind.dims)} dimensions gets {len(wanted.dims)}")
        if kind.builtin == wanted.builtin:
            return value
        return self.builder.op("tensor.cast", [value], wanted.builtin)


def _kind(kind: Any) -> ValueTensor:
    found = ValueTensor.of(kind)
    if found is None:
        raise _Refused(f"the rank or the element type of a value is not known: {kind}")
    return found


def _joined(a: ValueTensor, b: ValueTensor) -> ValueTensor:
    """What two types share: the sizes in which they agree."""
    if len(a.dims) != len(b.dims) or a.element != b.element:
        raise _Refused(f"what it carries changes from {a.torch} to {b.torch}")
    pairs = zip(a.dims, b.dims, strict=True)
    return ValueTensor(tuple(x if x == y else DYNAMIC for x, y in pairs), a.element)


def _block(region: Any, types: Sequence[Any]) -> Any:
    place_ = ir.Location.current
    return region.blocks.append(*types, arg_locs=[place_] * len(types))


def _zero() -> dict[str, Any]:
    return {"value": ir.IntegerAttr.get(ir.IndexType.get(), 0)}
