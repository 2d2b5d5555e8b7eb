"""Building a random ONNX graph along with its values, so that each next node is a valid one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, TypeVar

import ml_dtypes
import numpy as np
import numpy.typing as npt
import onnx
from onnx import NodeProto, helper, numpy_helper
from unit.choices import Choices, chance, pick

from fuzz.evaluation import evaluate_node, is_float

Array = npt.NDArray[Any]
Dtype = np.dtype[Any]
Shape = tuple[int, ...]
T = TypeVar("T")

BF16 = np.dtype(ml_dtypes.bfloat16)
F32, F64, F16 = (np.dtype(name) for name in ("float32", "float64", "float16"))
I64, I32, I8, U8 = (np.dtype(name) for name in ("int64", "int32", "int8", "uint8"))
BOOL = np.dtype(bool)
_OTHERS = tuple(np.dtype(name) for name in ("int16", "uint16", "uint32", "uint64"))

DTYPES: tuple[Dtype, ...] = (F32, F64, F16, I64, I32, I8, U8, BOOL, BF16, *_OTHERS)
_FREQUENT: tuple[Dtype, ...] = (F32, F32, F32, F32, I64, F64, I32, F16)
_BY_NAME: Mapping[str, Dtype] = {
    f"tensor({name})": dtype
    for name, dtype in zip(
        (
            "float double float16 int64 int32 int8 uint8 bool bfloat16 int16 uint16 uint32 uint64"
        ).split(),
        DTYPES,
        strict=True,
    )
}
_SIZES = (3, 2, 4, 1, 5, 1, 8, 2, 3, 17, 33, 0)
LARGEST = 6000
"""Elements of a value."""


class Rejected(Exception):
    """An attempt at a node that is not valid, or whose results are not defined."""


@dataclass
class Builder:
    """A graph that grows; all values are known on the way."""

    choices: Choices
    opset: int
    random: np.random.Generator
    """Contents of inputs and constants."""
    nodes: list[NodeProto] = field(default_factory=list[NodeProto])
    values: dict[str, Array] = field(default_factory=dict[str, Array])
    inputs: list[str] = field(default_factory=list[str])
    constants: list[str] = field(default_factory=list[str])

    # Decisions

    def integer(self, low: int, high: int) -> int:
        return self.choices.integer(low, high)

    def chance(self, percent: int) -> bool:
        return chance(self.choices, percent)

    def pick(self, options: Sequence[T]) -> T:
        if not options:
            raise Rejected
        return pick(self.choices, options)

    def some(self, options: Sequence[T], least: int = 0) -> list[T]:
        """Some of `options`, in their order."""
        kept = [x for x in options if self.chance(50)]
        return kept if len(kept) >= least else list(options[:least])

    def real(self, low: float, high: float) -> float:
        """A number with a short text."""
        return low + (high - low) * self.integer(0, 16) / 16

    def maybe(self, **attributes: Any) -> dict[str, Any]:
        """Each attribute or its default."""
        return {name: value for name, value in attributes.items() if self.chance(60)}

    # Types and shapes

    def since(self, op: str) -> int:
        """The version of the operator. Raises `Rejected` if there is none."""
        if not onnx.defs.has(op, self.opset):
            raise Rejected
        return onnx.defs.get_schema(op, self.opset).since_version

    def dtypes(self, op: str, index: int = 0) -> list[Dtype]:
        """The types that operand `index` of `op` may have."""
        self.since(op)
        formal = onnx.defs.get_schema(op, self.opset).inputs
        names: set[str] = set(formal[min(index, len(formal) - 1)].types)
        return [dtype for name, dtype in _BY_NAME.items() if name in names]

    def dtype(self, op: str, index: int = 0, among: Sequence[Dtype] = DTYPES) -> Dtype:
        allowed = [dtype for dtype in self.dtypes(op, index) if dtype in among]
        frequent = [dtype for dtype in _FREQUENT if dtype in allowed]
        return self.pick(frequent if frequent and self.chance(80) else allowed)

    def size(self, low: int = 0, high: int = 33) -> int:
        return self.pick([size for size in _SIZES if low <= size <= high] or [low])

    def shape(self, low: int = 0, high: int = 5, least: int = 0) -> Shape:
        """A rank from `low` to `high`, each size at least `least`."""
        rank = self.integer(low, high)
        shape: list[int] = []
        for _ in range(rank):
            room = LARGEST // max(1, prod(max(1, s) for s in shape) * 2 ** (rank - len(shape)))
            shape.append(self.size(least, max(least, min(33, room))))
        return tuple(shape)

    def broadcastable(self, shape: Shape) -> Shape:
        """A shape that broadcasts to `shape`."""
        kept = shape[self.integer(0, len(shape)) if self.chance(40) else 0 :]
        return tuple(1 if self.chance(20) else size for size in kept)

    # Values

    def content(self, dtype: Dtype, shape: Shape) -> Array:
        """Numbers of all kinds."""
        random, special = self.random, self.chance(12)
        if dtype == BOOL:
            return random.random(shape) < 0.5
        if is_float(dtype):
            array = random.normal(0, 2, shape)
            if special:
                odd = [0.0, -0.0, 0.5, -0.5, 1.5, 2.5, 1e30, -1e30, np.inf, -np.inf, np.nan]
                array = np.where(random.random(shape) < 0.3, random.choice(odd, shape), array)
            with np.errstate(all="ignore"):
                return np.asarray(array).astype(dtype)
        limits = np.iinfo(dtype)
        low, high = (limits.min, limits.max) if special else (max(limits.min, -9), 9)
        return random.integers(low, high, shape, dtype, endpoint=True)

    def new(self, array: Array, *, constant: int = 35) -> str:
        """A value of its own: an input, or in `constant` of 100 cases an initializer."""
        name = f"v{len(self.values)}"
        self.values[name] = np.asarray(array)
        if not self.chance(constant):
            self.inputs.append(name)
        elif self.chance(75) or self.opset < 9:  # Constant holds floats only before
            self.constants.append(name)
        else:
            tensor = numpy_helper.from_array(np.asarray(array), name)
            label = f"n{len(self.nodes)}_Constant"
            self.nodes.append(helper.make_node("Constant", [], [name], label, value=tensor))
        return name

    def parameter(self, values: Any, dtype: Any = np.int64) -> str:
        """Sizes, axes and the like: constants, seldom inputs."""
        return self.new(np.asarray(values, dtype), constant=96)

    def value(
        self,
        dtype: Dtype,
        shape: Shape | None = None,
        *,
        rank: tuple[int, int] = (0, 5),
        least: int = 0,
        where: Callable[[Array], bool] | None = None,
        constant: int = 35,
    ) -> str:
        """
        A value there is or a new one, of that shape if given, else of a rank within `rank` and
        sizes of at least `least`.
        """

        def fits(array: Array) -> bool:
            if array.dtype != dtype or (where is not None and not where(array)):
                return False
            if shape is not None:
                return array.shape == shape
            return rank[0] <= array.ndim <= rank[1] and all(s >= least for s in array.shape)

        found = [name for name, array in self.values.items() if fits(array)]
        if found and self.chance(75):
            return self.pick(found[::-1])
        wanted = self.shape(*rank, least) if shape is None else shape
        for _ in range(4):
            array = self.content(dtype, wanted)
            if where is None or where(array):
                return self.new(array, constant=constant)
        raise Rejected

    def operand(self, other: str, dtype: Dtype | None = None, **options: Any) -> str:
        """A second operand, which broadcasts with `other`."""
        array = self.values[other]
        wanted = dtype or array.dtype
        fitting = [
            name
            for name, a in self.values.items()
            if a.dtype == wanted and _broadcasts(a.shape, array.shape) and "where" not in options
        ]
        if fitting and self.chance(60):
            return self.pick(fitting[::-1])
        return self.value(wanted, self.broadcastable(array.shape), **options)

    def get(self, name: str) -> Array:
        return self.values[name]

    # Nodes

    def add(self, op: str, inputs: Sequence[str], outputs: int = 1, **attributes: Any) -> list[str]:
        """
        A node, and what its results are called; without those that are called ''. Raises `Rejected`
        if the reference has no result, or a very large one.
        """
        self.since(op)
        first = len(self.values)
        names = [f"v{first + k}" for k in range(outputs)]
        label = f"n{len(self.nodes)}_{op}"
        node = helper.make_node(op, list(inputs), names, label, **attributes)
        try:
            results = evaluate_node(node, self.values, self.opset)
        except Exception as error:  # whatever the reference evaluator raises
            raise Rejected from error
        if any(not is_storable(array) or array.size > LARGEST for array in results.values()):
            raise Rejected
        self.nodes.append(node)
        self.values |= results
        return names


def is_storable(array: Array) -> bool:
    """Whether the values of a model may have the type."""
    return array.dtype in DTYPES


def _broadcasts(a: Shape, b: Shape) -> bool:
    try:
        return prod(np.broadcast_shapes(a, b)) <= LARGEST
    except ValueError:
        return False
