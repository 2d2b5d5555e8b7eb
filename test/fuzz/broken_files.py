"""Broken model files as a kind of campaign: an error in time, and nothing worse."""

import resource
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import onnx
from models import onnx_small
from onnx import ModelProto
from unit.choices import Choices, Seeded, chance, pick

from fuzz.breaking import break_model, broken_bytes
from fuzz.builder import Rejected
from fuzz.campaign import Kind
from fuzz.judge import Verdict, described, kind_of
from fuzz.models import random_case
from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_import import import_onnx
from sdfg.lowering.frontend.onnx_load import read_model
from sdfg.lowering.frontend.onnx_prepare import prepare
from sdfg.tools.driver import CompileOptions, compile_module, cpu_seconds

SECONDS = 10.0
"""Of CPU time: other processes take from the wall time, of which six times as much is the end."""
_NATIVE = 40.0
"""Seconds of wall time that the native passes may take."""
_MEMORY = 3 << 30
_GROWTH_KIB = 700 << 10
"""How much more memory a process may have used after one file."""
_LOWERED, _COMPILED = 8, 80
"""One in so many files that survive is lowered to linalg, and one compiled."""

_TEXTS = (
    """<ir_version: 10, opset_import: ["" : 21]>
control (float[N, 4] x, bool c) => (float[N, 4] y) {
  y = If (c) <
    then_branch = yes () => (float[N, 4] a) { a = Relu(x) },
    else_branch = no () => (float[N, 4] b) { d = Neg(x) b = Exp(d) }
  >
}""",
    """<ir_version: 10, opset_import: ["" : 21]>
loops (float[4] x, int64 n) => (float[4] y, float[K, 4] all) {
  go = Constant <value = bool {1}> ()
  y, all = Loop (n, go, x) <
    body = one (int64 i, bool c, float[4] s) => (bool d, float[4] t, float[4] u) {
      d = Identity(c) t = Add(s, x) u = Mul(t, t) } >
}""",
    """<ir_version: 10, opset_import: ["" : 18]>
scans (float[4] s, float[3, 4] x) => (float[4] y, float[3, 4] all) {
  y, all = Scan <num_scan_inputs = 1,
    body = one (float[4] a, float[4] b) => (float[4] c, float[4] d) {
      c = Add(a, b) d = Identity(c) } > (s, x)
}""",
    """<ir_version: 10, opset_import: ["" : 20, "local" : 1]>
calls (float[2, 3] x) => (float[2, 3] y) { t = local.f(x) y = local.f(t) }
<domain: "local", opset_import: ["" : 20]>
f (x) => (y) { a = Constant <value = float {0.5}> () t = Mul(x, a) y = Tanh(t) }""",
    """<ir_version: 8, opset_import: ["" : 9]>
older (float[2, 6] x) => (float[3, 4] y, float[2, 1] m) {
  s = Constant <value = int64[2] {3, 4}> () y = Reshape(x, s) m = ReduceMean <axes = [1]> (x)
}""",
    """<ir_version: 10, opset_import: ["" : 19]>
sequences (float[2, 3] x) => (float[2, 6] y) {
  s = SequenceConstruct(x, x) y = ConcatFromSequence <axis = 1> (s)
}""",
)


@dataclass(frozen=True)
class File:
    """A file to read, with data of 4 KiB beside it."""

    base: int
    faults: tuple[int, ...]
    """Seeds."""

    def data(self) -> bytes:
        data = base_file(self.base)
        for fault in self.faults:
            data = _broken(Seeded(fault), data, base_file(fault % 40))
        return data

    def text(self) -> str:
        data = self.data()
        head = f"base {self.base}, faults {self.faults}, {len(data)} bytes"
        try:
            return f"{head}\n{onnx.printer.to_text(ModelProto.FromString(data))[:4000]}"
        except Exception as error:  # whatever its reader raises for a broken file
            return f"{head}: {error}"

    def smaller(self) -> "Iterator[File]":
        if len(self.faults) > 1:
            for k in range(len(self.faults)):
                yield File(self.base, self.faults[:k] + self.faults[k + 1 :])
        else:
            yield from (File(base, self.faults) for base in range(6) if base < self.base)


@lru_cache(maxsize=256)
def base_file(number: int) -> bytes:
    """A valid file: models with control flow and functions, small ones, random ones."""
    fixed = [
        *map(onnx.parser.parse_model, _TEXTS),
        onnx_small.mlp((6, 12, 3)),
        onnx_small.lstm(3, 4),
    ]
    if number < len(fixed):
        return fixed[number].SerializeToString(deterministic=True)
    try:
        return random_case(Seeded(number), most=4).model
    except Rejected:
        return base_file(number + 1)


def _broken(c: Choices, data: bytes, other: bytes) -> bytes:
    """The file with one more fault."""
    if chance(c, 40):
        return broken_bytes(c, data, other)
    try:
        model = ModelProto.FromString(data)
        break_model(c, model)
        return model.SerializeToString(deterministic=True)
    except Exception:  # broken already, or the fault is one that protobuf itself refuses
        return broken_bytes(c, data, other)


def make(seed: int) -> File:
    c = Seeded(seed)
    count = pick(c, (1, 1, 1, 2, 3))
    return File(c.integer(0, 39), tuple(c.integer(0, 2**40) for _ in range(count)))


def judge_file(case: File, seed: int) -> Verdict:
    """Read and prepare it; of what survives, lower some, and compile a few of these."""
    started = cpu_seconds()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.onnx")
        path.write_bytes(case.data())
        Path(folder, "data").write_bytes(bytes(4096))
        try:
            reached = _read(path, seed)
        except SDFGError as error:
            kind = kind_of(error)
            if kind in ("compiler", "lowering", "slow"):
                return Verdict(kind, str(error))
            reached = "refused"
        except Exception as error:  # a bug of ours, whatever it is
            return Verdict("error", described(error))
    if cpu_seconds() - started > SECONDS:
        return Verdict("slow", f"{cpu_seconds() - started:.0f} s")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    if grown > _GROWTH_KIB:
        return Verdict("memory", f"{grown >> 10} MiB")
    return Verdict("refused" if reached == "refused" else "agrees", reached)


def _read(path: Path, seed: int) -> str:
    prepare(read_model(path), name="model", folder=path.parent)
    if seed % _LOWERED:
        return "prepared"
    imported = import_onnx(path, time_limit=_NATIVE)
    if seed % _COMPILED:
        return "lowered"
    model: Any = compile_module(imported, CompileOptions(threads=1))
    model.close()
    return "compiled"


FILES = Kind("files", make, judge_file, seconds=6 * SECONDS, memory=_MEMORY)
