"""Operators of `ai.onnx.ml`: what they become computes what ONNX Runtime computes."""

from typing import Any

import numpy as np
import onnxruntime  # pyright: ignore[reportMissingTypeStubs]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import ModelProto, TensorProto, helper
from onnx.reference import ReferenceEvaluator

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_prepare import prepare
from sdfg.tools.onnx_backend import SdfgBackend

Array = np.ndarray[Any, Any]
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


def model_of(
    op_type: str, inputs: list[Array], results: list[int], **attributes: Any
) -> ModelProto:
    """One operator; the number of samples is open."""
    names = [f"x{k}" for k in range(len(inputs))]
    values = [
        helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(x.dtype), ["samples", *x.shape[1:]]
        )
        for name, x in zip(names, inputs, strict=True)
    ]
    outputs = [
        helper.make_tensor_value_info(f"y{k}", kind, [None] * _rank(op_type, k))
        for k, kind in enumerate(results)
    ]
    node = helper.make_node(
        op_type, names, [f"y{k}" for k in range(len(results))], domain="ai.onnx.ml", **attributes
    )
    version = 5 if op_type == "TreeEnsemble" else 3
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", version)]
    graph = helper.make_graph([node], "ml", values, outputs)
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def _rank(op_type: str, result: int) -> int:
    if op_type.endswith("Classifier") and result == 0:
        return 1
    return 3 if op_type == "OneHotEncoder" else 2


def evaluate(model: ModelProto, inputs: list[Array]) -> list[Array]:
    """By the operators that the model becomes."""
    prepared = prepare(model, name="m", folder=None)
    assert all(node.domain != "ai.onnx.ml" for node in prepared.model.graph.node)
    evaluator: Any = ReferenceEvaluator(prepared.model)
    given = {f"x{k}": x for k, x in enumerate(inputs)}
    return evaluator.run(None, given | dict(prepared.weights))


def expected_of(model: ModelProto, inputs: list[Array]) -> list[Array]:
    session: Any = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {f"x{k}": x for k, x in enumerate(inputs)})


def check(op_type: str, inputs: list[Array], results: list[int], **attributes: Any) -> None:
    model = model_of(op_type, inputs, results, **attributes)
    expected = expected_of(model, inputs)
    for one, other in zip(evaluate(model, inputs), expected, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=2e-5, atol=2e-6)


def normal(seed: int, *sizes: int) -> Array:
    return np.random.default_rng(seed).standard_normal(sizes, np.float32)


def numbers(seed: int, *sizes: int) -> list[float]:
    return normal(seed, *sizes).ravel().tolist()


def test_features() -> None:
    x = normal(1, 5, 3)
    whole = np.random.default_rng(2).integers(-3, 4, (5, 3))
    check("Binarizer", [x], [FLOAT], threshold=0.25)
    check("Scaler", [x], [FLOAT], offset=[0.5, 1.0, -2.0], scale=[2.0, 3.0, 0.5])
    check("Scaler", [whole], [FLOAT], offset=[0.5], scale=[2.0])
    for norm in ("L1", "L2"):
        check("Normalizer", [x], [FLOAT], norm=norm)
    check("Normalizer", [np.abs(x)], [FLOAT], norm="MAX")
    check("FeatureVectorizer", [x, normal(3, 5, 2)], [FLOAT], inputdimensions=[3, 2])
    check("OneHotEncoder", [whole], [FLOAT], cats_int64s=[0, 2, -1, 3])


def test_missing_values() -> None:
    x = normal(4, 6, 3)
    x[1, 2] = x[4, 0] = np.nan
    attributes = {"imputed_value_floats": [1.0, 2.0, 3.0]}
    check("Imputer", [x], [FLOAT], replaced_value_float=float("nan"), **attributes)
    x[x > 0.5] = 7.0
    x[np.isnan(x)] = 0
    check("Imputer", [x], [FLOAT], replaced_value_float=7.0, **attributes)


def test_labels_are_looked_up() -> None:
    whole = np.random.default_rng(5).integers(0, 6, (4, 3))
    check("LabelEncoder", [whole], [INT64], keys_int64s=[1, 4], values_int64s=[70, 80])
    floats = {"keys_floats": [1.0, 2.0], "values_floats": [0.5, -0.5], "default_float": 9.0}
    check("LabelEncoder", [whole.astype(np.float32)], [FLOAT], **floats)
    model = model_of("LabelEncoder", [whole], [FLOAT], keys_int64s=[1], values_strings=["a"])
    with pytest.raises(SDFGError, match="values are texts"):
        prepare(model, name="m", folder=None)


def test_array_feature_extractor() -> None:
    x, indices = normal(6, 4, 5), np.array([[3, 0]])
    model = model_of("ArrayFeatureExtractor", [x, indices], [FLOAT])
    np.testing.assert_array_equal(evaluate(model, [x, indices])[0], x[:, [3, 0]])


@pytest.mark.parametrize("how", ["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"])
@pytest.mark.parametrize("classes", [2, 4])
def test_linear_models(how: str, classes: int) -> None:
    x = normal(7, 6, 3)
    weights = {"coefficients": numbers(8, classes, 3), "intercepts": numbers(9, classes)}
    labels = [5, 3, 8, 2][:classes]
    check(
        "LinearClassifier",
        [x],
        [INT64, FLOAT],
        classlabels_ints=labels,
        post_transform=how,
        **weights,
    )
    check("LinearRegressor", [x], [FLOAT], targets=classes, **weights)


def test_probit() -> None:
    """ONNX's reference has it, ONNX Runtime computes it otherwise."""
    x = np.array([[0.1], [0.5], [0.93]], np.float32)
    model = model_of("LinearRegressor", [x], [FLOAT], coefficients=[1.0], post_transform="PROBIT")
    quantiles = np.array([[-1.2816], [0.0], [1.4758]])
    np.testing.assert_allclose(evaluate(model, [x])[0], quantiles, atol=2e-2)


@pytest.mark.parametrize("kernel", ["LINEAR", "POLY", "RBF", "SIGMOID"])
def test_support_vectors(kernel: str) -> None:
    x = normal(10, 7, 4)
    common = {
        "kernel_type": kernel,
        "kernel_params": [0.5, 0.25, 3.0],
        "support_vectors": numbers(11, 6, 4),
    }
    regression = common | {"coefficients": numbers(12, 6), "n_supports": 6, "rho": [0.3]}
    check("SVMRegressor", [x], [FLOAT], **regression)
    three = {"vectors_per_class": [2, 1, 3], "classlabels_ints": [4, 9, 6]}
    classification = common | three | {"coefficients": numbers(13, 2, 6), "rho": numbers(14, 3)}
    model = model_of("SVMClassifier", [x], [INT64, FLOAT], **classification)
    evaluator: Any = ReferenceEvaluator(model)
    expected = evaluator.run(None, {"x0": x})
    for one, other in zip(evaluate(model, [x]), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def random_trees(random: np.random.Generator, trees: int, features: int) -> dict[str, list[Any]]:
    """Trees of different depths, in the attributes of versions 1 and 3."""
    nodes: dict[str, list[Any]] = {name: [] for name in _NODES}
    for tree in range(trees):
        pending, count = [(0, 0)], 1
        while pending:
            node, depth = pending.pop()
            leaf = depth == 4 or random.random() < 0.25
            ends = (0, 0) if leaf else (count, count + 1)
            if not leaf:
                count += 2
                pending += [(end, depth + 1) for end in ends]
            mode = "LEAF" if leaf else random.choice(_MODES)
            split = float(np.float32(random.standard_normal()))
            entry = (tree, node, mode, int(random.integers(features)), split, *ends)
            for name, value in zip(_NODES, entry, strict=True):
                nodes[name].append(value)
        first = nodes["nodes_treeids"].index(tree)
        order = sorted(
            range(first, len(nodes["nodes_nodeids"])), key=nodes["nodes_nodeids"].__getitem__
        )
        for values in nodes.values():
            values[first:] = [values[k] for k in order]
    return nodes


_NODES = (
    "nodes_treeids",
    "nodes_nodeids",
    "nodes_modes",
    "nodes_featureids",
    "nodes_values",
    "nodes_truenodeids",
    "nodes_falsenodeids",
)
_MODES = ("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ")


def leaf_weights(
    random: np.random.Generator, nodes: dict[str, list[Any]], what: str, targets: int
) -> dict[str, Any]:
    """A weight of each leaf for each target."""
    leaves = [k for k, mode in enumerate(nodes["nodes_modes"]) if mode == "LEAF"]
    found: dict[str, list[Any]] = {
        f"{what}_{n}": [] for n in ("treeids", "nodeids", "ids", "weights")
    }
    for leaf in leaves:
        for target in range(targets):
            entry = (nodes["nodes_treeids"][leaf], nodes["nodes_nodeids"][leaf], target)
            for name, value in zip(found, (*entry, float(random.standard_normal())), strict=True):
                found[name].append(value)
    return found


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["SUM", "AVERAGE", "MIN", "MAX"]), st.booleans())
def test_trees(seed: int, aggregate: str, missing: bool) -> None:
    random = np.random.default_rng(seed)
    x = random.standard_normal((9, 3), np.float32)
    nodes = random_trees(random, 3, 3)
    if missing:
        x[random.random(x.shape) < 0.3] = np.nan
        tracks = random.integers(0, 2, len(nodes["nodes_modes"])).tolist()
        nodes["nodes_missing_value_tracks_true"] = tracks
    weights = leaf_weights(random, nodes, "target", 2)
    trees = {"n_targets": 2, "aggregate_function": aggregate, "base_values": [0.5, -1.0]}
    check("TreeEnsembleRegressor", [x], [FLOAT], **trees, **nodes, **weights)
    labels = {"classlabels_int64s": [7, 3, 5]}
    classes = leaf_weights(random, nodes, "class", 3)
    check("TreeEnsembleClassifier", [x], [INT64, FLOAT], **labels, **nodes, **classes)


def ensemble_of_sets(dtype: Any) -> dict[str, Any]:
    """One tree: is the feature in {1, 3}, and if so, is the other one small?"""
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))

    def tensor(values: list[float], to: int = kind) -> TensorProto:
        return helper.make_tensor("t", to, (len(values),), values)

    return {
        "n_targets": 2,
        "nodes_splits": tensor([0.0, 0.5]),
        "nodes_featureids": [0, 1],
        "nodes_modes": tensor([6, 0], TensorProto.UINT8),
        "nodes_truenodeids": [1, 1],
        "nodes_falsenodeids": [0, 2],
        "nodes_trueleafs": [0, 1],
        "nodes_falseleafs": [1, 1],
        "leaf_targetids": [0, 1, 0],
        "leaf_weights": tensor([5.0, -2.0, 0.25]),
        "tree_roots": [0],
        "membership_values": tensor([1.0, 3.0, float("nan")]),
    }


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_trees_that_ask_for_sets_compiled(dtype: Any) -> None:
    random = np.random.default_rng(15)
    x = np.stack([random.integers(0, 5, 40), random.random(40)], axis=1).astype(dtype)
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    model = model_of("TreeEnsemble", [x], [kind], **ensemble_of_sets(dtype))
    (result,) = SdfgBackend.prepare(model).run([x])
    member, small = np.isin(x[:, 0], [1, 3]), x[:, 1] <= 0.5
    expected = np.zeros((40, 2), dtype)
    expected[:, 0] = np.select([~member, ~small], [5.0, 0.25], 0.0)
    expected[:, 1] = np.where(member & small, -2.0, 0.0)
    np.testing.assert_array_equal(result, expected)


def test_trees_with_circles_are_refused() -> None:
    given = ensemble_of_sets(np.float32) | {"nodes_trueleafs": [0, 0]}
    with pytest.raises(SDFGError, match="TreeEnsemble_0: the nodes of a tree form a circle"):
        prepare(
            model_of("TreeEnsemble", [normal(1, 4, 2)], [FLOAT], **given), name="m", folder=None
        )
