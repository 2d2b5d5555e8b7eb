"""Whether a random model computes what ONNX says."""

import re
import tempfile
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from onnx import helper

from fuzz.builder import Array
from fuzz.evaluation import evaluate
from fuzz.models import Case
from sdfg.dialect import tolerances
from sdfg.dialect.diagnostics import SDFGError
from sdfg.dialect.interpreter.interpret import interpret
from sdfg.lowering.frontend.onnx_import import import_onnx
from sdfg.tools.driver import Compilation, CompileOptions, compile_module

Run = Callable[[Mapping[str, Array]], Sequence[Array]]
_ROUNDINGS = 64
"""Behind a result, each of which may be half a unit off: the models are small."""
_ROUNDS = 5


@dataclass(frozen=True)
class Verdict:
    """What became of a case."""

    kind: str
    """
    `agrees`; `refused`: by an error that names the reason; `disputed`: ONNX Runtime agrees with us
    against the reference; `skipped`: nothing to judge. All others are failures: `wrong` results, an
    `error` that is not ours, `native`: a crash of the MLIR passes, `compiler`: C that is not valid,
    `lowering`: linalg that is not valid, `run`: an error at run time, `died`, `slow`.
    """
    message: str = ""
    refusals: tuple[str, ...] = ()
    """Reasons for which parts of the case were left out."""

    @property
    def failed(self) -> bool:
        return self.kind not in ("agrees", "refused", "disputed", "skipped")


def kind_of(error: SDFGError) -> str:
    """What an error says about us: most are refusals."""
    text = str(error)
    for kind, sign in (
        ("skipped", "which is not among the weights given"),
        ("skipped", "needs a value for symbol"),
        ("native", "the native passes crashed"),
        ("slow", "did not finish phase"),
        ("compiler", "the C compiler"),
        ("lowering", "the lowered model is not valid"),
        ("invalid", "the model is not valid"),
    ):
        if sign in text:
            return kind
    return "refused"


def described(error: Exception) -> str:
    """What escaped, and from where."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = "".join(f"\n  {f.filename}:{f.lineno} {f.line}" for f in frames)
    return f"{type(error).__name__}: {error}"[:1000] + places


def judge(case: Case, *, interpreted: bool = False) -> Verdict:
    """Compile, run and compare; what is refused by name is cut out, and the rest tried again."""
    refusals: list[str] = []
    for _ in range(_ROUNDS):
        verdict = _judge_once(case, interpreted=interpreted)
        if verdict.kind != "refused":
            return Verdict(verdict.kind, verdict.message, tuple(refusals))
        refusals.append(verdict.message)
        named = set(re.findall(r"\bn\d+_[A-Za-z0-9]+", verdict.message))
        nodes = {node.name for node in case.parsed().graph.node}
        if not named & nodes or not nodes - named:
            break
        case = case.without(named)
    return Verdict("refused", refusals[-1], tuple(refusals))


def _judge_once(case: Case, *, interpreted: bool) -> Verdict:
    model = case.parsed()
    try:
        run = (_interpreter if interpreted else _compiler)(case)
    except SDFGError as error:
        return Verdict(kind_of(error), str(error))
    except Exception as error:  # a bug of ours, whatever it is
        return Verdict("error", described(error))
    names = [value.name for value in model.graph.output]
    disputed = ""
    for inputs in case.inputs:
        expected = evaluate(model, inputs)
        try:
            got = run({value.name: inputs[value.name] for value in model.graph.input})
        except SDFGError as error:
            kind = kind_of(error)
            return Verdict("run" if kind == "refused" else kind, str(error))
        except Exception as error:  # a bug of ours, whatever it is
            return Verdict("error", described(error))
        for name, array in zip(names, got, strict=True):
            problem = _difference(case, inputs, name, np.asarray(array), expected[name])
            if problem and not problem.startswith("disputed"):
                return Verdict("wrong", f"{name}: {problem}")
            disputed = problem or disputed
    return Verdict("disputed", disputed) if disputed else Verdict("agrees")


def _compiler(case: Case) -> Run:
    model = compile_module(import_onnx(case.parsed(), time_limit=60), CompileOptions(threads=2))
    return lambda inputs: model.run(list(inputs.values()))


def _interpreter(case: Case) -> Run:
    """Runs the simplified program without any C."""
    compilation = Compilation(
        import_onnx(case.parsed(), time_limit=60), CompileOptions(threads=2), "model"
    )
    compilation.to_sdfg()
    compilation.check()
    results = [value.name for value in case.parsed().graph.output]

    kinds = {value.name: value for value in case.parsed().graph.output}
    weights = {name: _signless(array) for name, array in compilation.imported.weights.items()}

    def run(inputs: Mapping[str, Array]) -> list[Array]:
        arrays = {name: _signless(array) for name, array in inputs.items()}
        found = interpret(compilation.module, "model", arrays, weights=weights)
        return [
            found[name].view(
                helper.tensor_dtype_to_np_dtype(kinds[name].type.tensor_type.elem_type)
            )
            for name in results
        ]

    return run


def _signless(array: Array) -> Array:
    """Integers as the program sees them: their bits, with a sign."""
    return array.view(array.dtype.name[1:]) if array.dtype.kind == "u" else array


def _difference(
    case: Case, inputs: Mapping[str, Array], name: str, got: Array, expected: Array
) -> str:
    """What is wrong with a result, or nothing."""
    if got.shape != expected.shape or got.dtype != expected.dtype:
        found, wanted = (f"{a.dtype}{list(a.shape)}" for a in (got, expected))
        theirs = _onnxruntime(case, inputs, name)
        if theirs is not None and (theirs.shape, theirs.dtype) == (got.shape, got.dtype):
            return f"disputed: {found} instead of {wanted}"
        return f"{found} instead of {wanted}"
    mismatch = tolerances.compare(got, expected, reduction_length=_ROUNDINGS)
    if mismatch is None or _within(got, expected, _spread(case, inputs, name, expected)):
        return ""
    theirs = _onnxruntime(case, inputs, name)
    if theirs is not None and theirs.shape == got.shape:
        spread = np.maximum(_spread(case, inputs, name, expected), 0)
        if tolerances.compare(got, theirs, reduction_length=1024) is None:
            return f"disputed: {mismatch}"
        if _within(got, theirs, spread):
            return f"disputed: {mismatch}"
    return str(mismatch)


def _spread(case: Case, inputs: Mapping[str, Array], name: str, expected: Array) -> Array:
    """How far roundings elsewhere may move each element; infinite where it may become infinite."""
    spread = np.zeros(expected.shape)
    exact = _wide(expected)
    with np.errstate(all="ignore"):
        for seed in range(4):
            noisy = _wide(evaluate(case.parsed(), inputs, np.random.default_rng(seed))[name])
            if noisy.shape != exact.shape:
                return np.full(expected.shape, np.inf)
            same = (noisy == exact) | (np.isnan(noisy) & np.isnan(exact))
            moved = np.where(same, 0.0, np.abs(noisy - exact))
            spread = np.maximum(spread, np.where(np.isfinite(moved), moved, np.inf))
    return spread


def _within(got: Array, expected: Array, spread: Array) -> bool:
    """Whether all that differs may: ten times what roundings do to it."""
    a, e = _wide(got), _wide(expected)
    with np.errstate(all="ignore"):
        same = (a == e) | (np.isnan(a) & np.isnan(e))
        eps = tolerances.tolerance(expected.dtype, _ROUNDINGS)[0]
        near = np.abs(a - e) <= 10 * spread + eps * np.abs(e)
        return bool((same | near | np.isinf(spread)).all())


def _wide(array: Array) -> Array:
    return array.astype(np.float64)


def _onnxruntime(case: Case, inputs: Mapping[str, Array], name: str) -> Array | None:
    """What ONNX Runtime says, where it knows the model."""
    runtime: Any = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    try:
        with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
            warnings.simplefilter("ignore")
            file = Path(folder, "model.onnx")
            file.write_bytes(case.model)
            session = runtime.InferenceSession(str(file), options, ["CPUExecutionProvider"])
            return np.asarray(session.run([name], dict(inputs))[0])
    except Exception:  # its exceptions have no common base class
        return None
