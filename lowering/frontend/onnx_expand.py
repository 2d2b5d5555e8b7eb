"""Operators replaced by several simpler ones, because the native passes compute them badly."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, helper

from sdfg.lowering.frontend import (
    onnx_exact,
    onnx_layers,
    onnx_ml,
    onnx_optimizers,
    onnx_places,
    onnx_pooling,
    onnx_products,
    onnx_quantize,
    onnx_recurrent,
    onnx_selection,
)
from sdfg.lowering.frontend.onnx_bit_cast import bit_cast
from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_fourier import dft, stft
from sdfg.lowering.frontend.onnx_grid_sample import affine_grid, grid_sample
from sdfg.lowering.frontend.onnx_load import opset
from sdfg.lowering.frontend.onnx_loop_types import infer_shapes
from sdfg.lowering.frontend.onnx_resize import resize
from sdfg.lowering.frontend.onnx_scan import cum_prod
from sdfg.lowering.frontend.onnx_scan_loop import scan
from sdfg.lowering.frontend.onnx_settle import SETTLED, shapes_from_results

_FLOATS = (TensorProto.FLOAT, TensorProto.DOUBLE)

Rule = Callable[[Expansion], bool]
"""Adds what an operator becomes; whether it applies."""


def expand_operators(model: ModelProto) -> None:
    """Replace all operators with a rule that applies, in place; shapes have been inferred."""
    shapes_from_results(model)
    graph, version = model.graph, opset(model)
    for rules in (onnx_pooling.RULES, _FIRST):
        if _apply(graph, version, {"": rules, "ai.onnx": rules}, {}):
            inferred = infer_shapes(model).graph.value_info
            del model.graph.value_info[:]
            model.graph.value_info.extend(inferred)
    _apply(graph, version, _DOMAINS, {})


def _apply(
    graph: GraphProto,
    version: int,
    domains: Mapping[str, Mapping[str, Rule]],
    outer: Mapping[str, Any],
) -> bool:
    """Whether any rule applied, here or in a nested graph; `outer` are types of what it sees."""
    values = [*graph.input, *graph.value_info, *graph.output]
    types = {**outer, **{v.name: v.type.tensor_type for v in values}}
    types |= {
        t.name: helper.make_tensor_type_proto(t.data_type, list(t.dims)).tensor_type
        for t in graph.initializer
    }
    nodes, changed = list[NodeProto](), False
    names = Counter(node.name for node in graph.node)
    for node in list(graph.node):
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                changed |= _apply(attribute.g, version, domains, types)
        # What an operator has become shares its name; values need names of their own.
        prefix = node.output[0] if names[node.name] > 1 else ""
        expansion = Expansion(graph, node, types, version, prefix)
        rule = domains.get(node.domain, {}).get(node.op_type)
        applies = rule is not None and _is_sized(expansion) and rule(expansion)
        nodes += expansion.nodes if applies else [node]
        changed |= applies
    del graph.node[:]
    graph.node.extend(nodes)
    return changed


LARGEST_SIZE = 1 << 26
"""Of a dimension that rules count along: what they count becomes part of the model."""


def _is_sized(e: Expansion) -> bool:
    """Whether no operand or result is larger than that in a dimension."""
    shapes = (e.shape(name) or () for name in (*e.node.input, *e.node.output))
    return all(size <= LARGEST_SIZE for shape in shapes for size in shape)


def batch_normalization(e: Expansion) -> bool:
    """
    With known statistics, one scale and one shift for each channel.

    ```
    y = (x - mean) / sqrt(variance + epsilon) * scale + bias
    ->
    factor = scale / sqrt(variance + epsilon); y = x * factor + (bias - mean * factor)
    ```

    All but the last line follows from weights alone: folding computes it once, as PyTorch and ONNX
    Runtime do.
    """
    x, scale, bias, mean, variance = e.node.input
    shape, kind = e.shape(x), e.element(x)
    if shape is None or kind not in _FLOATS or e.attributes.get("training_mode", 0):
        return False
    dtype = helper.tensor_dtype_to_np_dtype(kind)
    epsilon = e.constant("epsilon", np.array(e.attributes.get("epsilon", 1e-5), dtype))
    channels = e.constant("channels", np.array([-1] + [1] * (len(shape) - 2), np.int64))
    deviation = e.compute("Sqrt", e.compute("Add", variance, epsilon))
    gain = e.compute("Div", scale, deviation)
    offset = e.compute("Sub", bias, e.compute("Mul", mean, gain))
    factor = e.compute("Reshape", gain, channels)
    shift = e.compute("Reshape", offset, channels)
    e.compute("Add", e.compute("Mul", x, factor), shift, result=e.node.output[0])
    return True


def lp_normalization(e: Expansion) -> bool:
    """
    Where the norm is zero the result is zero; torch-mlir divides zero by zero.

    ```
    y = x / norm(x)  ->  y = where(norm(x) == 0, 0, x / norm(x))
    ```
    """
    x, kind = e.node.input[0], e.element(e.node.input[0])
    if kind == TensorProto.UNDEFINED:
        return False
    axis, order = e.attributes.get("axis", -1), e.attributes.get("p", 2)
    zero = e.constant("zero", np.array(0, helper.tensor_dtype_to_np_dtype(kind)))
    axes = e.constant("axes", np.array([axis], np.int64))
    powers = e.compute("Abs", x) if order == 1 else e.compute("Mul", x, x)
    total = e.compute("ReduceSum", powers, axes, keepdims=1)
    norm = total if order == 1 else e.compute("Sqrt", total)
    quotient = e.compute("Div", x, norm)
    e.compute("Where", e.compute("Equal", norm, zero), zero, quotient, result=e.node.output[0])
    return True


_FIRST: Mapping[str, Rule] = {
    **SETTLED,
    **onnx_places.RULES,
    **onnx_products.RULES,
    **onnx_recurrent.RULES,
}
"""What other rules see the results of."""

RULES: Mapping[str, Rule] = {
    "BatchNormalization": batch_normalization,
    "BitCast": bit_cast,
    "AffineGrid": affine_grid,
    "CumProd": cum_prod,
    "DFT": dft,
    "GridSample": grid_sample,
    "LpNormalization": lp_normalization,
    "Resize": resize,
    "STFT": stft,
    "Scan": scan,
    **onnx_exact.RULES,
    **onnx_layers.RULES,
    **onnx_quantize.RULES,
    **onnx_selection.RULES,
}
"""By operator; a rule says whether it applies."""

_DOMAINS: Mapping[str, Mapping[str, Rule]] = {
    "": RULES,
    "ai.onnx": RULES,
    "ai.onnx.ml": onnx_ml.RULES,
    "ai.onnx.preview.training": onnx_optimizers.RULES,
}
