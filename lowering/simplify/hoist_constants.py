"""Move what depends on weights alone out of the program that runs."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from sdfg.dialect.analysis.accesses import Accesses, may_stop
from sdfg.dialect.analysis.containers import array_type
from sdfg.dialect.attrs import WeightAttr
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.call import CallOp
from sdfg.dialect.ops.containers import AllocOp, ConstantOp, ViewOp
from sdfg.dialect.ops.control import AssignOp, ForOp, IfOp, ReadSymbolOp, WhileOp
from sdfg.dialect.ops.dataflow import StateOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.scope import symbols_bound, symbols_read
from sdfg.dialect.types import ArrayType
from sdfg.lowering.simplify.program_order import ProgramOrder
from sdfg.lowering.simplify.rewriting import erase_unused_containers, label

Control = ForOp | WhileOp | IfOp | AssignOp | ReadSymbolOp | CallOp

SMALL = 1 << 16
"""Elements that a derived constant may have whatever it is derived from."""

GROWTH = 4
"""
How many times larger than all weights it is derived from a derived constant may be: so much are
the transformed filters of a Winograd convolution F(4, 3).
"""


@dataclass(frozen=True)
class HoistConstantsPass(ModulePass):
    """
    Move computations that read only weights into a private program of their own.

    ```
    sdfg.sdfg @main (..) {                              sdfg.sdfg private @main_constants
      %w = sdfg.constant #sdfg.weight<"w">                  (in "w" %w, out "bn" %t) {
      %t = sdfg.alloc "bn"                                sdfg.state @s { .. %w -> %t }
      sdfg.state @s { .. %w -> %t }              ->     }
      ..                                                sdfg.sdfg @main (..) {
    }                                                     %t = sdfg.constant #sdfg.weight<"bn">
                                                          ..
    ```

    The driver runs that program once, when the model is compiled, and keeps what it gives out as
    weights. Results much larger than what they come from stay, as do assertions, and all that
    depends on a symbol. A second run appends to the program of the first. Linear for each
    container that turns out not to be constant.
    """

    name = "sdfg-hoist-constants"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        programs = [p for p in op.ops if isinstance(p, SdfgOp)]
        for program in programs:
            if not program.is_private:
                hoist(op, program)


@dataclass
class Constants:
    """The nodes of a program that depend on weights alone, and what they write."""

    order: ProgramOrder
    nodes: dict[Operation, Accesses] = field(default_factory=dict[Operation, Accesses])
    written: set[SSAValue] = field(default_factory=set[SSAValue])

    @classmethod
    def of(cls, program: SdfgOp) -> "Constants":
        """All that is left once whatever does depend on something else is struck out."""
        order = ProgramOrder.of(program)
        result = cls(order)
        for node in order.nodes:
            accesses = Accesses.of(node)
            if is_closed(node) and all(_may_derive(base) for base in accesses.writes):
                result.nodes[node] = accesses
        while result._strike_out() or result._strike_out_large():
            pass
        return result

    def _strike_out(self) -> bool:
        writers: dict[SSAValue, int] = {}
        for accesses in self.nodes.values():
            for base in accesses.writes:
                writers[base] = writers.get(base, 0) + 1
        self.written = {b for b, count in writers.items() if count == self._writers_of(b)}
        known = self.written
        struck = [
            node
            for node, accesses in self.nodes.items()
            if not accesses.writes <= known
            or any(b not in known and not isinstance(b.owner, ConstantOp) for b in accesses.reads)
        ]
        for node in struck:
            del self.nodes[node]
        return bool(struck)

    def _writers_of(self, base: SSAValue) -> int:
        return len({position for position, a in self.order.accesses(base) if a.writes})

    def _strike_out_large(self) -> bool:
        """Strike out what would blow up the weights, or comes from none of them."""
        sources: dict[SSAValue, frozenset[SSAValue]] = {}
        for accesses in self.nodes.values():
            found = frozenset[SSAValue]()
            for base in accesses.reads:
                is_weight = isinstance(base.owner, ConstantOp)
                found |= frozenset({base}) if is_weight else sources.get(base, frozenset())
            for base in accesses.writes:
                sources[base] = sources.get(base, frozenset()) | found
        outside = self.frontier()
        struck = [
            node
            for node, accesses in self.nodes.items()
            if any(b in outside and not _pays(b, sources[b]) for b in accesses.writes)
        ]
        for node in struck:
            del self.nodes[node]
        return bool(struck)

    def frontier(self) -> list[SSAValue]:
        """What other nodes read of what these write, in order."""
        return [base for base in self._in_order() if self._is_read_outside(base)]

    def _in_order(self) -> Iterable[SSAValue]:
        found: dict[SSAValue, None] = {}
        for accesses in self.nodes.values():
            for access in accesses.all:
                if access.writes:
                    found.setdefault(access.root)
        return found

    def _is_read_outside(self, base: SSAValue) -> bool:
        return any(
            self.order.nodes[position] not in self.nodes
            for position, _ in self.order.accesses(base)
        )


def is_closed(node: Operation) -> bool:
    """Whether a node depends on no symbol from outside, and cannot stop the program."""
    if isinstance(node, ForOp | WhileOp | IfOp | AssignOp | ReadSymbolOp | CallOp) or may_stop(
        node
    ):
        return False
    bound, read = set[str](), set[str]()
    for op in node.walk():
        bound.update(symbols_bound(op))
        read |= symbols_read(op)
    return read <= bound


def _may_derive(base: SSAValue) -> bool:
    if not isinstance(base.owner, AllocOp) or not isinstance(base.type, ArrayType):
        return False
    kind = base.type
    return not kind.symbols and kind.is_dense and kind.storage.kind.data == "heap"


def _pays(base: SSAValue, sources: frozenset[SSAValue]) -> bool:
    """Whether a derived constant is worth its memory."""
    if not sources:
        return False
    size = int(array_type(base).size)
    return size <= max(SMALL, GROWTH * sum(int(array_type(s).size) for s in sources))


def hoist(module: ModuleOp, program: SdfgOp) -> None:
    """Move the constant nodes of `program` into `@<program>_constants`."""
    constants = Constants.of(program)
    frontier = constants.frontier()
    if not frontier:
        return
    target = _constants_program(module, program)
    names = _names(module, frontier)
    mover = _Mover(target, names, {})
    state = StateOp(f"{program.sym_name.data}_constants")
    for node in constants.nodes:
        for op in node.walk():
            for operand in op.operands:
                if not node.is_ancestor(operand.owner):  # pyright: ignore
                    mover.bring(operand)
        state.body.block.add_op(node.clone(mover.values))
    state.location = next(iter(constants.nodes)).location
    target.body.block.add_op(state)
    for node in constants.nodes:
        Rewriter.erase_op(node)
    for base in frontier:
        _become_constant(base, names[base])
    erase_unused_containers(program)


def _constants_program(module: ModuleOp, program: SdfgOp) -> SdfgOp:
    name = f"{program.sym_name.data}_constants"
    for op in module.ops:
        if isinstance(op, SdfgOp) and op.sym_name.data == name:
            return op
    new = SdfgOp.with_arguments(name, (), (), private=True)
    new.location = program.location
    Rewriter.insert_op(new, InsertPoint.before(program))
    return new


def _names(module: ModuleOp, frontier: Iterable[SSAValue]) -> dict[SSAValue, str]:
    """A key for each derived constant that no weight of the module has."""
    taken = {
        op.value.key.data
        for op in module.walk()
        if isinstance(op, ConstantOp) and isinstance(op.value, WeightAttr)
    }
    for op in module.ops:
        if isinstance(op, SdfgOp):
            taken.update(name for _, name, _ in op.arguments)
    result: dict[SSAValue, str] = {}
    for base in frontier:
        assert isinstance(base.owner, AllocOp)
        stem = label(base.owner) or "constant"
        name = next(
            n for n in (stem, *(f"{stem}.{k}" for k in range(1, len(taken) + 2))) if n not in taken
        )
        taken.add(name)
        result[base] = name
    return result


@dataclass
class _Mover:
    """Brings containers of one program into the program of its constants."""

    target: SdfgOp
    names: dict[SSAValue, str]
    values: dict[SSAValue, SSAValue]

    def bring(self, container: SSAValue) -> None:
        """Make `values` know what stands for `container` in the target."""
        if container in self.values:
            return
        owner = container.owner
        if container in self.names:
            self.values[container] = self._argument("out", self.names[container], container)
        elif isinstance(owner, ViewOp):
            self.bring(owner.source)
            self.target.body.block.add_op(owner.clone(self.values))
        elif isinstance(owner, ConstantOp) and isinstance(owner.value, WeightAttr):
            self.values[container] = self._weight(owner.value.key.data, container)
        else:
            assert isinstance(owner, AllocOp | ConstantOp)
            self.target.body.block.add_op(owner.clone(self.values))

    def _weight(self, key: str, container: SSAValue) -> SSAValue:
        for _, name, argument in self.target.arguments:
            if name == key:
                return argument
        return self._argument("in", key, container)

    def _argument(self, role: str, name: str, container: SSAValue) -> SSAValue:
        program, block = self.target, self.target.body.block
        program.attributes["arg_names"] = syntax.strings([*syntax.texts(program.arg_names), name])
        program.attributes["arg_roles"] = syntax.strings([*syntax.texts(program.arg_roles), role])
        argument = block.insert_arg(container.type, len(block.args))
        argument.name_hint = container.name_hint
        if isinstance(container.owner, Operation):
            argument.location = container.owner.location
        return argument


def _become_constant(base: SSAValue, name: str) -> None:
    owner = base.owner
    assert isinstance(owner, AllocOp)
    constant = derived(ConstantOp(WeightAttr(name), array_type(base)), owner)
    constant.results[0].name_hint = base.name_hint
    Rewriter.replace_op(owner, constant)
