"""What every frontend hands on: linalg on tensors, and the weights beside it."""

from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.dialects.func import FuncOp

from sdfg.dialect.weights import Weights


@dataclass(frozen=True)
class ImportedModel:
    """
    One function `main` on tensors, whose arguments are the inputs, then the weights.

    The argument attributes `sdfg.name`, `sdfg.shape`, `sdfg.symbol`, `sdfg.element` and
    `sdfg.constant` describe the interface completely; `docs/decisions.md` defines them.
    """

    module: ModuleOp
    """Upstream dialects only, verified."""

    weights: Weights
    """The arrays of all arguments marked `sdfg.constant`, by their `sdfg.name`."""

    def symbol_arguments(self) -> dict[str, str]:
        """The names of the arguments that are sizes, by symbol; gone when the module is lowered."""
        main = next(op for op in self.module.ops if isinstance(op, FuncOp))
        found: dict[str, str] = {}
        for facts in main.arg_attrs or ():
            match facts.data:
                case {"sdfg.symbol": StringAttr(data=symbol), "sdfg.name": StringAttr(data=name)}:
                    found[symbol] = name
                case _:
                    pass
        return found
