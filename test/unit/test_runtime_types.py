"""Every type of element passes through the runtime unchanged."""

from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
import torch

from sdfg.backends.openmp.cache import Cache
from sdfg.backends.openmp.toolchain import Program, compile_library, copy_artifact
from sdfg.backends.runtime import CompiledModel
from sdfg.backends.runtime_interface import DTYPES, NARROW, Interface, Value
from sdfg.dialect.diagnostics import SDFGError

TORCH: Any = torch
"""Its stubs leave some types open."""


@pytest.mark.parametrize("dtype", sorted(DTYPES))
def test_element_types(dtype: str, tmp_path: Path) -> None:
    """Bytes arrive and leave unchanged for each element type, as NumPy arrays and as tensors."""
    size = DTYPES[dtype].itemsize
    source = f"""
    #include <stddef.h>
    #include <stdint.h>
    #include <string.h>
    int copy_init(void **c, const void *w, size_t b, int t);
    int copy_run(void *c, const void *x, void *y, int64_t n, int64_t s);
    void copy_exit(void *c);
    const char *copy_message(const void *c);
    int copy_init(void **c, const void *w, size_t b, int t)
    {{ (void)w; (void)b; (void)t; *c = NULL; return 0; }}
    int copy_run(void *c, const void *x, void *y, int64_t n, int64_t s)
    {{
        (void)c;
        memset(y, 0, (size_t)(n + s) * {size});
        memcpy(y, x, (size_t)n * {size});
        return 0;
    }}
    void copy_exit(void *c) {{ (void)c; }}
    const char *copy_message(const void *c) {{ (void)c; return "none"; }}
    """
    built = compile_library(Program("copy", {"copy.c": source}), cache=Cache(tmp_path / "cache"))
    copy_artifact(built, tmp_path / "copy.so")
    inputs = (Value("x", dtype, ("n",)), Value("s", "int64", (), symbol="s"))
    outputs = (Value("y", dtype, ("n + s",)),)
    interface = Interface("copy", "copy.so", None, inputs, outputs, ("n", "s"))
    assert Interface.from_json(interface.to_json()) == interface
    (tmp_path / "copy.json").write_text(interface.to_json())
    raw = np.random.default_rng(5).integers(0, 256, 6 * size, dtype=np.uint8)
    x = raw.view(DTYPES[dtype]) if dtype != "bool" else raw > 127
    with CompiledModel.load(tmp_path) as model:
        y = model(x, 3)
        assert y.dtype == x.dtype
        assert y.tobytes() == x.tobytes() + bytes(3 * size)
        tensor = TORCH.from_numpy(x.view(np.uint8).copy())
        if dtype in NARROW and not dtype.startswith("float8"):
            with pytest.raises(SDFGError, match=f"give an array of ml_dtypes.{dtype}"):
                model(tensor, 2)
            return
        tensor = tensor.view(getattr(torch, dtype))
        result = model(tensor, np.int64(2))
        assert result.dtype == tensor.dtype
        assert bytes(result.view(torch.uint8).numpy()) == x.tobytes() + bytes(2 * size)
        with pytest.raises(SDFGError, match="input 's': expected an integer, got 2"):
            model(x, 2.5)


def test_bfloat16_of_ml_dtypes() -> None:
    assert DTYPES["bfloat16"] == ml_dtypes.bfloat16
