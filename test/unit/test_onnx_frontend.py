"""ONNX models to linalg: the interface, the weights, the places."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
import pytest
from models import onnx_small
from models.onnx_light import light_model
from onnx import ModelProto, TensorProto, helper, numpy_helper
from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, StringAttr
from xdsl.dialects.func import FuncOp
from xdsl.dialects.linalg.ops import MatmulOp
from xdsl.ir import Operation

from sdfg.dialect.diagnostics import source
from sdfg.dialect.weights import Weights
from sdfg.lowering.frontend.imported import ImportedModel
from sdfg.lowering.frontend.onnx_import import import_onnx
from sdfg.lowering.frontend.onnx_prepare import OPSET, prepare
from sdfg.lowering.frontend.upstream import UPSTREAM_DIALECTS

RANDOM = np.random.default_rng(3)


def main_of(imported: ImportedModel) -> FuncOp:
    (function,) = imported.module.ops
    assert isinstance(function, FuncOp)
    assert function.sym_name.data == "main"
    return function


def ports(attributes: ArrayAttr[DictionaryAttr] | None) -> list[tuple[str, list[str] | None]]:
    """Name and symbolic shape of arguments or results."""
    assert attributes is not None
    found: list[tuple[str, list[str] | None]] = []
    for item in attributes:
        name, shape = item.data["sdfg.name"], item.data.get("sdfg.shape")
        assert isinstance(name, StringAttr)
        sizes = None if shape is None else [s.data for s in cast(ArrayAttr[StringAttr], shape)]
        found.append((name.data, sizes))
    return found


def op_names(imported: ImportedModel) -> list[str]:
    return [op.name for op in imported.module.walk()]


def binary(shapes: list[list[int | str | None]], op: str = "Add") -> ModelProto:
    """`y = a op b` on float32, with the given shapes of `a`, `b` and `y`."""
    a, b, y = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in zip("aby", shapes, strict=True)
    )
    graph = helper.make_graph([helper.make_node(op, ["a", "b"], ["y"])], "binary", [a, b], [y])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_interface_of_mlp():
    imported = import_onnx(onnx_small.mlp())
    function = main_of(imported)
    arguments = ports(function.arg_attrs)
    assert arguments[0] == ("x", ["batch", "32"])
    assert ports(function.res_attrs) == [("logits", ["batch", "10"])]
    assert function.arg_attrs is not None
    weights = [name for name, _ in arguments[1:]]
    assert all("sdfg.constant" in item.data for item in function.arg_attrs.data[1:])
    assert "sdfg.constant" not in function.arg_attrs.data[0].data
    assert weights == list(imported.weights)
    assert "fc0.weight" in weights
    assert "fc2.bias" not in weights, "10 elements stay in the program"


def test_weights_are_the_models():
    model = onnx_small.mlp()
    weights = import_onnx(model).weights
    stored = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    assert len(weights) > 3
    for name, array in weights.items():
        np.testing.assert_array_equal(array, stored[name])


def test_the_callers_model_stays():
    model = onnx_small.lstm()
    before = model.SerializeToString(deterministic=True)
    import_onnx(model)
    assert model.SerializeToString(deterministic=True) == before


def test_same_text_twice():
    assert str(import_onnx(onnx_small.lstm()).module) == str(import_onnx(onnx_small.lstm()).module)


def test_node_names_are_places():
    imported = import_onnx(onnx_small.mlp())
    places = [source(op.location) for op in imported.module.walk() if isinstance(op, MatmulOp)]
    assert places == ["fc0", "fc1", "fc2"]


def test_nodes_without_names_get_some():
    imported = import_onnx(binary([[4], [4], [4]]))
    assert "Add_0" in {source(op.location) for op in imported.module.walk()}


def test_equal_dimension_names_are_one_symbol():
    imported = import_onnx(binary([["n", "m"], ["n", "m"], ["n", "m"]]))
    assert [shape for _, shape in ports(main_of(imported).arg_attrs)] == [["n", "m"]] * 2


def test_unnamed_dimensions_get_symbols():
    imported = import_onnx(binary([[None, 3], [None, 3], [None, 3]]))
    assert ports(main_of(imported).arg_attrs) == [("a", ["a_0", "3"]), ("b", ["b_0", "3"])]


@pytest.mark.parametrize("name", ["E", "I", "pi", "N", "S", "lambda"])
def test_symbols_may_have_names_of_constants(name: str):
    imported = import_onnx(binary([[name, 3], [name, 3], [name, 3]]))
    assert ports(main_of(imported).arg_attrs)[0] == ("a", [name, "3"])
    assert ports(main_of(imported).res_attrs) == [("y", [name, "3"])]


def test_dimension_names_that_are_expressions():
    model = binary([["n", 2], ["n", 2], ["m", 2]], "Concat")
    model.graph.node[0].attribute.append(helper.make_attribute("axis", 0))
    model.graph.output[0].type.tensor_type.shape.dim[0].dim_param = "2*n"
    assert ports(main_of(import_onnx(model)).res_attrs) == [("y", ["2 * n", "2"])]


def test_dimension_names_that_are_no_names():
    imported = import_onnx(binary([["dim 0/x", 3], ["dim 0/x", 3], ["dim 0/x", 3]]))
    assert [shape for _, shape in ports(main_of(imported).arg_attrs)] == [["dim_0_x", "3"]] * 2


def test_old_operator_sets_are_converted():
    model = light_model("squeezenet")
    assert model.opset_import[0].version == 9
    prepared = prepare(model, name="squeezenet", folder=None)
    assert prepared.model.opset_import[0].version == OPSET
    assert sum(t.ByteSize() for t in prepared.model.graph.initializer) < 10_000
    assert prepared.inputs == ("data_0",)


def test_constants_are_folded():
    nodes = [
        helper.make_node("Shape", ["a"], ["shape"]),
        helper.make_node("Gather", ["shape", "zero"], ["rows"]),
        helper.make_node("Mul", ["rows", "two"], ["half"]),
        helper.make_node("Concat", ["half", "half"], ["sizes"], axis=0),
        helper.make_node("Reshape", ["a", "sizes"], ["y"]),
    ]
    a = helper.make_tensor_value_info("a", TensorProto.FLOAT, [6, 24])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [12, 12])
    constants = [
        numpy_helper.from_array(np.array([value], np.int64), name)
        for name, value in (("zero", 0), ("two", 2))
    ]
    graph = helper.make_graph(nodes, "fold", [a], [y], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    prepared = prepare(model, name="fold", folder=None)
    assert [node.op_type for node in prepared.model.graph.node] == ["Reshape"]


def test_functions_of_the_model_are_inlined():
    body = [helper.make_node("Mul", ["p", "p"], ["q"]), helper.make_node("Exp", ["q"], ["r"])]
    function = helper.make_function("mine", "F", ["p"], ["r"], body, [helper.make_opsetid("", 17)])
    a = helper.make_tensor_value_info("a", TensorProto.FLOAT, [6])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [6])
    graph = helper.make_graph([helper.make_node("F", ["a"], ["y"], domain="mine")], "g", [a], [y])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("mine", 1)]
    model = helper.make_model(graph, opset_imports=opsets, functions=[function], ir_version=8)
    assert {"math.exp", "arith.mulf"} <= set(op_names(import_onnx(model)))


def test_operators_defined_by_functions():
    a = helper.make_tensor_value_info("a", TensorProto.FLOAT, ["n", 6])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 6])
    graph = helper.make_graph([helper.make_node("Swish", ["a"], ["y"], "mine")], "g", [a], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 24)], ir_version=10)
    module = import_onnx(model).module
    (exp,) = [op for op in module.walk() if op.name == "math.exp"]
    assert source(exp.location) == "mine"


def test_only_upstream_dialects():
    for name in op_names(import_onnx(onnx_small.lstm())):
        assert name.split(".")[0] in UPSTREAM_DIALECTS


def test_batches_times_one_matrix_is_one_product():
    """A linear layer on `batch x seq x k` must not copy its weight once per batch."""
    names = op_names(import_onnx(binary([["b", "s", 12], [12, 20], ["b", "s", 20]], "MatMul")))
    assert "linalg.matmul" in names
    assert "linalg.batch_matmul" not in names


@pytest.mark.parametrize("external", [False, True])
def test_weights_from_a_file(tmp_path: Path, external: bool):
    model = onnx_small.mlp()
    stored = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    path = tmp_path / "mlp.onnx"
    library: Any = onnx
    library.save(model, path, save_as_external_data=external, location="data", size_threshold=0)
    imported = import_onnx(path)
    weights = imported.weights
    assert len(weights) > 3
    for name, array in weights.items():
        np.testing.assert_array_equal(array, stored[name])
    if external:
        assert all(isinstance(array, np.memmap) for array in weights.values())
    weights.write(tmp_path / "mlp.safetensors")
    back = Weights.open(tmp_path / "mlp.safetensors")
    assert all(np.array_equal(back[name], stored[name]) for name in back)


def test_small_constants_keep_their_bits():
    """Also values that decimal text would lose, and types that MLIR's text writes as hex."""
    values = np.array([1e-45, -0.0, np.inf, -np.inf, np.nan, 1 / 3], np.float32)
    a = helper.make_tensor_value_info("a", TensorProto.FLOAT, [6])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [6])
    node = helper.make_node("Mul", ["a", "c"], ["y"])
    graph = helper.make_graph([node], "g", [a], [y], [numpy_helper.from_array(values, "c")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    (constant,) = [op for op in import_onnx(model).module.walk() if op.name == "arith.constant"]
    assert dense_bytes(constant) == values.tobytes()


def dense_bytes(constant: Operation) -> bytes:
    from xdsl.dialects.builtin import DenseIntOrFPElementsAttr

    value = constant.properties["value"]
    assert isinstance(value, DenseIntOrFPElementsAttr)
    return value.data.data
