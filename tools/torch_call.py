"""A part of a graph as a function on tensors."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensor

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.torch_bindings import real_tensors
from sdfg.lowering.frontend.torch_import import import_graph
from sdfg.tools import driver
from sdfg.tools.torch_parts import Part
from sdfg.tools.torch_sizes import take_inputs


class CompiledPart:
    """
    Takes the part's inputs, tensors and sizes, and returns its outputs, all contiguous.

    Tensors without data (PyTorch's `FakeTensor`) give results without data.
    """

    def __init__(self, part: Part, options: driver.CompileOptions) -> None:
        """Raises `SDFGError` for what cannot be compiled, also where that is a defect of ours."""
        self._part = part
        try:
            with real_tensors():
                self._model, self._positions = _compile(part, options)
        except SDFGError:
            raise
        except (KeyboardInterrupt, MemoryError):
            raise
        except Exception as error:
            raise SDFGError(f"fails in the compiler: {type(error).__name__}: {error}") from error

    def __call__(self, *arguments: Any) -> Sequence[Any]:
        for argument in arguments:
            if isinstance(argument, FakeTensor):
                with real_tensors():
                    module = self._part.module()
                return module(*arguments)
        results = self._model.run([arguments[k] for k in self._positions])
        return results if isinstance(results[0], Tensor) else [*map(_as_tensor, results)]


def lowers(part: Part, options: driver.CompileOptions) -> bool:
    """Whether `part` gets as far as a dataflow graph."""
    try:
        with real_tensors():
            module = part.module()
            take_inputs(module.graph)
            driver.Compilation(import_graph(module), options, "part").to_sdfg()
    except (KeyboardInterrupt, MemoryError):
        raise
    except Exception:
        return False
    return True


def _compile(part: Part, options: driver.CompileOptions) -> tuple[Any, list[int]]:
    """The compiled model, and which argument of the part each of its inputs is."""
    module = part.module()
    by_name = take_inputs(module.graph)
    imported = import_graph(module)
    sizes = {symbol: by_name[name] for symbol, name in imported.symbol_arguments().items()}
    model = driver.compile_module(imported, options)
    return model, [(sizes if v.symbol else by_name)[v.name] for v in model.interface.inputs]


def _as_tensor(result: Any) -> Tensor:
    """The result as a tensor; the runtime gives NumPy arrays where no input was a tensor."""
    if isinstance(result, Tensor):
        return result
    from_dlpack: Any = torch.from_dlpack
    return from_dlpack(result)
