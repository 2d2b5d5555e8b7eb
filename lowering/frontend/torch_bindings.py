"""Parts of PyTorch and IREE that come without type information, so they enter here as `Any`."""

from importlib import import_module
from typing import Any

import torch

torch_c: Any = import_module("torch._C")
torch_decompositions: Any = import_module("torch._decomp")
aten: Any = torch.ops.aten
convert_element_type: Any = torch.ops.prims.convert_element_type.default
"""The operator that every change of type is decomposed into."""
with_effects: Any = torch.ops.higher_order.with_effects
"""The operator that PyTorch wraps around checks that may fail, and around printing."""
real_tensors: Any = import_module("torch._subclasses.fake_tensor").unset_fake_temporarily
"""A context in which data can be read, also while PyTorch traces without data around it."""
pytree: Any = import_module("torch.utils._pytree")
sympy: Any = import_module("sympy")
torch_functions: Any = import_module("torch.utils._sympy.functions")
"""PyTorch's own sympy functions, such as its floor division."""
fx_importer: Any = import_module("iree.compiler.extras.fx_importer")


def expression_of(size: Any) -> Any:
    """The sympy expression behind a `torch.SymInt`."""
    return size.node.expr


def is_symbolic(size: Any) -> bool:
    """Whether `size` is a `torch.SymInt` that depends on a symbol."""
    return isinstance(size, torch.SymInt) and not expression_of(size).is_number
