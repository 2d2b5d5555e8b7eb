"""Where the weights of a program stand in its file."""

from xdsl.dialects.builtin import IntegerAttr, ModuleOp, i64

from sdfg.dialect.attrs import WeightAttr
from sdfg.dialect.ops.containers import ConstantOp
from sdfg.dialect.weights import Weights


def place_weights(module: ModuleOp, weights: Weights) -> Weights:
    """
    Keep the weights that the program reads, in the order in which it reads them, and write into
    each constant where it stands in the file.
    """
    constants = [op for op in module.walk() if isinstance(op, ConstantOp)]
    keys = [op.value.key.data for op in constants if isinstance(op.value, WeightAttr)]
    kept = Weights({key: weights.entries[key] for key in dict.fromkeys(keys)})
    offsets = kept.offsets()
    for op in constants:
        if isinstance(op.value, WeightAttr):
            op.attributes["offset"] = IntegerAttr(offsets[op.value.key.data], i64)
    return kept
