"""A cache that a model extends, updated in place: against PyTorch."""

from typing import Any

import numpy as np
import pytest
import torch

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.torch_import import import_exported
from sdfg.tools.driver import CompileOptions, compile_module

TORCH: Any = torch


class Cached(torch.nn.Module):
    """One step of attention over a cache: the longer cache, and the result."""

    def forward(self, x: Any, past: Any) -> Any:
        present = TORCH.cat((past, x[:, None] * 2.0), dim=1)
        weights = TORCH.softmax(TORCH.einsum("hd,hnd->hn", x, present), dim=1)
        return present, TORCH.einsum("hn,hnd->hd", weights, present)


def arrays() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    random = np.random.default_rng(0)
    shapes = (3, 16), (3, 20, 16)
    x, past = (random.standard_normal(s).astype(np.float32) for s in shapes)
    return x, past


def compiled() -> Any:
    x, past = (TORCH.from_numpy(a) for a in arrays())
    imported = import_exported(TORCH.export.export(Cached(), (x, past)))
    return compile_module(imported, CompileOptions(threads=1, in_place=("past",)))


def test_cache_is_extended_in_place() -> None:
    x, past = arrays()
    present, y = (t.numpy() for t in Cached()(*(TORCH.from_numpy(a) for a in (x, past))))
    cache = np.full((3, 21, 16), np.nan, np.float32)
    cache[:, :20] = past
    with compiled() as model:
        assert [value.name for value in model.interface.inputs if value.updated] == ["past"]
        np.testing.assert_allclose(model(x, cache), y, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(cache, present, rtol=1e-6)


def test_what_is_updated_is_never_a_copy() -> None:
    x, _ = arrays()
    with compiled() as model, pytest.raises(SDFGError, match="contiguous, writable"):
        model(x, np.zeros((3, 16, 21), np.float32).transpose(0, 2, 1))


def test_what_is_updated_is_given_once() -> None:
    cache = np.zeros((3, 21, 16), np.float32)
    with compiled() as model, pytest.raises(SDFGError, match="'past', which is updated, overlaps"):
        model(cache[0, :3], cache)
