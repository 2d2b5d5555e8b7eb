"""What can go wrong at run time: noted in the context, and told to the caller."""

from xdsl.ir import Operation

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import statements as s
from sdfg.backends.openmp.scope import Scope
from sdfg.dialect.diagnostics import source

CONTEXT = c.Name("context")
_FAILURE = CONTEXT.arrow("failure")


def check_failed(op: Operation, message: str, scope: Scope) -> s.Statement:
    """Note that data breaks a rule; the run stops behind the state."""
    note_failure(scope)
    return s.Evaluate(c.call("sdfg_check_failed", CONTEXT, located(op, message)))


def located(op: Operation, message: str) -> c.String:
    """A message with the place that the user knows: of `op`, or of what is around it."""
    around: Operation | None = op
    while around is not None and source(around.location) == "<unknown>":
        around = around.parent_op()
    return c.String(message if around is None else f"{source(around.location)}: {message}")


def note_failure(scope: Scope) -> None:
    """Remember that something here can fail."""
    scope.uses.context = scope.uses.fails = True


def stop(scope: Scope) -> s.Statement:
    """`return` from the function: all that it took is given back when the next run begins."""
    return s.Return(c.call("sdfg_report_failure", CONTEXT) if scope.public else None)


def stop_on_failure(scope: Scope) -> s.Statement:
    """Stop if something has gone wrong so far."""
    return s.If(_FAILURE.ne(c.NULL), (stop(scope),))


def place(op: Operation, label: str) -> str:
    """What a comment says of an operation: its label, and where it comes from."""
    where = source(op.location)
    return label if where in ("<unknown>", label) else f"{label}: {where}"
