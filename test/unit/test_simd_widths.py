"""One program for vectors of every width, and for none: the same results, by the same recipes."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sdfg.backends.openmp.compiler import find_compiler
from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.torch_import import import_exported
from sdfg.tools.accuracy import compare
from sdfg.tools.driver import Compilation, CompileOptions

torch: Any = pytest.importorskip("torch")

MACHINES = {
    "AVX-512": ("x86-64-v4", 0, 64, "__AVX512F__"),
    "AVX2": ("x86-64-v3", 0, 32, "__AVX2__"),
    "SSE": ("x86-64", 0, 16, "__SSE2__"),
    "wider than registers": ("x86-64-v3", 128, 128, "__AVX2__"),
    "scalar": ("x86-64", 4, 4, "__SSE2__"),
}
"""What `-march` takes, bytes of a vector as wanted and as made, what this machine must have."""


class Mixed(torch.nn.Module):
    """Convolutions of all kinds, pooling, and a transformer's layer; no size fits the vectors."""

    def __init__(self) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType]
        nn = torch.nn
        self.image = nn.Sequential(
            nn.Conv2d(3, 20, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(20, 20, 3, padding=1, groups=20),
            nn.Conv2d(20, 34, 1),
            nn.GELU(),
            nn.Conv2d(34, 36, 3, padding=1),
            nn.MaxPool2d(3, 2, 1),
        )
        self.text = nn.TransformerEncoderLayer(36, 3, 50, dropout=0.0, batch_first=True)

    def forward(self, x: Any) -> Any:
        return self.text(self.image(x).flatten(2).transpose(1, 2)).mean(1)


@pytest.fixture(scope="module")
def case() -> tuple[Any, Any, np.ndarray[Any, Any]]:
    """The exported program, an input, and what torch makes of it."""
    with torch.random.fork_rng():
        torch.manual_seed(7)
        module, x = Mixed().eval(), torch.randn(1, 3, 42, 42)
    with torch.no_grad():
        wanted = module(x).numpy()
    return torch.export.export(module, (x,)), x.numpy(), wanted


@pytest.mark.parametrize("name", MACHINES)
def test_the_same_results(name: str, case: Any, tmp_path: Path) -> None:
    march, wanted_bytes, vector_bytes, needed = MACHINES[name]
    if needed not in find_compiler().macros:
        pytest.skip(f"this machine does not run {march}")
    exported, x, wanted = case
    options = CompileOptions(threads=2, march=march, vector_bytes=wanted_bytes)
    artifact = Compilation(import_exported(exported), options, "mixed").to_library(tmp_path)
    assert "warning" not in artifact.report
    lanes = {
        int(found)
        for file in tmp_path.glob("*.c")
        for found in re.findall(r"\bf32x(\d+)\b", file.read_text())
    }
    assert max(lanes, default=1) == vector_bytes // 4
    with artifact.load(threads=2) as model:
        agreement = compare(np.asarray(model.run([x])[0]), wanted)
    assert agreement.good, str(agreement)


def test_unknown_machines_are_refused() -> None:
    with pytest.raises(SDFGError, match="does not know the machine 'pdp-11'\nhint: name one"):
        find_compiler().tuned_for("pdp-11")
