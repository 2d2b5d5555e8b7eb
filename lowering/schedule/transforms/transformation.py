"""What all transformations of loop nests share: alone a pass, in a recipe a step."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import ClassVar

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from sdfg.dialect.diagnostics import fail
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.lowering.schedule.names import names_around
from sdfg.lowering.schedule.transforms.nest import Loop, Nest, Refused


@dataclass(frozen=True)
class Transformation(ModulePass, ABC):
    """
    A small, checked rewrite of a loop nest.

    As a pass it rewrites each map at the top of a state whose state's label matches `state`, and
    stops compilation where that is refused. In a recipe it is one step.
    """

    orders: ClassVar[bool] = False
    """Whether it knows what to do with iterations that follow each other: loops at the top, too."""

    state: str = field(default="*", kw_only=True)
    """Labels of the states whose maps a pass rewrites; `*` stands for any text."""

    @abstractmethod
    def rewrite(self, nest: Nest) -> None:
        """
        Rewrite an open nest.

        Raises `Refused` with the reason, in which case the nest may be half rewritten: work on a
        copy.
        """

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for state in [s for s in op.walk() if isinstance(s, StateOp)]:
            if isinstance(state.parent_op(), MapOp):
                continue
            if not fnmatchcase(state.sym_name.data, self.state):
                continue
            for node in [n for n in state.body.block.ops if isinstance(n, Loop)]:
                if not (self.orders or isinstance(node, MapOp)):
                    continue
                try:
                    nest = Nest.open(node, state, names_around(state))
                    self.rewrite(nest)
                except Refused as reason:
                    fail(node, f"is not transformed by {self.name}: {reason}")
                nest.close()
