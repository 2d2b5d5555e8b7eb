"""A hand-written C model, compiled and called through the runtime."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from sdfg.backends.openmp.toolchain import Program, compile_library, copy_artifact
from sdfg.backends.runtime import CompiledModel
from sdfg.backends.runtime_interface import Interface, Value
from sdfg.dialect.diagnostics import SDFGError

TORCH: Any = torch
"""Its stubs leave some types open."""

# y[b, j] = sum_k x[b, k] * w[j] + bias[j]; the first weight bytes are w, 3 floats of them.
MODEL = """
#include "sdfg_runtime.h"
typedef struct scale_context scale_context;
struct scale_context {
    sdfg_context base;
};
int scale_init(scale_context **context, const void *weights, size_t bytes, int threads);
int scale_run(scale_context *c, const float *x, float *y, float *total, int64_t b, int64_t n);
void scale_exit(scale_context *context);
const char *scale_message(const scale_context *context);

int scale_init(scale_context **context, const void *weights, size_t bytes, int threads)
{
    *context = calloc(1, sizeof **context);
    if (*context == NULL) {
        return SDFG_OUT_OF_MEMORY;
    }
    return sdfg_context_init(&(*context)->base, weights, bytes, 76, threads);
}

typedef struct rows {
    const float *x;
    const float *w;
    float *sums, *y;
    int64_t n;
} rows;

static void add_up(const void *values, int64_t begin, int64_t end)
{
    const rows *r = values;
    for (int64_t i = begin; i < end; ++i) {
        r->sums[i] = 0.0f;
        for (int64_t k = 0; k < 2 * r->n; ++k) {
            r->sums[i] += r->x[i * 2 * r->n + k];
        }
        for (int64_t j = 0; j < 3; ++j) {
            r->y[i * 3 + j] = r->sums[i] * r->w[j];
        }
    }
}

int scale_run(scale_context *c, const float *x, float *y, float *total, int64_t b, int64_t n)
{
    const float *w = (const float *)(c->base.weights + 64);
    int status = sdfg_context_reserve(&c->base, b * 4);
    float *sums = (float *)c->base.arena.base;
    if (status != 0) {
        return status;
    }
    if (b == 13) {
        return sdfg_fail(&c->base, SDFG_CHECK_FAILED, "batch %lld is unlucky", (long long)b);
    }
    const rows values = {x, w, sums, y, n};
    sdfg_team_run(c->base.team, add_up, &values, b);
    *total = 0.0f;
    for (int64_t i = 0; i < b; ++i) {
        *total += sums[i];
    }
    return 0;
}

void scale_exit(scale_context *context)
{
    if (context != NULL) {
        sdfg_context_exit(&context->base);
        free(context);
    }
}

const char *scale_message(const scale_context *context)
{
    return sdfg_context_message(context == NULL ? NULL : &context->base);
}
"""
WEIGHTS = np.random.default_rng(0).standard_normal(3).astype(np.float32)
INTERFACE = Interface(
    "scale",
    "scale.so",
    "scale.safetensors",
    (Value("x", "float32", ("batch", "2*seq")),),
    (Value("y", "float32", ("batch", "3")), Value("total", "float32", ())),
    ("batch", "seq"),
)


@pytest.fixture(scope="module", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SDFG_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, cache_folder: None) -> Path:
    folder = tmp_path_factory.mktemp("model")
    built = compile_library(Program("scale", {"scale.c": MODEL}))
    assert built.warnings == ()
    copy_artifact(built, folder / "scale.so")
    (folder / "scale.json").write_text(INTERFACE.to_json())
    header = b'{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}'
    header += b" " * (-(len(header) + 8) % 64)
    data = len(header).to_bytes(8, "little") + header + WEIGHTS.tobytes()
    (folder / "scale.safetensors").write_bytes(data)
    return folder


@pytest.fixture
def model(folder: Path) -> Iterator[CompiledModel]:
    with CompiledModel.load(folder) as model:
        yield model


def random_input(batch: int, seq: int, seed: int = 1) -> Any:
    return np.random.default_rng(seed).standard_normal((batch, 2 * seq)).astype(np.float32)


def check(x: Any, y: Any, total: Any) -> None:
    sums = np.asarray(x, np.float64).sum(axis=1)
    np.testing.assert_allclose(y, sums[:, None] * WEIGHTS, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(total, sums.sum(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("batch", "seq"), [(1, 1), (5, 7), (64, 3), (0, 2), (2, 0)])
def test_sizes(model: CompiledModel, batch: int, seq: int) -> None:
    x = random_input(batch, seq)
    y, total = model(x)
    assert y.shape == (batch, 3)
    assert total.shape == ()
    check(x, y, total)


def test_by_name_and_out(model: CompiledModel) -> None:
    x = random_input(4, 5)
    y, total = np.empty((4, 3), np.float32), np.empty((), np.float32)
    for result in (model(x=x, out=(y, total)), model({"x": x}, out=[y, total])):
        assert result[0] is y
        assert result[1] is total
        check(x, y, total)


def test_torch_in_torch_out(model: CompiledModel) -> None:
    x = TORCH.from_numpy(random_input(3, 4))
    y, total = model(torch.nn.Parameter(x))
    assert isinstance(y, torch.Tensor)
    assert y.dtype == torch.float32
    assert y.shape == (3, 3)
    check(x.numpy(), y.numpy(), total.numpy())
    out = (torch.empty(3, 3), torch.empty(()))
    assert model(x, out=out)[0] is out[0]
    check(x.numpy(), out[0].numpy(), out[1].numpy())


class OnlyDLPack:
    """Speaks DLPack and nothing else."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def __dlpack__(self, **options: Any) -> Any:
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.array.__dlpack_device__()


def test_anything_else_through_dlpack(model: CompiledModel) -> None:
    x = random_input(3, 4)
    check(x, *model(OnlyDLPack(x)))
    check(x, *model(OnlyDLPack(TORCH.from_numpy(x))))


def test_not_contiguous_is_copied(model: CompiledModel) -> None:
    x = random_input(6, 4)
    check(x[::-2], *model(x[::-2]))
    check(x[::2], *(r.numpy() for r in model(TORCH.from_numpy(x)[::2])))
    raw = np.zeros(8 * 4 + 1, np.uint8)
    unaligned = raw[1:].view(np.float32).reshape(1, 8)
    unaligned[:] = x[:1]
    check(unaligned, *model(unaligned))


@pytest.mark.parametrize("make", [np.asarray, TORCH.from_numpy, OnlyDLPack])
def test_no_copies(folder: Path, make: Any) -> None:
    """The library sees the address of the array itself, and results where they are returned."""
    source = """
    #include <stddef.h>
    #include <stdint.h>
    int id_init(void **c, const void *w, size_t b, int t);
    int id_run(void *c, const float *x, int64_t *y, int64_t n);
    void id_exit(void *c);
    const char *id_message(const void *c);
    int id_init(void **c, const void *w, size_t b, int t)
    { (void)w; (void)b; (void)t; *c = NULL; return 0; }
    int id_run(void *c, const float *x, int64_t *y, int64_t n)
    { (void)c; (void)n; y[0] = (int64_t)(intptr_t)x; y[1] = (int64_t)(intptr_t)y; return 0; }
    void id_exit(void *c) { (void)c; }
    const char *id_message(const void *c) { (void)c; return "none"; }
    """
    copy_artifact(compile_library(Program("id", {"id.c": source})), folder / "id.so")
    inputs, outputs = (Value("x", "float32", ("n",)),), (Value("y", "int64", ("2",)),)
    interface = Interface("id", "id.so", None, inputs, outputs, ("n",))
    file = folder / "id.interface"
    file.write_text(interface.to_json())
    x = np.random.default_rng(3).standard_normal(5).astype(np.float32)
    with CompiledModel.load(file) as model:
        y = model(make(x))
    address = y.data_ptr() if isinstance(y, torch.Tensor) else y.ctypes.data
    assert [int(v) for v in y] == [x.ctypes.data, address]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.zeros((2, 3), np.float32), r"input 'x': .*\[batch, 2\*seq\], got \[2, 3\]"),
        (np.zeros(4, np.float32), r"got \[4\]: 2 dimensions are needed"),
        (np.zeros((2, 4)), "input 'x': expected float32, got float64"),
        (torch.zeros(2, 4, dtype=torch.int64), "expected float32, got torch.int64"),
        (torch.zeros(2, 4, device="meta"), "expected a tensor on the CPU, got one on meta"),
        ([[1.0, 2.0]], "expected an array .* got a value of type builtins.list"),
        (1.5, "expected an array"),
    ],
)
def test_wrong_input(model: CompiledModel, value: Any, message: str) -> None:
    with pytest.raises(SDFGError, match=message):
        model(value)


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ((np.empty((2, 3), np.float32),), "1 arrays given as out, but 2 are written"),
        ((np.empty((2, 4), np.float32), np.empty((), np.float32)), r"'y': expected shape \[2, 3\]"),
        ((np.empty((2, 3)), np.empty((), np.float32)), "'y': expected float32, got float64"),
        ((np.empty((2, 6), np.float32)[:, ::2], np.empty((), np.float32)), "contiguous, writable"),
        (([0.0], np.empty((), np.float32)), "an array of NumPy or a tensor"),
    ],
)
def test_wrong_out(model: CompiledModel, out: Any, message: str) -> None:
    with pytest.raises(SDFGError, match=message):
        model(random_input(2, 4), out=out)


def test_out_must_not_overlap(model: CompiledModel) -> None:
    memory = np.zeros(64, np.float32)
    total = np.empty((), np.float32)
    with pytest.raises(SDFGError, match="output 'y' overlaps with that of 'x'"):
        model(memory[:16].reshape(2, 8), out=(memory[12:18].reshape(2, 3), total))
    with pytest.raises(SDFGError, match="output 'y' overlaps with that of 'total'"):
        model(random_input(2, 4), out=(memory[:6].reshape(2, 3), memory[3:4].reshape(())))
    model(memory[:16].reshape(2, 8), out=(memory[16:22].reshape(2, 3), total))


def test_wrong_names_and_counts(model: CompiledModel) -> None:
    x = random_input(2, 4)
    with pytest.raises(SDFGError, match="no input 'z' and no value for 'x'"):
        model(z=x)
    with pytest.raises(SDFGError, match="2 inputs given, but 'scale' takes 1: 'x'"):
        model(x, x)


def test_error_of_the_model(model: CompiledModel) -> None:
    with pytest.raises(SDFGError, match=r"scale: batch 13 is unlucky \(status 4\)"):
        model(random_input(13, 2))
    check(random_input(2, 2), *model(random_input(2, 2)))


def test_closed(folder: Path) -> None:
    model = CompiledModel.load(folder / "scale.json")
    model.close()
    model.close()
    with pytest.raises(SDFGError, match="'scale' is closed"):
        model(random_input(2, 2))


def test_threads_and_models_side_by_side(folder: Path) -> None:
    """One model from several threads, two models and clones, all with different sizes."""
    models = [CompiledModel.load(folder / "scale.json", threads=2) for _ in range(2)]
    models.append(models[0].clone(threads=1))
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for step in range(40):
                x = random_input(1 + (number * 7 + step) % 9, 1 + step % 5, seed=number)
                check(x, *models[(number + step) % 3](x))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    for model in models:
        model.close()


def test_library_compiled_anew_is_loaded_anew(folder: Path, tmp_path: Path) -> None:
    for name in ("scale.json", "scale.safetensors"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    x = random_input(3, 3)
    results: list[Any] = []
    kept: list[CompiledModel] = []
    for factor in ("", "2.0f * "):
        text = MODEL.replace("= r->sums[i] *", f"= {factor}r->sums[i] *")
        copy_artifact(compile_library(Program("scale", {"scale.c": text})), tmp_path / "scale.so")
        kept.append(CompiledModel.load(tmp_path))
        results.append(kept[-1](x)[0])
    np.testing.assert_allclose(results[1], 2 * results[0], rtol=1e-6)


def test_files_that_do_not_fit(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SDFGError, match=r"one interface file .* found: none"):
        CompiledModel.load(tmp_path)
    with pytest.raises(SDFGError, match="cannot be read"):
        CompiledModel.load(tmp_path / "scale.json")
    interface = tmp_path / "scale.json"
    interface.write_text("{}")
    with pytest.raises(SDFGError, match="not the interface of a compiled model"):
        CompiledModel.load(interface)
    interface.write_text(INTERFACE.to_json())
    with pytest.raises(SDFGError, match="library is missing"):
        CompiledModel.load(interface)
    (tmp_path / "scale.so").write_text("no library")
    with pytest.raises(SDFGError, match="cannot be loaded"):
        CompiledModel.load(interface)
    (tmp_path / "scale.so").write_bytes((folder / "scale.so").read_bytes())
    (tmp_path / "scale.safetensors").write_bytes((folder / "scale.safetensors").read_bytes()[:-1])
    with pytest.raises(SDFGError, match="too few for the 76 bytes of weights"):
        CompiledModel.load(interface)
    interface.write_text(INTERFACE.to_json().replace('"prefix": "scale"', '"prefix": "other"'))
    with pytest.raises(SDFGError, match="the library does not fit"):
        CompiledModel.load(interface)


def test_numbers_for_inputs_without_dimensions(folder: Path, tmp_path: Path) -> None:
    source = MODEL.replace("const float *x", "const int8_t *x").replace(
        "r->x[i * 2 * r->n + k]", "(float)r->x[0]"
    )
    copy_artifact(compile_library(Program("scale", {"scale.c": source})), tmp_path / "scale.so")
    (tmp_path / "scale.safetensors").write_bytes((folder / "scale.safetensors").read_bytes())
    inputs = (
        Value("x", "int8", ()),
        Value("batch", "int64", (), symbol="batch"),
        Value("seq", "int64", (), symbol="seq"),
    )
    interface = Interface(
        "scale", "scale.so", "scale.safetensors", inputs, INTERFACE.outputs, ("batch", "seq")
    )
    (tmp_path / "scale.json").write_text(interface.to_json())
    with CompiledModel.load(tmp_path) as model:
        y, _ = model(-3, batch=2, seq=torch.tensor(4))
        np.testing.assert_allclose(y, -24 * np.stack([WEIGHTS, WEIGHTS]), rtol=1e-6)
        with pytest.raises(SDFGError, match="input 'x': expected int8, got the number 300"):
            model(300, 2, 4)
