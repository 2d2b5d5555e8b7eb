"""What a user can do wrong with ONNX models, and what is said about it."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from models import onnx_small
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_import import import_onnx

library: Any = onnx
"""Without its incomplete types."""


def tensor(name: str, shape: list[int | str], kind: int = TensorProto.FLOAT) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def model_of(
    nodes: list[NodeProto], inputs: list[Any], outputs: list[Any], version: int = 17
) -> ModelProto:
    graph = helper.make_graph(nodes, "g", inputs, outputs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)], ir_version=8)


def refused(model: ModelProto | Path) -> str:
    with pytest.raises(SDFGError) as caught:
        import_onnx(model)
    return str(caught.value)


def test_missing_file(tmp_path: Path):
    assert "no.onnx: cannot read the model: No such file" in refused(tmp_path / "no.onnx")


@pytest.mark.parametrize("data", [b"", b"# text\nof some kind\n", b"\x7fELF\x02\x01\x01" * 9])
def test_not_onnx(tmp_path: Path, data: bytes):
    path = tmp_path / "m.onnx"
    path.write_bytes(data)
    assert "m.onnx: not an ONNX" in refused(path)


@pytest.mark.parametrize("part", [0.2, 0.5, 0.99])
def test_truncated(tmp_path: Path, part: float):
    path = tmp_path / "m.onnx"
    library.save(onnx_small.mlp(), path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    assert "m.onnx: the file is truncated" in refused(path)


@pytest.fixture
def external(tmp_path: Path) -> Path:
    """A model whose weights lie in `data` beside it."""
    folder = tmp_path / "model"
    folder.mkdir()
    library.save(
        onnx_small.mlp(),
        folder / "m.onnx",
        save_as_external_data=True,
        location="data",
        size_threshold=0,
    )
    return folder / "m.onnx"


def test_external_data_missing(external: Path):
    (external.parent / "data").unlink()
    message = refused(external)
    assert "weight 'fc0.weight': 'data' is missing" in message
    assert "weight 'fc1.weight': 'data' is missing" in message


def test_external_data_too_short(external: Path):
    data = external.parent / "data"
    data.write_bytes(data.read_bytes()[:-8])
    assert "'data' ends before byte" in refused(external)


def _relocate(path: Path, location: str) -> None:
    model = library.load(path, load_external_data=False)
    for weight in model.graph.initializer:
        for entry in weight.external_data:
            if entry.key == "location":
                entry.value = location
    path.write_bytes(model.SerializeToString())


def test_external_data_outside(external: Path, tmp_path: Path):
    shutil.move(external.parent / "data", tmp_path / "data")
    for location in ("../data", str(tmp_path / "data"), "x/../../data"):
        _relocate(external, location)
        assert f"'{location}' lies outside the model's folder" in refused(external)


def test_external_data_behind_a_link(external: Path, tmp_path: Path):
    data = external.parent / "data"
    shutil.move(data, tmp_path / "data")
    data.symlink_to(tmp_path / "data")
    assert "'data' lies outside the model's folder" in refused(external)


def test_external_data_without_a_file(external: Path):
    model = library.load(external, load_external_data=False)
    assert "without a file" in refused(model)


def test_all_unknown_operators_at_once():
    nodes = [
        helper.make_node("Frobnicate", ["a"], ["b"], "first"),
        helper.make_node("Relu", ["b"], ["c"], "known"),
        helper.make_node("Fused", ["c"], ["y"], "second", domain="com.example"),
    ]
    model = model_of(nodes, [tensor("a", [4])], [tensor("y", [4])])
    message = refused(model)
    assert "first: unknown operator 'Frobnicate' (operator set 17)" in message
    assert "second: unknown operator 'com.example.Fused'" in message
    assert "Relu" not in message


def test_all_operators_without_a_lowering_at_once():
    nodes = [
        helper.make_node("ImageDecoder", ["bytes"], ["y"], "picture"),
        helper.make_node(
            "RoiAlign", ["a", "rois", "batch"], ["d"], "regions", output_height=2, output_width=2
        ),
        helper.make_node("ImageDecoder", ["bytes"], ["z"], "second_picture"),
    ]
    inputs = [
        tensor("a", [1, 3, 8, 8]),
        tensor("rois", [2, 4]),
        tensor("batch", [2], TensorProto.INT64),
        tensor("bytes", [100], TensorProto.UINT8),
    ]
    outputs = [
        tensor("d", [2, 3, 2, 2]),
        tensor("y", [8, 8, 3], TensorProto.UINT8),
        tensor("z", [8, 8, 3], TensorProto.UINT8),
    ]
    message = refused(model_of(nodes, inputs, outputs, version=20))
    assert "picture: unsupported op 'onnx.ImageDecoder'" in message
    assert "second_picture: unsupported op 'onnx.ImageDecoder'" in message
    assert "regions: unsupported op 'torch.torchvision.roi_align'" in message


def test_newer_operator_set():
    model = model_of(
        [helper.make_node("Relu", ["a"], ["y"])], [tensor("a", [4])], [tensor("y", [4])]
    )
    model.opset_import[0].version = 1000
    assert "operator set 1000 is newer" in refused(model)


def test_all_unsupported_types_at_once():
    sequence = helper.make_tensor_sequence_value_info("q", TensorProto.STRING, [4])
    nodes = [
        helper.make_node("Identity", ["s"], ["y"], "strings"),
        helper.make_node("SequenceLength", ["q"], ["n"], "length"),
    ]
    outputs = [tensor("y", [4], TensorProto.STRING), tensor("n", [], TensorProto.INT64)]
    message = refused(model_of(nodes, [tensor("s", [4], TensorProto.STRING), sequence], outputs))
    assert "input 's': unsupported type tensor of string" in message
    assert "input 'q': unsupported type tensor of string" in message
    assert "output 'y': unsupported type tensor of string" in message
    assert "'n'" not in message


def test_invalid_model():
    model = model_of(
        [helper.make_node("Relu", ["no"], ["y"])], [tensor("a", [4])], [tensor("y", [4])]
    )
    assert "g: the model is not valid" in refused(model)


def test_shapes_that_do_not_fit():
    nodes = [helper.make_node("MatMul", ["a", "b"], ["y"], "product")]
    model = model_of(nodes, [tensor("a", [4, 5]), tensor("b", [6, 7])], [tensor("y", [4, 7])])
    message = refused(model)
    assert "product" in message


def test_weight_of_an_unsupported_type():
    model = onnx_small.mlp()
    words = np.array(["some", "text"] * 50, dtype=object)
    model.graph.initializer.append(numpy_helper.from_array(words, "words"))
    assert "weight 'words': unsupported type tensor of string" in refused(model)
