"""The PyTorch importer: interface, weights, places, errors, and results through MLIR's JIT."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from models import linalg_jit, torch_zoo
from torch import Tensor, nn
from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, StringAttr

from sdfg.dialect.diagnostics import SDFGError, source
from sdfg.lowering.frontend.imported import ImportedModel
from sdfg.lowering.frontend.torch_import import import_exported, import_saved
from sdfg.tools import driver

linalg: Any = torch.linalg
special: Any = torch.special

OneTensor = Callable[[Tensor], Any]


def imported(name: str) -> tuple[torch_zoo.Example, ImportedModel]:
    example = torch_zoo.build(name)
    program = torch_zoo.export(example)
    return example, import_exported(program, dynamic_shapes=example.dynamic_shapes)


def import_function(function: OneTensor, x: Tensor, dynamic_shapes: Any = None) -> ImportedModel:
    """A function of a tensor, or a module, exported and imported."""
    module = function if isinstance(function, nn.Module) else Function(function)
    program = torch.export.export(module, (x,), dynamic_shapes=dynamic_shapes, strict=False)
    return import_exported(program, dynamic_shapes=dynamic_shapes)


class Function(nn.Module):
    def __init__(self, function: OneTensor) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Any:
        return self.function(x)


def interface(attributes: ArrayAttr[DictionaryAttr] | None) -> list[dict[str, Any]]:
    """The `sdfg.` attributes of arguments or results as Python values."""

    def plain(value: Any) -> Any:
        match value:
            case StringAttr(data=text):
                return text
            case ArrayAttr():
                return tuple(plain(item) for item in cast(ArrayAttr[StringAttr], value))
            case _:
                return True

    return [
        {key.removeprefix("sdfg."): plain(value) for key, value in one.data.items()}
        for one in attributes or ()
    ]


def test_inputs_come_first_then_weights_by_name() -> None:
    _, model = imported("mlp-dynamic")
    function = linalg_jit.main_of(model.module)
    assert interface(function.arg_attrs) == [
        {"name": "x", "shape": ("batch", "32")},
        {"name": "up.bias", "constant": True},
        {"name": "down.bias", "constant": True},
        {"name": "up.permute", "constant": True},
        {"name": "down.permute_1", "constant": True},
    ]
    assert interface(function.res_attrs) == [{"name": "output", "shape": ("batch", "10")}]
    assert len(model.weights) == 4


def test_weights_are_not_copied() -> None:
    linear = nn.Linear(300, 300)
    model = import_function(linear, torch.randn(2, 300))
    data = linear.weight.detach().numpy()
    assert any(np.shares_memory(model.weights[name], data) for name in model.weights)


def test_shared_parameters_are_one_weight() -> None:
    example, model = imported("gpt2-tiny")
    shape = tuple(dict(example.module.named_parameters())["model.transformer.wte.weight"].shape)
    assert [n for n in model.weights if model.weights[n].shape == shape] == [
        "model.transformer.wte.weight"
    ]


def test_batch_statistics_become_one_scale_and_shift() -> None:
    norm = nn.BatchNorm2d(6).eval()
    nn.init.uniform_(norm.weight)
    nn.init.normal_(norm.running_mean)  # pyright: ignore[reportArgumentType]
    x = torch.randn(2, 6, 3, 3)
    model = import_function(norm, x)
    assert len(model.weights) == 2
    (got,) = linalg_jit.run(model, [x.numpy()])
    np.testing.assert_allclose(got, norm(x).detach().numpy(), rtol=1e-5, atol=1e-6)


def test_small_constants_are_part_of_the_program() -> None:
    table = torch.tensor([3.0, -1.0, 2.5])
    x = torch.randn(4, 3)
    model = import_function(lambda x: x * table, x)
    assert len(model.weights) == 0
    (got,) = linalg_jit.run(model, [x.numpy()])
    np.testing.assert_array_equal(got, (x * table).numpy())


def test_places_name_the_line_and_the_layer() -> None:
    _, model = imported("mlp")
    places = {source(op.location) for op in model.module.walk()}
    lines = Path(torch_zoo.__file__).read_text().splitlines()
    line = 1 + next(k for k, text in enumerate(lines) if "self.down(nn.functional.gelu" in text)
    assert f"models/torch_zoo.py:{line}:0 (up)" in places
    assert f"models/torch_zoo.py:{line}:0 (down)" in places
    assert not any(place.startswith("/") for place in places)


@pytest.mark.parametrize("name", ["E", "I", "pi", "min", "2nd"])
def test_dimensions_may_have_any_name(name: str) -> None:
    x = torch.randn(4, 3)
    dim = torch.export.Dim("n")
    dim.__name__ = name
    model = import_function(lambda x: x @ x.t(), x, dynamic_shapes=({0: dim},))
    shape = interface(linalg_jit.main_of(model.module).arg_attrs)[0]["shape"]
    assert shape[0].endswith(name)
    assert shape[1] == "3"


def test_sizes_are_expressions() -> None:
    dims = {0: torch.export.Dim("n", min=4), 1: torch.export.Dim("m")}
    model = import_function(
        lambda x: [torch.cat([x, x]), x.flatten(), x[1:]],
        torch.randn(6, 4),
        dynamic_shapes=(dims,),
    )
    results = interface(linalg_jit.main_of(model.module).res_attrs)
    assert [one["shape"] for one in results] == [
        ("2 * n", "m"),
        ("m * n",),
        ("n - 1", "m"),
    ]


def test_nested_results_are_named_by_their_path() -> None:
    model = import_function(lambda x: {"a": x + 1, "b": [x * 2, None, x - 1]}, torch.randn(3))
    names = [one["name"] for one in interface(linalg_jit.main_of(model.module).res_attrs)]
    assert names == ["output_a", "output_b_0", "output_b_2"]


class Counter(nn.Module):
    """Changes its own state."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("count", torch.zeros(3))
        self.count: Tensor

    def forward(self, x: Tensor) -> Tensor:
        self.count.add_(x)
        return self.count * 2


def test_models_that_change_themselves_are_refused() -> None:
    with pytest.raises(SDFGError, match=r"changes 'count' while it runs\nhint: .*eval"):
        import_function(Counter(), torch.randn(3))


def test_unsupported_operators_are_named_with_their_line() -> None:
    with pytest.raises(SDFGError) as caught:
        import_function(lambda x: special.bessel_j0(x) + linalg.eigvalsh(x), torch.randn(3, 3))
    assert "test_torch_import.py" in str(caught.value)
    assert "special_bessel_j0" in str(caught.value)
    assert "linalg_eigh" in str(caught.value)


def test_effects_are_refused() -> None:
    with pytest.raises(SDFGError, match=r"test_torch_import.py:\d+.*_linalg_check_errors"):
        import_function(lambda x: linalg.cholesky(x @ x.t()), torch.randn(3, 3))


def test_unsupported_types_are_named() -> None:
    with pytest.raises(SDFGError, match=r"unsupported type torch.uint16"):
        import_function(lambda x: x + 1, torch.ones(3, dtype=torch.uint16))


def test_saved_programs(tmp_path: Path) -> None:
    example = torch_zoo.build("mlp-dynamic")
    path = tmp_path / "mlp.pt2"
    torch.export.save(torch_zoo.export(example), path)
    model = import_saved(path)
    arguments = interface(linalg_jit.main_of(model.module).arg_attrs)
    assert arguments[0] == {"name": "x", "shape": ("s0", "32")}


def test_other_files_are_no_saved_programs(tmp_path: Path) -> None:
    path = tmp_path / "model.pt2"
    path.write_bytes(b"not a program")
    with pytest.raises(SDFGError, match=r"model.pt2: not a saved torch.export program.*\nhint: "):
        import_saved(path)


@pytest.mark.parametrize("name", ["mlp", "lstm", "attention", "attention-dynamic", "bert-tiny"])
def test_results_agree_with_eager(name: str) -> None:
    example, model = imported(name)
    for inputs in (example.inputs, *example.resized[:2]):
        with torch.no_grad():
            want = example.module(*inputs).numpy()
        (got,) = linalg_jit.run(model, [x.numpy() for x in inputs])
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


SHAPES: dict[str, Callable[[Tensor], Tensor]] = {
    "merge": lambda x: x.reshape(x.shape[0] * x.shape[1], 8) * 2,
    "split": lambda x: x.view(x.shape[0], x.shape[1], 2, 4).transpose(1, 2).exp(),
    "swap": lambda x: x.transpose(0, 1).reshape(x.shape[1], x.shape[0] * 8).sin(),
    "flat": lambda x: x.flatten().cos(),
    "ones": lambda x: x.view(1, x.shape[0], 1, x.shape[1], 8).sum(3),
}


@pytest.mark.parametrize("name", SHAPES)
def test_views_with_two_dynamic_dimensions(name: str) -> None:
    """torch-mlir alone miscompiles these (llvm/torch-mlir#4743)."""
    dims = {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence")}
    model = import_function(SHAPES[name], torch.randn(3, 5, 8), dynamic_shapes=(dims,))
    for shape in ((3, 5, 8), (2, 7, 8), (6, 2, 8)):
        x = torch.randn(*shape)
        (got,) = linalg_jit.run(model, [x.numpy()])
        np.testing.assert_allclose(got, SHAPES[name](x).numpy(), rtol=1e-5, atol=1e-6)


def test_constants_are_computed_by_pytorch() -> None:
    def function(x: Tensor) -> tuple[Tensor, ...]:
        sevens, ones = torch.full((3,), -7), torch.ones(3, 1000)
        some = torch.tensor([1.5, -2.5, 0.5])
        rounded = sevens % 3 + sevens // 2, torch.trunc(some) * 2, some.sign()
        return *(c + x for c in rounded), (ones * 3 > 2) & (x > 0).unsqueeze(1)

    x = torch.randn(3)
    model = import_function(function, x)
    assert not model.weights
    text = str(model.module)
    assert not any(name in text for name in ("divsi", "remsi", "math.floor"))
    for got, want in zip(driver.compile_module(model).run([x]), function(x), strict=True):
        torch.testing.assert_close(torch.as_tensor(got), want)
