"""Arguments and results of a function as symbols, containers and weights of a program."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import DictionaryAttr, IntegerType, TensorType
from xdsl.ir import Attribute, Block, BlockArgument, Operation, Region, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import WeightAttr
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.containers import ConstantOp, ViewOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType
from sdfg.lowering.to_sdfg.attributes import element_of, entries, shape_of, text, texts
from sdfg.lowering.to_sdfg.names import hint
from sdfg.lowering.to_sdfg.translation import Translation, last_use
from sdfg.lowering.to_sdfg.values import Array, Elements, Stored, Symbolic, Tensor, array_type

SIZES = "sizes"
"""
The last container of a program with `late_symbols`: their values, sizes of results that data
decides. A run whose symbols had other values stops with an error once they are written here.
"""

_CHANGES = ("tensor.insert_slice", "tensor.insert")
_MAKES = ("tensor.concat", "tensor.pad", "linalg.generic", "scf.for")
_KEPT_SHAPE = ("tensor.expand_shape", "tensor.collapse_shape", "tensor.reshape", "tensor.cast")


@dataclass
class Interface:
    """The arguments and results of one function, and the program that is built from it."""

    function: func.FuncOp
    translation: Translation
    outs: dict[int, SSAValue]
    """The container of each result that has one so far."""
    names: list[tuple[str, str]]
    """Role and name of each container of the program, inputs only."""

    @staticmethod
    def of(function: func.FuncOp) -> "Interface":
        """
        A program with the inputs of `function`, and with its results as far as their shape is
        known.
        """
        block = Block()
        program = SdfgOp(function.sym_name.data, (), (), (), Region(block))
        interface = Interface(function, Translation(program, set()), {}, [])
        for argument in function.body.block.args:
            interface._add_argument(argument)
        program.attributes["symbols"] = syntax.strings(interface._symbols())
        interface._add_results()
        return interface

    # Inputs

    def _add_argument(self, argument: BlockArgument) -> None:
        facts = entries(self.function.arg_attrs, argument.index)
        name = text(facts.get("sdfg.name")) or f"arg{argument.index}"
        values = self.translation.values
        if "sdfg.symbol" in facts:
            symbol = symbolic.symbol(self._known(text(facts["sdfg.symbol"]) or name))
            values[argument] = Symbolic(symbol, argument.type)
            return
        dims = self._dims(argument.type, facts, name)
        kind = ArrayType(dims, element_of(argument.type))
        if "sdfg.constant" in facts:
            if not argument.uses.get_length():
                return
            constant = ConstantOp(WeightAttr(name), kind)
            constant.location = argument.location
            self.translation.block.add_op(constant)
            container: SSAValue = constant.result
            container.name_hint = hint(name)
        else:
            block = self.translation.program.body.block
            container = block.insert_arg(kind, len(block.args), argument.location)
            container.name_hint = hint(name)
            self.names.append(("in", name))
        is_tensor = isinstance(argument.type, TensorType)
        values[argument] = Array(container) if is_tensor else Stored(container)

    def _dims(self, kind: Attribute, facts: Mapping[str, Attribute], name: str) -> tuple[Expr, ...]:
        """The sizes of an argument: numbers of its type, else the expressions of `sdfg.shape`."""
        named = texts(facts.get("sdfg.shape")) or []
        dims: list[Expr] = []
        for d, size in enumerate(shape_of(kind)):
            if size >= 0:
                dims.append(symbolic.integer(size))
                continue
            if d < len(named):
                dims.append(self._expression(named[d], name))
            else:
                dims.append(symbolic.symbol(self._known(f"{name}_{d}")))
            for symbol in sorted(symbolic.symbols_of(dims[-1])):
                self._known(symbol)
                self.translation.facts.add_size(symbol)
        return tuple(dims)

    def _expression(self, shape: str, name: str) -> Expr:
        try:
            return symbolic.parse(shape)
        except ValueError as error:
            fail(self.function, f"has a shape that cannot be read for '{name}': {error}")

    def _known(self, name: str) -> str:
        name = symbolic.symbol_name(name)
        self.translation.taken.add(name)
        if name not in self._order:
            self._order.append(name)
        return name

    def __post_init__(self) -> None:
        self._order: list[str] = []
        self.late: dict[str, Expr] = {}

    def _symbols(self) -> list[str]:
        """The symbols of the program, in order of appearance."""
        return self._order

    # Results

    @property
    def _returned(self) -> tuple[SSAValue, ...]:
        last = self.function.body.block.last_op
        assert last is not None
        return tuple(last.operands)

    def _result_facts(self, index: int) -> Mapping[str, Attribute]:
        return entries(self.function.res_attrs, index)

    def _add_results(self) -> None:
        """Containers for results of known shape, and which operations write them."""
        for index, value in enumerate(self._returned):
            facts = self._result_facts(index)
            dims = self._known_dims(value.type, facts, index)
            if dims is None:
                continue
            target = self._out(index, ArrayType(dims, element_of(value.type)))
            for written in _written_for(value):
                self.translation.destinations.setdefault(written, target)

    def _known_dims(
        self, kind: Attribute, facts: Mapping[str, Attribute], index: int
    ) -> tuple[Expr, ...] | None:
        sizes, named = shape_of(kind), texts(facts.get("sdfg.shape"))
        if named is None:
            return tuple(map(symbolic.integer, sizes)) if all(n >= 0 for n in sizes) else None
        dims = tuple(
            symbolic.integer(n) if n >= 0 else self._expression(t, f"result {index}")
            for n, t in zip(sizes, named, strict=True)
        )
        return dims if symbolic.symbols_of(*dims) <= set(self._order) else None

    def _out(self, index: int, kind: ArrayType) -> SSAValue:
        """A container of the caller for result `index`, in the order of the results."""
        block = self.translation.program.body.block
        at = len(self.names) + sum(k < index for k in self.outs)
        self.outs[index] = block.insert_arg(kind, at)
        self.outs[index].name_hint = hint(self._result_name(index))
        return self.outs[index]

    def _result_name(self, index: int) -> str:
        return text(self._result_facts(index).get("sdfg.name")) or f"out{index}"

    def finish(self) -> None:
        """Bring every result into its container, and state the arguments of the program."""
        results = [self._result(index, value) for index, value in enumerate(self._returned)]
        if self.late:
            self._report_sizes()
        for index, value in enumerate(self._returned):
            self._bring(index, value, results[index])
        names = list(self.names)
        for index in range(len(self._returned)):
            names.append(("out", self._result_name(index)))
        program = self.translation.program
        if self.late:
            names.append(("out", SIZES))
            program.attributes["symbols"] = syntax.strings(self._symbols())
            program.attributes["late_symbols"] = syntax.strings(self.late)
        program.attributes["arg_roles"] = syntax.strings(role for role, _ in names)
        program.attributes["arg_names"] = syntax.strings(name for _, name in names)
        self._describe_inputs(program, [self._result_name(k) for k in range(len(results))])

    def _describe_inputs(self, program: SdfgOp, outputs: list[str]) -> None:
        """
        State what callers must know beside names and shapes: `input_order` where the model takes
        symbols as inputs, `element_types` where its elements are not what they are stored as.
        """
        inputs: list[str] = []
        facts_of = {name: self._result_facts(k) for k, name in enumerate(outputs)}
        has_symbols = False
        for argument in self.function.body.block.args:
            facts = entries(self.function.arg_attrs, argument.index)
            value = self.translation.values.get(argument)
            if "sdfg.constant" in facts:
                continue
            name = text(facts.get("sdfg.name")) or f"arg{argument.index}"
            if isinstance(value, Symbolic) and "sdfg.symbol" in facts:
                has_symbols, name = True, symbolic.text_of(value.expr)
            inputs.append(name)
            facts_of.setdefault(name, facts)
        if has_symbols:
            program.attributes["input_order"] = syntax.strings(inputs)
        elements = {n: f["sdfg.element"] for n, f in facts_of.items() if "sdfg.element" in f}
        if elements:
            program.attributes["element_types"] = DictionaryAttr(elements)
        _erase_unused(program)

    def _result(self, index: int, value: SSAValue) -> Tensor:
        """A result as a tensor, which has a container of the caller from now on."""
        translation, last = self.translation, self._last
        found = translation.values[value]
        tensor = found if isinstance(found, Tensor) else Array(translation.stored(found, last))
        if index not in self.outs:
            self._out(index, ArrayType(self._open_dims(tensor.dims), tensor.element))
        return tensor

    def _bring(self, index: int, value: SSAValue, tensor: Tensor) -> None:
        translation, last = self.translation, self._last
        target = self.outs[index]
        for wanted, size in zip(array_type(target).dims, tensor.dims, strict=True):
            translation.require_equal(wanted, size, f"result {index}", last)
        if isinstance(tensor, Array) and _is_same(tensor.container, target):
            return
        translation.write(tensor, target, _origin(value, last))

    # Sizes that data decides

    def _open_dims(self, dims: Sequence[Expr]) -> tuple[Expr, ...]:
        """The sizes of a result; those that data decides are symbols that the caller guesses."""
        found: list[Expr] = []
        for size in dims:
            if symbolic.symbols_of(size) <= set(self._order):
                found.append(size)
                continue
            name = next((n for n, expr in self.late.items() if symbolic.equal(expr, size)), None)
            if name is None:
                name = self.translation.fresh_symbol("size")
                self.late[name] = size
            found.append(symbolic.symbol(name))
        return tuple(found)

    def _report_sizes(self) -> None:
        """
        Write the sizes that data decides into the last container of the caller.

        That the guesses agree with them is checked behind it, before any result is written.
        """
        self._order += self.late
        block = self.translation.program.body.block
        kind = ArrayType((symbolic.integer(len(self.late)),), IntegerType(64))
        target = block.insert_arg(kind, len(block.args))
        target.name_hint = SIZES
        sizes = tuple(Symbolic(size, IntegerType(64)) for size in self.late.values())
        tensor = Elements(kind.dims, kind.element_type, sizes)
        self.translation.write(tensor, target, self._last)

    @property
    def _last(self) -> Operation:
        last = self.function.body.block.last_op
        assert last is not None
        return last


def _erase_unused(program: SdfgOp) -> None:
    """Erase views and constants that turned out to be steps on the way to others."""
    for op in reversed(list(program.walk())):
        if isinstance(op, ViewOp | ConstantOp) and op.result.first_use is None:
            op.detach()
            op.erase()


def _is_same(container: SSAValue, target: SSAValue) -> bool:
    """Whether writing `container` has written all of `target`."""
    root = container
    while isinstance(root.owner, ViewOp):
        root = root.owner.source
    a, b = array_type(container), array_type(target)
    return root is target and a.is_dense and b.is_dense


def _written_for(value: SSAValue) -> Iterator[SSAValue]:
    """
    The values that may be computed in the place of `value`: itself, what it is another shape of,
    and what it is a change of.
    """
    yield value
    changes = False
    while isinstance(op := value.owner, Operation):
        if op.name in _KEPT_SHAPE and (not changes or last_use(op.operands[0], op)):
            value = op.operands[0]
        elif op.name in _CHANGES and last_use(op.operands[1], op) and _is_made(op.operands[1]):
            value, changes = op.operands[1], True
        else:
            return
        yield value


def _is_made(value: SSAValue) -> bool:
    """Whether an operation computes `value` into a container of its own."""
    return isinstance(value.owner, Operation) and value.owner.name in (*_CHANGES, *_MAKES)


def _origin(value: SSAValue, last: Operation) -> Operation:
    return value.owner if isinstance(value.owner, Operation) else last
