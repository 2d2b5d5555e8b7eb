"""Element types without arithmetic: all codes, and random numbers, as `ml_dtypes` has them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import onnx
import pytest
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun

from sdfg.backends.runtime import CompiledModel
from sdfg.backends.runtime_interface import NARROW
from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_elements import (
    FORMATS,
    FloatFormat,
    IntegerFormat,
    Special,
    stored,
)
from sdfg.lowering.frontend.onnx_import import import_onnx
from sdfg.lowering.frontend.onnx_prepare import prepare
from sdfg.tools import driver, sdfg_run

Array = np.ndarray[Any, Any]
save: Any = getattr(onnx, "save")
RANDOM = np.random.default_rng(17)
BY_NAME = {TensorProto.DataType.Name(kind): kind for kind in FORMATS}
FLOATS = [name for name, kind in BY_NAME.items() if isinstance(FORMATS[kind], FloatFormat)]
INTEGERS = [name for name, kind in BY_NAME.items() if isinstance(FORMATS[kind], IntegerFormat)]


class BitCast(OpRun):
    """The operator that the import adds, for ONNX's evaluator."""

    op_domain = "sdfg"

    def _run(self, x: Array, to: int) -> tuple[Array]:
        return (np.asarray(x).view(helper.tensor_dtype_to_np_dtype(to)),)


def model_of(
    nodes: Sequence[NodeProto],
    inputs: dict[str, Array],
    results: dict[str, int],
    constants: dict[str, Array] | None = None,
) -> ModelProto:
    values = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(x.dtype), x.shape)
        for n, x in inputs.items()
    ]
    outputs = [helper.make_tensor_value_info(n, kind, None) for n, kind in results.items()]
    stored = [numpy_helper.from_array(x, n) for n, x in (constants or {}).items()]
    graph = helper.make_graph(nodes, "g", values, outputs, stored)
    return onnx.shape_inference.infer_shapes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 28)], ir_version=14)
    )


def evaluated(model: ModelProto, inputs: dict[str, Array]) -> list[Array]:
    """The results of the prepared model, by ONNX's evaluator: of codes, where types are narrow."""
    prepared = prepare(model, name="m", folder=None).model
    new: list[type[OpRun]] = [BitCast]
    evaluator: Any = ReferenceEvaluator(prepared, new_ops=new)
    with np.errstate(all="ignore"):
        return [np.asarray(y) for y in evaluator.run(None, inputs)]


def codes_of(kind: int) -> Array:
    """All codes of an element type."""
    dtype = helper.tensor_dtype_to_np_dtype(kind)
    return np.arange(1 << FORMATS[kind].bits, dtype=np.uint8).view(dtype)


def numbers(dtype: Any, kind: int) -> Array:
    """Those that `kind` has, what lies between and beside them, and random ones."""
    with np.errstate(all="ignore"):
        exact = codes_of(kind).astype(np.float64)
        exact = np.unique(exact[np.isfinite(exact)])
        middles = (exact[1:] + exact[:-1]) / 2
        values = np.concatenate([exact, middles, exact * 1.5, exact / 2]).astype(dtype)
        beside = [np.nextafter(values, np.array(end, dtype)) for end in (np.inf, -np.inf)]
        sizes = 2.0 ** RANDOM.integers(-24, 20, 2000)
        more = (RANDOM.standard_normal(2000) * sizes).astype(dtype)
        special = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1e-30, -1e-30, 1e30], dtype)
        return np.concatenate([values, *beside, more, special])


def expected_codes(x: Array, kind: int, *, saturate: bool) -> Array:
    dtype, form = helper.tensor_dtype_to_np_dtype(kind), FORMATS[kind]
    assert isinstance(form, FloatFormat)
    with np.errstate(all="ignore"):
        cast = onnx.numpy_helper.saturate_cast if saturate else np.ndarray.astype
        codes = stored(cast(x, dtype), kind)
    # Where there is no NaN, any zero will do.
    return np.where(np.isnan(x), form.nan, codes) if form.bits < 8 else codes


def nearest_codes(x: Array, kind: int) -> Array:
    """
    Of finite numbers of 64 bits, the one that is too large going to the largest: by comparison with
    all numbers of the type. `ml_dtypes` rounds twice, to 32 bits first.
    """
    form = FORMATS[kind]
    assert isinstance(form, FloatFormat)
    values = codes_of(kind)[: form.largest + 1].astype(np.float64)
    size = np.minimum(np.abs(x), values[-1])
    above = np.searchsorted(values, size)
    below = np.maximum(above - 1, 0)
    up, down = values[above] - size, size - values[below]
    codes = np.where((up < down) | ((up == down) & (above % 2 == 0)), above, below)
    has_sign = np.signbit(x) & ((codes != 0) | (form.special is not Special.UNSIGNED))
    return np.where(has_sign, codes + form.sign, codes).astype(np.uint8).view(np.int8)


def same_numbers(codes: Array, wanted: Array, kind: int) -> None:
    """Equal codes; any NaN will do."""
    dtype = helper.tensor_dtype_to_np_dtype(kind)
    nan = np.isnan(wanted.view(dtype).astype(np.float32))
    assert nan[codes != wanted].all()
    assert np.isnan(codes.view(dtype).astype(np.float32))[nan].all()


@pytest.mark.parametrize("name", BY_NAME)
def test_numbers_of_all_codes(name: str) -> None:
    kind = BY_NAME[name]
    codes = codes_of(kind)
    node = helper.make_node("Cast", ["x"], ["y"], to=TensorProto.FLOAT)
    model = model_of([node], {"x": codes}, {"y": TensorProto.FLOAT})
    (found,) = evaluated(model, {"x": codes.view(np.int8)})
    wanted = codes.astype(np.float32)
    np.testing.assert_array_equal(found, wanted)
    zeros = wanted == 0
    np.testing.assert_array_equal(np.signbit(found)[zeros], np.signbit(wanted)[zeros])


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("saturate", [True, False])
@pytest.mark.parametrize("name", FLOATS)
def test_rounding(name: str, saturate: bool, dtype: Any) -> None:
    kind = BY_NAME[name]
    x = numbers(dtype, kind)
    node = helper.make_node("Cast", ["x"], ["y"], to=kind, saturate=int(saturate))
    (found,) = evaluated(model_of([node], {"x": x}, {"y": kind}), {"x": x})
    same_numbers(found, expected_codes(x, kind, saturate=saturate), kind)


@pytest.mark.parametrize("name", FLOATS)
def test_numbers_of_64_bits_are_rounded_once(name: str) -> None:
    kind = BY_NAME[name]
    x = numbers(np.float64, kind)
    x = x[np.isfinite(x)]
    node = helper.make_node("Cast", ["x"], ["y"], to=kind)
    (found,) = evaluated(model_of([node], {"x": x}, {"y": kind}), {"x": x})
    np.testing.assert_array_equal(found, nearest_codes(x, kind))


@pytest.mark.parametrize("rounding", ["up", "down", "nearest"])
@pytest.mark.parametrize("saturate", [True, False])
def test_powers_of_two(rounding: str, saturate: bool) -> None:
    kind = TensorProto.FLOAT8E8M0
    x = np.abs(RANDOM.standard_normal(2000) * 2.0 ** RANDOM.integers(-126, 127, 2000))
    powers = 2.0 ** np.arange(-126, 128)
    x = np.concatenate([x, powers, 1.5 * powers[:-1], [1.9 * 2.0**127]]).astype(np.float32)
    x = x[x >= 2.0**-126]
    node = helper.make_node("Cast", ["x"], ["y"], to=kind, saturate=int(saturate))
    node.attribute.append(helper.make_attribute("round_mode", rounding))
    (found,) = evaluated(model_of([node], {"x": x}, {"y": kind}), {"x": x})
    wanted = onnx.numpy_helper.to_float8e8m0(x, saturate, rounding)
    np.testing.assert_array_equal(found.view(np.uint8), wanted.view(np.uint8))


def test_what_powers_of_two_have_no_number_for() -> None:
    """As the table in the definition of Cast has it."""
    kind = TensorProto.FLOAT8E8M0
    x = np.array([0, np.nan, np.inf, 1e-39, 3e-39, 2.0**-127, 2.0**-127 * 1.75], np.float32)
    wanted = {("up", 1): [0, 255, 254, 0, 0, 0, 1], ("nearest", 0): [255, 255, 255, 255, 255, 0, 1]}
    for (rounding, saturate), codes in wanted.items():
        node = helper.make_node("Cast", ["x"], ["y"], to=kind, saturate=saturate)
        node.attribute.append(helper.make_attribute("round_mode", rounding))
        (found,) = evaluated(model_of([node], {"x": x}, {"y": kind}), {"x": x})
        assert found.view(np.uint8).tolist() == codes


@pytest.mark.parametrize("name", INTEGERS)
@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.uint8, np.int32, np.int64])
def test_integers_keep_their_low_bits(name: str, dtype: Any) -> None:
    kind = BY_NAME[name]
    x = np.arange(-100, 100).astype(dtype)
    node = helper.make_node("Cast", ["x"], ["y"], to=kind)
    (found,) = evaluated(model_of([node], {"x": x}, {"y": kind}), {"x": x})
    np.testing.assert_array_equal(found, x.astype(helper.tensor_dtype_to_np_dtype(kind)))


def test_between_narrow_types() -> None:
    nodes: list[NodeProto] = []
    results: dict[str, int] = {}
    x = codes_of(TensorProto.FLOAT8E4M3FN)
    for name in ("FLOAT8E5M2", "FLOAT4E2M1", "FLOAT6E2M3"):
        nodes.append(helper.make_node("Cast", ["x"], [name], to=BY_NAME[name]))
        results[name] = BY_NAME[name]
    found = evaluated(model_of(nodes, {"x": x}, results), {"x": x.view(np.int8)})
    for codes, kind in zip(found, results.values(), strict=True):
        same_numbers(codes, expected_codes(x.astype(np.float32), kind, saturate=True), kind)


CASES = {
    "tensor": ((3, 8), (), 1, 0),
    "axis": ((3, 8, 2), (8,), 1, 0),
    "last": ((3, 8), (3,), -2, 0),
    "blocks": ((3, 8), (3, 4), 1, 2),
    "a last block that is short": ((3, 7, 2), (3, 3, 2), 1, 3),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    "name", ["INT4", "UINT2", "UINT16", "INT16", "INT8", "FLOAT8E5M2", "FLOAT4E2M1"]
)
def test_quantization(case: str, name: str) -> None:
    """There and back, on the machine."""
    shape, scales, axis, block = CASES[case]
    kind: int = getattr(TensorProto, name)
    dtype = helper.tensor_dtype_to_np_dtype(kind)
    x = (RANDOM.standard_normal(shape) * 8).astype(np.float32)
    constants = {"s": (RANDOM.random(scales) + 0.5).astype(np.float32)}
    constants["z"] = RANDOM.integers(0, 3, scales).astype(dtype)
    if name.startswith("FLOAT"):
        constants["z"] = np.zeros(scales, dtype)
    options: dict[str, Any] = {"axis": axis, "block_size": block} if block else {"axis": axis}
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], **options),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["y"], **options),
    ]
    results = {"q": kind, "y": TensorProto.FLOAT}
    model = model_of(nodes, {"x": x}, results, constants)
    evaluator: Any = ReferenceEvaluator(model)
    wanted = evaluator.run(None, {"x": x})
    found = driver.compile_module(import_onnx(model)).run([x])
    assert found[0].dtype == dtype
    np.testing.assert_array_equal(*(a[0].astype(np.float32) for a in (found, wanted)))
    np.testing.assert_allclose(found[1], wanted[1], rtol=1e-6)


def test_elements_are_moved_as_codes() -> None:
    """What moves elements does it with codes; weights, small and large, are codes too."""
    dtype = ml_dtypes.float8_e4m3fn
    x = RANDOM.standard_normal((4, 6)).astype(dtype)
    weights = {"w": RANDOM.standard_normal((40, 6)).astype(dtype), "v": np.ones((1, 6), dtype)}
    nodes = [
        helper.make_node("Concat", ["x", "w", "v"], ["all"], axis=0),
        helper.make_node("Transpose", ["all"], ["y"]),
        helper.make_node("Cast", ["all"], ["f"], to=TensorProto.FLOAT16),
        helper.make_node("CastLike", ["f", "t"], ["i"]),
    ]
    kind = BY_NAME["FLOAT8E4M3FN"]
    results = {"y": kind, "f": TensorProto.FLOAT16, "i": BY_NAME["INT4"]}
    constants = {**weights, "t": np.zeros(1, ml_dtypes.int4)}
    with driver.compile_module(import_onnx(model_of(nodes, {"x": x}, results, constants))) as model:
        assert str(model.interface.inputs[0]) == "float8_e4m3fn[4, 6]"
        y, f, i = model(x)
        with pytest.raises(SDFGError, match="expected float8_e4m3fn, got float8_e5m2"):
            model(x.view(ml_dtypes.float8_e5m2))
    joined = np.concatenate([x, *weights.values()])
    assert y.dtype == dtype
    np.testing.assert_array_equal(y.view(np.uint8), joined.T.view(np.uint8))
    np.testing.assert_array_equal(f, joined.astype(np.float16))
    np.testing.assert_array_equal(i, joined.astype(np.float16).astype(ml_dtypes.int4))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("int4", "uint4"),
        ("uint4", "float4_e2m1fn"),
        ("float8_e5m2", "int8"),
        ("bool", "float8_e5m2"),
    ],
)
def test_the_same_bits(source: str, target: str) -> None:
    types = [np.dtype(getattr(ml_dtypes, n, n)) for n in (source, target)]
    kind = helper.np_dtype_to_tensor_dtype(types[1])
    bits = 4 if "4" in source else 1 if source == "bool" else 8
    x = np.arange(1 << bits, dtype=np.uint8).view(types[0])
    node = helper.make_node("BitCast", ["x"], ["y"], to=kind)
    (y,) = driver.compile_module(import_onnx(model_of([node], {"x": x}, {"y": kind}))).run([x])
    np.testing.assert_array_equal(y, x.view(types[1]))


@pytest.mark.parametrize("size", [7, 99])
@pytest.mark.parametrize("name", ["INT4", "UINT2", "FLOAT6E2M3"])
def test_weights_that_share_bytes(name: str, size: int) -> None:
    w = np.resize(codes_of(BY_NAME[name]), size)
    node = helper.make_node("Cast", ["w"], ["y"], to=TensorProto.FLOAT)
    model = model_of([node], {}, {"y": TensorProto.FLOAT}, {"w": w})
    found = driver.compile_module(import_onnx(model)).run([])
    np.testing.assert_array_equal(found[0], w.astype(np.float32))


def test_external_weights_in_halves_of_bytes(tmp_path: Path) -> None:
    w = RANDOM.integers(-8, 8, (9, 11)).astype(ml_dtypes.int4)
    node = helper.make_node("Cast", ["w"], ["y"], to=TensorProto.FLOAT)
    model = model_of([node], {}, {"y": TensorProto.FLOAT}, {"w": w})
    external: dict[str, Any] = {"save_as_external_data": True, "size_threshold": 0}
    save(model, tmp_path / "m.onnx", **external)
    found = driver.compile_module(import_onnx(tmp_path / "m.onnx")).run([])
    np.testing.assert_array_equal(found[0], w.astype(np.float32))


@pytest.mark.parametrize("name", NARROW)
def test_every_narrow_type_can_be_compiled_and_drawn(name: str, tmp_path: Path) -> None:
    """From the command line, with random inputs, results in a file, and back."""
    dtype = np.dtype(getattr(ml_dtypes, name))
    kind = helper.np_dtype_to_tensor_dtype(dtype)
    x = np.zeros((4, 5), dtype)
    model = model_of([helper.make_node("Transpose", ["x"], ["y"])], {"x": x}, {"y": kind})
    save(model, tmp_path / "m.onnx")
    compiled = driver.compile_module(import_onnx(tmp_path / "m.onnx"))
    drawn = sdfg_run.random_array(compiled.interface.inputs[0], {}, RANDOM)
    (y,) = compiled.run([drawn])
    np.testing.assert_array_equal(y.astype(np.float32), drawn.astype(np.float32).T)
    sdfg_run.save_results(tmp_path / "y.npz", {"y": y})
    read = sdfg_run.as_stated(np.load(tmp_path / "y.npz")["y"], compiled.interface.outputs[0])
    assert read.dtype == dtype
    assert read.tobytes() == y.tobytes()
    assert isinstance(compiled, CompiledModel)


def test_machine_code_of_all_conversions() -> None:
    x = numbers(np.float32, BY_NAME["FLOAT8E5M2"])
    nodes: list[NodeProto] = []
    results: dict[str, int] = {}
    for name in FLOATS:
        nodes.append(helper.make_node("Cast", ["x"], [name], to=BY_NAME[name]))
        nodes.append(helper.make_node("Cast", [name], [f"{name}.f"], to=TensorProto.FLOAT))
        results |= {name: BY_NAME[name], f"{name}.f": TensorProto.FLOAT}
    found = driver.compile_module(import_onnx(model_of(nodes, {"x": x}, results))).run([x])
    for name, codes, back in zip(FLOATS, found[::2], found[1::2], strict=True):
        wanted = expected_codes(x, BY_NAME[name], saturate=True)
        same_numbers(codes.view(np.int8), wanted, BY_NAME[name])
        np.testing.assert_array_equal(back, codes.astype(np.float32))


def test_products_of_floats_of_8_bits() -> None:
    """Scales of all of a factor, and of each column."""
    kind, dtype = BY_NAME["FLOAT8E4M3FN"], np.dtype(ml_dtypes.float8_e4m3fn)
    a, b = (RANDOM.standard_normal(shape).astype(dtype) for shape in ((2, 4, 6), (6, 5)))
    scales = {"as": np.float32(0.5), "bs": np.arange(1, 6, dtype=np.float32), "ys": np.float32(0.7)}
    zeros = {"az": np.zeros((), dtype), "bz": np.zeros(5, dtype), "yz": np.zeros((), dtype)}
    names = ["a", "as", "az", "b", "bs", "bz", "ys", "yz"]
    node = helper.make_node("QLinearMatMul", names, ["y"])
    constants = {name: np.asarray(value) for name, value in (scales | zeros).items()}
    model = model_of([node], {"a": a, "b": b}, {"y": kind}, constants)
    (y,) = driver.compile_module(import_onnx(model)).run([a, b])
    product = (a.astype(np.float32) * 0.5) @ (b.astype(np.float32) * scales["bs"])
    np.testing.assert_array_equal(y, (product / scales["ys"]).astype(dtype))


def test_codes_in_branches() -> None:
    kind, dtype = BY_NAME["FLOAT8E5M2"], ml_dtypes.float8_e5m2
    x = RANDOM.standard_normal((4, 4)).astype(dtype)
    out = helper.make_tensor_value_info("t", kind, [4, 4])
    then = helper.make_graph([helper.make_node("Transpose", ["x"], ["t"])], "then", [], [out])
    other = [
        helper.make_node("Cast", ["x"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Neg", ["f"], ["g"]),
        helper.make_node("Cast", ["g"], ["t"], to=kind),
    ]
    otherwise = helper.make_graph(other, "else", [], [out])
    node = helper.make_node("If", ["c"], ["y"], then_branch=then, else_branch=otherwise)
    model = model_of([node], {"c": np.array(True), "x": x}, {"y": kind})
    compiled = driver.compile_module(import_onnx(model))
    negative: Array = (-x.astype(np.float32)).astype(dtype)
    for condition, wanted in ((True, x.T), (False, negative)):
        np.testing.assert_array_equal(compiled(np.array(condition), x), wanted)


def test_numbers_that_fit() -> None:
    node = helper.make_node("Cast", ["x"], ["y"], to=TensorProto.FLOAT)
    x = np.zeros((), ml_dtypes.int4)
    compiled = driver.compile_module(import_onnx(model_of([node], {"x": x}, {"y": 1})))
    assert compiled(-8) == -8
    for number in (8, 2.5):
        with pytest.raises(SDFGError, match=f"expected int4, got the number {number}"):
            compiled(number)
