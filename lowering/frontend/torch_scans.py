"""Scans with a function of the user, written out before AOTAutograd sees them."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from torch import Tensor
from torch.fx import GraphModule

_scans: Any = import_module("torch._higher_order_ops.associative_scan")


def expand_scans(module: GraphModule) -> None:
    """
    Compute `associative_scan` as a tree of the combining function on slices, in place.

    ```
    associative_scan(f, [x0, x1, x2, x3])  ->  p = f([x0, x2], [x1, x3]); q = f(p0, p1); ...
    ```

    AOTAutograd traces and differentiates what is called here as it does any other function.
    """
    for node in module.graph.find_nodes(op="call_function", target=_scans.associative_scan_op):
        node.target = _scan
    module.recompile()


def _scan(
    combine: Callable[..., Any], elements: Sequence[Tensor], additional: Sequence[Any] = ()
) -> tuple[Tensor, ...]:
    """Prefixes of `elements` along their first dimension, combined."""
    return tuple(_scans.generic_associative_scan(combine, list(elements), 0, tuple(additional)))
