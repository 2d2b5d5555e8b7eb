"""An input that goes into an output whole shares its memory: caches that a call extends."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from xdsl.context import Context as PassContext
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import BlockArgument, SSAValue
from xdsl.passes import ModulePass

from sdfg.dialect.analysis.containers import array_type
from sdfg.dialect.analysis.subsets import disjoint, image
from sdfg.dialect.diagnostics import SDFGError, fail
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.lowering.simplify.eliminate_copies import Elimination
from sdfg.lowering.simplify.eliminate_views import sizes_of
from sdfg.lowering.simplify.moves import Move
from sdfg.lowering.simplify.program_order import ProgramOrder
from sdfg.lowering.simplify.reindexing import Context


@dataclass(frozen=True)
class UpdateInPlacePass(ModulePass):
    """
    Make an input and the output that it is copied into one argument, and drop the copy.

    Before, and after `sdfg-update-in-place{inputs=past}`:

    ```
    sdfg @f (in "past" %p: [12, N, 64], out "present" %q: [12, N + 1, 64]) {
      copy %p -> %q[0:12, 0:N, 0:64];  ... -> (%q[i, N, j])
    }

    sdfg @f (inout "past" %q: [12, N + 1, 64]) {
      ... -> (%q[i, N, j])
    }
    ```

    The caller passes one array with the shape of the output, in which the input lies where it would
    be copied to; the rest of it is written. It has the name of the input. An input that no output
    takes whole, or takes where something else is written as well, stops compilation.
    """

    name = "sdfg-update-in-place"

    inputs: tuple[str, ...]
    """Names of the inputs; `*` stands for any text."""

    def apply(self, ctx: PassContext, op: ModuleOp) -> None:
        programs = [p for p in op.ops if isinstance(p, SdfgOp) and not p.is_private]
        for pattern in self.inputs:
            found = [(p, n) for p in programs for n in inputs_of(p) if fnmatchcase(n, pattern)]
            if not found:
                names = ", ".join(f"'{n}'" for p in programs for n in inputs_of(p))
                raise SDFGError(f"no input is called '{pattern}'\nhint: there are {names}")
            for program, name in found:
                update(program, name)


def inputs_of(program: SdfgOp) -> list[str]:
    """The names of the arguments that are only read."""
    return [name for role, name, _ in program.arguments if role == "in"]


def update(program: SdfgOp, name: str) -> None:
    """Let the output that takes the input `name` stand for both. Raises `SDFGError`."""
    given = argument(program, name)
    found = destination(program, given)
    if found is None:
        fail(program, f"copies the input '{name}' into no output", hint="leave it an input")
    position, target = found
    check_kept(program, given, position)
    index = given.index
    kind = array_type(given)
    memory = AllocOp(kind, name)
    memory.location = given.location
    first = program.body.block.first_op
    assert first is not None
    program.body.block.insert_op_before(memory, first)
    given.replace_all_uses_with(memory.result)
    # The names as they are, but the output is called like the input and comes in with content.
    old = program.arguments
    entries = [(("inout", name) if v is target else (r, n)) for r, n, v in old if v is not given]
    program.attributes["arg_roles"] = syntax.strings([r for r, _ in entries])
    program.attributes["arg_names"] = syntax.strings([n for _, n in entries])
    program.body.block.erase_arg(program.body.block.args[index])
    order = ProgramOrder.of(program)
    move = Move.of(order.nodes[position])
    assert move is not None
    context = Context(sizes_of(program))
    symbols = frozenset(program.symbol_names)
    if not Elimination(order, context, symbols, position, move).backward():
        fail(program, f"cannot keep the input '{name}' where it would be copied to")


def argument(program: SdfgOp, name: str) -> BlockArgument:
    values = (value for _, other, value in program.arguments if other == name)
    return next(value for value in values if isinstance(value, BlockArgument))


def destination(program: SdfgOp, given: SSAValue) -> tuple[int, SSAValue] | None:
    """The first copy of a whole input to an output: its place in the program, and the output."""
    outputs = [value for role, _, value in program.arguments if role == "out"]
    for position, node in enumerate(ProgramOrder.of(program).nodes):
        move = Move.of(node)
        if move is None or move.source is not given or move.by_source is None:
            continue
        if move.target in outputs:
            return position, move.target
    return None


def check_kept(program: SdfgOp, given: SSAValue, position: int) -> None:
    """Raises `SDFGError` where something but the copy writes what it writes."""
    order = ProgramOrder.of(program)
    move = Move.of(order.nodes[position])
    assert move is not None
    sizes = sizes_of(program)
    for place, access in order.accesses(move.target):
        if place == position or not access.writes:
            continue
        box = image(access.subset, access.ranges)
        same = access.container.type == move.target.type
        if not same or box is None or not disjoint(box, move.write, sizes):
            name = next(n for _, n, v in program.arguments if v is given)
            fail(access.node, f"may write over the input '{name}', which shares its memory")
