"""A model as a program of its own, and what sanitizers find in it."""

from pathlib import Path

import numpy as np
import pytest

from sdfg.backends.openmp.cache import Cache
from sdfg.backends.openmp.harness import run_harness, with_harness
from sdfg.backends.openmp.toolchain import Options, Program, compile_program
from sdfg.backends.runtime_interface import Interface, Value
from sdfg.dialect.diagnostics import SDFGError

HEADER = """
#include <stddef.h>
#include <stdint.h>
typedef struct add_context add_context;
int add_init(add_context **context, const void *weights, size_t bytes, int threads);
int add_run(add_context *context, const float *x, int16_t *y, int64_t n);
void add_exit(add_context *context);
const char *add_message(const add_context *context);
"""
SOURCE = """
#include "add.h"
#include "sdfg_runtime.h"
struct add_context { sdfg_context base; };
int add_init(add_context **context, const void *weights, size_t bytes, int threads)
{
    *context = calloc(1, sizeof **context);
    return sdfg_context_init(&(*context)->base, weights, bytes, 66, threads);
}
typedef struct vectors { const float *x; int16_t *y; float w; } vectors;
static void add(const void *values, int64_t begin, int64_t end)
{
    const vectors *v = values;
    for (int64_t i = begin; i < end; ++i) {
        v->y[i] = sdfg_i16_from_f32(v->x[i] + v->w);
    }
}
int add_run(add_context *context, const float *x, int16_t *y, int64_t n)
{
    float w;
    if (n == 3) {
        return sdfg_fail(&context->base, SDFG_BAD_ARGUMENT, "three is not allowed");
    }
    memcpy(&w, context->base.weights + 62, 4);
    const vectors values = {x, y, w};
    sdfg_team_run(context->base.team, add, &values, n + EXTRA);
    return 0;
}
void add_exit(add_context *context)
{
    sdfg_context_exit(&context->base);
    free(context);
}
const char *add_message(const add_context *context) { return sdfg_context_message(&context->base); }
"""
INTERFACE = Interface(
    "add",
    "add.so",
    "add.safetensors",
    (Value("x", "float32", ("n",)),),
    (Value("y", "int16", ("n",)),),
    ("n",),
)


def _built(folder: Path, extra: int) -> Path:
    program = Program("add", {"add.c": SOURCE.replace("EXTRA", str(extra))}, {"add.h": HEADER})
    harnessed = with_harness(program, INTERFACE, "add.h")
    built = compile_program(harnessed, Options(sanitize=True), cache=Cache(folder / "cache"))
    assert built.warnings == ()
    return built.path


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    header = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    file = tmp_path / "add.safetensors"
    file.write_bytes(len(header).to_bytes(8, "little") + header + np.float32(2.5).tobytes())
    return file


def test_results(tmp_path: Path, weights: Path) -> None:
    x = np.random.default_rng(8).uniform(-100, 100, 77).astype(np.float32)
    executable = _built(tmp_path, 0)
    (y,) = run_harness(executable, INTERFACE, [x], weights=weights)
    np.testing.assert_array_equal(y, np.trunc(x + np.float32(2.5)).astype(np.int16))
    (empty,) = run_harness(executable, INTERFACE, [x[:0]], weights=weights)
    assert empty.shape == (0,)
    with pytest.raises(SDFGError, match="status 3\nthree is not allowed"):
        run_harness(executable, INTERFACE, [x[:3]], weights=weights)
    with pytest.raises(SDFGError, match="the weights file is missing or empty"):
        run_harness(executable, INTERFACE, [x])


def test_access_out_of_bounds_is_found(tmp_path: Path, weights: Path) -> None:
    x = np.random.default_rng(9).uniform(-100, 100, 77).astype(np.float32)
    with pytest.raises(SDFGError, match="heap-buffer-overflow"):
        run_harness(_built(tmp_path, 1), INTERFACE, [x], weights=weights)
