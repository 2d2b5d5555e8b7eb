"""Private programs as functions, and calls of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from xdsl.ir import Operation, SSAValue

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import files as f
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.c_tree.names import Scope as Names
from sdfg.backends.openmp.bodies import BodyEmitter
from sdfg.backends.openmp.failures import CONTEXT, note_failure, place, stop_on_failure
from sdfg.backends.openmp.scope import Block, Kernels, Scope, Uses
from sdfg.backends.openmp.tidy import names_in, without_unused
from sdfg.backends.openmp.types import element_storage
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.ops.call import CallOp
from sdfg.dialect.ops.dataflow import StateOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.types import ArrayType


@dataclass(frozen=True)
class PrivateFunction:
    """A private program as C, and what a call of it must pass."""

    function: f.Function
    arguments: tuple[int, ...]
    """Which of the program's containers are parameters."""
    symbols: tuple[str, ...]
    """Which of its symbols are."""
    uses: Uses
    kernels: tuple[f.Item, ...] = ()
    """What stands before it: its parallel maps."""

    @property
    def declaration(self) -> f.Function:
        """For other files of the library, and not for others."""
        hidden = ('visibility("hidden")',)
        return replace(self.function, body=None, comment="", attributes=hidden)


@dataclass
class Programs:
    """The private programs of a module, those that are called before those that call them."""

    names: Mapping[str, str]
    """Name of the function of each program."""
    taken: frozenset[str]
    """Names that functions may not use for other things."""
    known: Names
    """The names of all functions."""
    functions: dict[str, PrivateFunction] = field(default_factory=dict[str, PrivateFunction])

    def add(self, program: SdfgOp) -> None:
        """Emit a private program."""
        uses = Uses()
        kernels = Kernels(self.names[program.sym_name.data], self.known)
        scope = Scope({}, {}, Names(self.taken | {"context"}), uses, kernels)
        containers = bind_arguments(program, scope)
        symbols = {n: scope.bind_symbol(n) for n in program.symbol_names}
        body = BodyEmitter(self.call).region(program.body, scope)
        used = [k for k, p in enumerate(containers) if p.name in uses.values]
        passed = [n for n in program.symbol_names if symbols[n] in uses.values]
        parameters = [containers[k] for k in used]
        parameters += [f.Parameter(symbols[n], t.INT64) for n in passed]
        body = without_unused(body)
        uses.context = CONTEXT.name in names_in(body)
        if uses.context:
            parameters.insert(0, f.Parameter("context", t.pointer(t.Named("sdfg_context"))))
        name = program.sym_name.data
        comment, body = _comment(place(program, name), body)
        function = f.Function(
            self.names[name],
            t.VOID,
            tuple(parameters),
            tuple(body),
            comment=comment,
        )
        self.functions[name] = PrivateFunction(
            function, tuple(used), tuple(passed), uses, tuple(kernels.items)
        )

    def call(self, op: CallOp, scope: Scope) -> list[s.Statement]:
        """A call of a private program, behind the comment that names its layer."""
        callee = self.functions.get(op.callee.string_value())
        if callee is None:
            fail(op, f"calls '{op.callee.string_value()}', which is no private program")
        self.check_place(op, callee, scope)
        arguments: list[c.Expression] = [CONTEXT] if callee.uses.context else []
        scope.uses.context |= callee.uses.context
        scope.uses.threads |= callee.uses.threads
        scope.uses.memory |= callee.uses.memory
        arguments += [pointer(op.containers[k], op, scope) for k in callee.arguments]
        values = op.symbol_values
        arguments += [scope.expression(values[n]) for n in callee.symbols]
        run = s.Evaluate(c.Call(c.Name(callee.function.name), tuple(arguments)))
        label = op.attributes.get("label")
        comment = s.Comment(place(op, getattr(label, "data", "")))
        if not callee.uses.fails:
            return [comment, run]
        note_failure(scope)
        return [comment, run] if is_in_state(op) else [comment, run, stop_on_failure(scope)]

    def check_place(self, op: CallOp, callee: PrivateFunction, scope: Scope) -> None:
        """Hold a call in a parallel map to a program that one thread can run beside others."""
        if scope.parallel and (callee.uses.threads or callee.uses.memory):
            what = "is parallel itself" if callee.uses.threads else "uses the workspace"
            fail(
                op,
                f"calls '{op.callee.string_value()}', which {what}, from within a parallel map",
                hint="make the map around the call sequential",
            )


def _comment(otherwise: str, body: list[s.Statement]) -> tuple[str, list[s.Statement]]:
    """What to say of a function, and its body: the comment of its only state, said before it."""
    comments = [x for x in body if isinstance(x, s.Comment)]
    if len(comments) != 1:
        return otherwise, body
    return comments[0].text, [x for x in body if not isinstance(x, s.Comment | s.Blank)]


def is_in_state(op: Operation) -> bool:
    """Whether the end of a state around `op` sees what went wrong."""
    parent = op.parent_op()
    while parent is not None and not isinstance(parent, StateOp):
        parent = parent.parent_op()
    return parent is not None


def pointer(container: SSAValue, op: CallOp, scope: Scope) -> c.Expression:
    """The block of memory of a container, as an argument."""
    block = scope.block(container, op)
    if block.in_registers:
        fail(op, f"passes '{block.name}', which lives in registers", hint="keep it on the stack")
    return block.pointer


def bind_arguments(program: SdfgOp, scope: Scope) -> list[f.Parameter]:
    """Parameters for the containers; `restrict`, because containers of a run do not overlap."""
    parameters: list[f.Parameter] = []
    for role, label, container in program.arguments:
        kind = container.type
        if not isinstance(kind, ArrayType):
            fail(program, f"takes the stream '{label}', which has no form in C")
        element = element_storage(kind.element_type, program)
        scope.uses.note_vector(element)
        name = scope.names.unique(label)
        scope.blocks[container] = Block(name, element)
        pointee = t.const(element) if role == "in" else element
        parameters.append(f.Parameter(name, t.pointer(pointee, restrict=True)))
    return parameters


def reachable(entry: SdfgOp, programs: Iterable[SdfgOp]) -> list[SdfgOp]:
    """The private programs that `entry` calls, each behind those that it calls itself."""
    by_name = {p.sym_name.data: p for p in programs}
    order: list[SdfgOp] = []
    active: list[SdfgOp] = []

    def visit(program: SdfgOp) -> None:
        if program in order:
            return
        if program in active:
            fail(program, "calls itself, which has no form in C")
        active.append(program)
        for op in program.walk():
            if isinstance(op, CallOp) and (callee := by_name.get(op.callee.string_value())):
                visit(callee)
        order.append(active.pop())

    visit(entry)
    return [program for program in order if program.is_private]
