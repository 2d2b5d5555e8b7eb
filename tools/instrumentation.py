"""Watch a pipeline at work: time per pass, dumps of the IR, in the manner of MLIR's tools."""

import sys
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import VerifyException


class Instrument(Protocol):
    """Something that looks at the program before and after each pass and never changes it."""

    def before(self, step: ModulePass, module: ModuleOp) -> None: ...

    def after(self, step: ModulePass, module: ModuleOp, seconds: float) -> None: ...


def run_passes(
    context: Context,
    module: ModuleOp,
    passes: Iterable[ModulePass],
    instruments: Collection[Instrument] = (),
    *,
    verify: bool = True,
) -> None:
    """
    Apply `passes` to `module` in order, each followed by the verifier unless `verify` is false.

    The seconds an instrument is told are those of the pass alone. A `VerifyException` after a pass
    carries the name of that pass as a note.
    """
    for step in passes:
        for instrument in instruments:
            instrument.before(step, module)
        start = time.perf_counter()
        step.apply(context, module)
        seconds = time.perf_counter() - start
        if verify:
            try:
                module.verify()
            except VerifyException as error:
                error.add_note(f"note: found after pass '{step.name}'")
                raise
        for instrument in instruments:
            instrument.after(step, module, seconds)


def count_ops(module: ModuleOp) -> int:
    """Operations in `module`, nested ones and the module itself included."""
    return sum(1 for _ in module.walk())


@dataclass(frozen=True)
class PassTime:
    """What one pass took, in seconds, and how many operations it found and left."""

    name: str
    seconds: float
    ops_before: int
    ops_after: int


@dataclass
class Timing:
    """Collects a `PassTime` for each pass; `report` prints them as a table."""

    passes: list[PassTime] = field(default_factory=list[PassTime])
    _ops: int = 0

    def before(self, step: ModulePass, module: ModuleOp) -> None:
        self._ops = count_ops(module)

    def after(self, step: ModulePass, module: ModuleOp, seconds: float) -> None:
        self.passes.append(PassTime(step.name, seconds, self._ops, count_ops(module)))

    def report(self) -> None:
        """Print the table to stderr: one row per pass in order of execution, and their total."""
        from rich.console import Console
        from rich.table import Table

        total = sum(p.seconds for p in self.passes)
        table = Table("pass", title="time per pass", show_footer=True)
        table.columns[0].footer = "total"
        table.add_column("seconds", justify="right", footer=f"{total:.3f}")
        table.add_column("share", justify="right")
        table.add_column("ops before", justify="right")
        table.add_column("ops after", justify="right")
        for p in self.passes:
            share = f"{p.seconds / total:.0%}" if total else ""
            table.add_row(p.name, f"{p.seconds:.3f}", share, str(p.ops_before), str(p.ops_after))
        Console(stderr=True).print(table)


@dataclass(frozen=True)
class Dump:
    """Prints the IR to stderr before and after the passes named; `None` stands for every pass."""

    names_before: frozenset[str] | None
    names_after: frozenset[str] | None
    debug_info: bool = False

    def before(self, step: ModulePass, module: ModuleOp) -> None:
        if self.names_before is None or step.name in self.names_before:
            self.show("Before", step, module)

    def after(self, step: ModulePass, module: ModuleOp, seconds: float) -> None:
        if self.names_after is None or step.name in self.names_after:
            self.show("After", step, module)

    def show(self, when: str, step: ModulePass, module: ModuleOp) -> None:
        from xdsl.printer import Printer

        title = f"IR Dump {when} {type(step).__name__} ({step.name})"
        print(f"// -----// {title} //----- //", file=sys.stderr)
        Printer(stream=sys.stderr, print_debuginfo=self.debug_info).print_op(module)
        print("\n", file=sys.stderr)
