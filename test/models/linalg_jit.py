"""
Runs linalg modules with MLIR's own bufferisation, loops and JIT: a reference for the frontends
that shares no code with our lowering.
"""

import ctypes
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, cast

import ml_dtypes
import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import ModuleOp, StringAttr, TensorType
from xdsl.dialects.func import FuncOp
from xdsl.ir import Attribute
from xdsl.printer import Printer

from sdfg.lowering.frontend.imported import ImportedModel

Array = NDArray[Any]

_PIPELINE = (
    "builtin.module(func.func(convert-elementwise-to-linalg),"
    "one-shot-bufferize{bufferize-function-boundaries=1 allow-return-allocs-from-loops=1 "
    "function-boundary-type-conversion=identity-layout-map},canonicalize,"
    "func.func(convert-linalg-to-loops,lower-affine),convert-scf-to-cf,"
    "expand-strided-metadata,lower-affine,func.func(llvm-request-c-wrappers),"
    "convert-complex-to-standard,expand-realloc,"
    "func.func(arith-expand),convert-math-to-llvm,convert-math-to-libm,convert-arith-to-llvm,"
    "convert-index-to-llvm,"
    "finalize-memref-to-llvm,convert-func-to-llvm,convert-cf-to-llvm,convert-complex-to-llvm,"
    "reconcile-unrealized-casts)"
)

_DTYPES: dict[str, Any] = {
    "f32": np.float32,
    "f64": np.float64,
    "f16": np.float16,
    "bf16": ml_dtypes.bfloat16,
    "i1": np.bool_,
    "i8": np.int8,
    "i16": np.int16,
    "i32": np.int32,
    "i64": np.int64,
}


def run(model: ImportedModel, inputs: Sequence[Array | int]) -> list[Array]:
    """The results of `model` for `inputs` in order; weights are added. Compiles on every call."""
    function = main_of(model.module)
    arguments = list(inputs)
    for attributes in function.arg_attrs or ():
        name = attributes.data["sdfg.name"]
        if "sdfg.constant" in attributes.data and isinstance(name, StringAttr):
            arguments.append(model.weights[name.data])
    return run_module(model.module, arguments)


def main_of(module: ModuleOp) -> FuncOp:
    """The function of an imported module."""
    return next(op for op in module.ops if isinstance(op, FuncOp))


def run_module(module: ModuleOp, arguments: Sequence[Array | int]) -> list[Array]:
    """Lower, compile and call `main` of `module`; integers are passed as i64."""
    types = list(main_of(module).function_type.outputs)
    engine = _compile(module)
    results = _Results.of(types)
    arrays = [np.array(a, order="C") for a in arguments if isinstance(a, np.ndarray)]
    descriptors = iter([_descriptor(array) for array in arrays])
    passed: list[Any] = [ctypes.pointer(ctypes.pointer(results.storage))]
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            passed.append(ctypes.pointer(ctypes.pointer(next(descriptors))))
        else:
            passed.append(ctypes.pointer(ctypes.c_int64(argument)))
    engine.invoke("main", *passed)
    return results.arrays()


def _compile(module: ModuleOp) -> Any:
    ir: Any = import_module("torch_mlir.ir")
    passmanager: Any = import_module("torch_mlir.passmanager")
    execution_engine: Any = import_module("torch_mlir.execution_engine")
    text = io.StringIO()
    Printer(text, print_generic_format=True).print_op(module)
    context = ir.Context()
    context.allow_unregistered_dialects = True
    with context:
        lowered = ir.Module.parse(text.getvalue())
        passmanager.PassManager.parse(_PIPELINE).run(lowered.operation)
        engine = execution_engine.ExecutionEngine(lowered, opt_level=1)
    address = ctypes.cast(_copy, ctypes.c_void_p)
    engine.raw_register_runtime("memrefCopy", address)
    return engine


@ctypes.CFUNCTYPE(None, ctypes.c_longlong, ctypes.c_void_p, ctypes.c_void_p)
def _copy(itemsize: int, source: int, target: int) -> None:
    """What MLIR's C runtime calls `memrefCopy`; the wheel does not carry that library."""
    _view(target, itemsize)[...] = _view(source, itemsize)


def _view(unranked: int, itemsize: int) -> Array:
    """The elements behind `{int64 rank; void *descriptor}` as opaque items of `itemsize` bytes."""
    rank, address = (ctypes.c_longlong * 2).from_address(unranked)
    return _strided(_descriptor_type(rank).from_address(address), rank, np.dtype(f"V{itemsize}"))


def _strided(descriptor: Any, rank: int, dtype: Any) -> Array:
    """The memory that a descriptor describes, not copied."""
    dtype = np.dtype(dtype)
    shape = tuple(descriptor.shape) if rank else ()
    steps = tuple(descriptor.strides) if rank else ()
    count = 1 + sum((n - 1) * step for n, step in zip(shape, steps, strict=True))
    start = descriptor.aligned + descriptor.offset * dtype.itemsize
    memory = (ctypes.c_char * (max(count, 1) * dtype.itemsize)).from_address(start)
    strides = tuple(step * dtype.itemsize for step in steps)
    return np.lib.stride_tricks.as_strided(np.frombuffer(memory, dtype), shape, strides)


def _descriptor(array: Array) -> Any:
    kind = _descriptor_type(array.ndim)
    address = ctypes.c_void_p(array.ctypes.data)
    if array.ndim == 0:
        return kind(address, address, 0)
    strides = [s // array.itemsize for s in array.strides]
    sizes = ctypes.c_longlong * array.ndim
    return kind(address, address, 0, sizes(*array.shape), sizes(*strides))


@cache
def _descriptor_type(rank: int) -> Any:
    fields: list[tuple[str, Any]] = [
        ("allocated", ctypes.c_void_p),
        ("aligned", ctypes.c_void_p),
        ("offset", ctypes.c_longlong),
    ]
    if rank:
        fields += [("shape", ctypes.c_longlong * rank), ("strides", ctypes.c_longlong * rank)]
    return type(f"Memref{rank}", (ctypes.Structure,), {"_fields_": fields})


@dataclass(frozen=True)
class _Results:
    """The memory into which `main` writes where its results are."""

    storage: Any
    dtypes: tuple[Any, ...]
    ranks: tuple[int, ...]

    @staticmethod
    def of(types: Sequence[Attribute]) -> "_Results":
        """Room for results of these tensor types."""
        tensors = [cast(TensorType[Attribute], k) for k in types if isinstance(k, TensorType)]
        assert len(tensors) == len(types), "results must be tensors"
        ranks = tuple(len(kind.get_shape()) for kind in tensors)
        fields = [(f"result{k}", _descriptor_type(rank)) for k, rank in enumerate(ranks)]
        storage = type("Results", (ctypes.Structure,), {"_fields_": fields})()
        return _Results(storage, tuple(_DTYPES[str(t.get_element_type())] for t in tensors), ranks)

    def arrays(self) -> list[Array]:
        """Copies of the results."""
        return [
            _strided(getattr(self.storage, f"result{k}"), rank, dtype).copy()
            for k, (dtype, rank) in enumerate(zip(self.dtypes, self.ranks, strict=True))
        ]
