"""What every frontend hands on: linalg on tensors, and the weights beside it."""

from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp

from sdfg.dialect.weights import Weights


@dataclass(frozen=True)
class ImportedModel:
    """
    One function `main` on tensors, whose arguments are the inputs, then the weights.

    The argument attributes `sdfg.name`, `sdfg.shape`, `sdfg.symbol`, `sdfg.unsigned` and
    `sdfg.constant` describe the interface completely; `docs/decisions.md` defines them.
    """

    module: ModuleOp
    """Upstream dialects only, verified."""

    weights: Weights
    """The arrays of all arguments marked `sdfg.constant`, by their `sdfg.name`."""
