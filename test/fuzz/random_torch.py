"""Random PyTorch functions, as Python text, compared with eager through both doors."""

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from unit.choices import Choices, Seeded, chance, pick

from fuzz.campaign import Kind
from fuzz.judge import Verdict, described, kind_of
from sdfg.dialect import tolerances
from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.torch_import import import_exported
from sdfg.tools.driver import CompileOptions, compile_module

torch_any: Any = torch
Function = Callable[..., tuple[Tensor, ...]]

_DTYPES = ("float32", "float32", "float32", "float64", "int64", "int32", "bool", "float16", "uint8")
_SIZES = (3, 2, 4, 1, 5, 8, 17, 6)
_LARGEST = 5000
_ATTEMPTS = 8

_LINES = """
{n} + {c}|{n} - {c}|{n} * {c}|{f} / {c}|{n} + [r]|[r] - {n}|{n} * [k]|{f} / ({c}.abs() + 1)|-{n}
torch.maximum({n}, {c})|torch.minimum({n}, {c})|torch.where({x} > 0, {x}, [k])|{n} > {c}|{n} == {c}
{n}.abs()|{f}.exp()|{f}.sin()|{f}.tanh()|{f}.sigmoid()|{f}.erf()|{f}.relu()|F.gelu({f})|F.silu({f})
F.elu({f}, [r])|F.leaky_relu({f}, [r])|F.softplus({f})|F.hardswish({f})|F.hardtanh({f})|F.mish({f})
{f}.abs().sqrt()|({f}.abs() + 1).log()|{f}.floor()|{f}.round()|{f}.trunc()|{f}.rsqrt()|{f}.sign()
{n}.clamp(-[k], [k])|{n}.clamp_min([k])|{f} ** [k]|torch.fmod({f}, [r])|{f} // [r]|{n}.square()
{i} & {i}|{i} // ([k] + 1)|{i} % ([k] + 1)|{i} << 1|~{b}|{b} & {b}|{x}.to(torch.[t])|{n}.float()
{n}.sum([d])|{n}.sum([d], keepdim=True)|{f}.mean([d])|{n}.amax([d])|{n}.amin([d], True)|{n}.sum()
{f}.mean()|{f}.var([d])|{f}.std([d], keepdim=True)|{n}.argmax([d])|{n}.argmin([d])|{n}.prod([d])
{f}.softmax([d])|{f}.log_softmax([d])|{n}.cumsum([d])|{n}.max([d])[0]|{n}.min([d])[1]|{f}.norm(dim=[d])
{f}.logsumexp([d])|{b}.any([d])|{b}.all()|{n}.sort([d])[0]|{n}.topk(1, [d])[0]|{x}.flip([d])
{x}.transpose([d], [d])|{x}.unsqueeze([d])|{x}.squeeze([d])|{x}.flatten()|{x}.reshape(-1)
{x}.reshape({x}.shape[0], -1)|{x}.expand(2, *{x}.shape)|{x}.repeat(2, *[1] * {x}.dim())
torch.cat([{x}, {s}], [d])|torch.stack([{x}, {s}], [d])|{x}.narrow([d], 0, 1)|{x}.select([d], 0)
{x}.roll(1, [d])|{x}[..., ::2]|{x}[:1]|{x}[..., -1]|{x}.chunk(2, [d])[0]|{x}.split(1, [d])[-1]
{x}.tril()|{x}.triu(1)|F.pad({x}, ([k], 1))|F.pad({f}, (1, 1), value=[r])|{x}.diagonal()|{x}.mT
torch.index_select({x}, [d], torch.tensor([0, 0]))|{x}.gather([d], torch.zeros_like({x}).long())
torch.zeros_like({x}).scatter([d], torch.zeros_like({x}).long(), {x})|{x}.movedim(0, -1)|{x}.clone()
torch.arange({x}.shape[0]) + {i}|torch.zeros_like({n}) + {n}|torch.ones({x}.shape[-1])|{f}.isnan()
{f} @ {f}.transpose(-1, -2)|torch.outer({f}.flatten(), {f}.flatten())
torch.einsum('i...,i...->i', {f}, {s})
F.layer_norm({f}, {f}.shape[-1:])|F.normalize({f}, dim=[d])|F.cosine_similarity({f}, {s}, dim=[d])
F.mse_loss({f}, {s})|F.one_hot({i}.abs() % 4, 4)
F.embedding({i}.abs() % 3, {f}.reshape(-1)[:3, None])
layer(nn.Linear({f}.shape[-1], 4), {f})|layer(nn.LayerNorm({f}.shape[-1]), {f})
layer(nn.Conv1d({f}.shape[1], 4, [k], padding=[k]), {f})|layer(nn.BatchNorm1d({f}.shape[1]), {f})
layer(nn.Conv2d({f}.shape[1], 3, [k], stride=2, padding=[k]), {f})
layer(nn.GroupNorm(1, {f}.shape[1]), {f})
layer(nn.ConvTranspose1d({f}.shape[1], 2, [k], stride=2), {f})|F.interpolate({f}, scale_factor=2.0)
F.max_pool1d({f}, [k])|F.avg_pool1d({f}, [k], padding=0)|F.max_pool2d({f}, 2, ceil_mode=True)
F.adaptive_avg_pool1d({f}, 1)|F.avg_pool2d({f}, 2, stride=1)|F.adaptive_avg_pool2d({f}, (1, 1))
layer(nn.GRU({f}.shape[-1], 3), {f})[0]|layer(nn.LSTM({f}.shape[-1], 3), {f})[0]
layer(nn.PReLU(), {f})
F.scaled_dot_product_attention({f}, {s}, {s})|{x}.masked_fill({x} > 0, [k])|{f}.nan_to_num()
"""
_TEMPLATES = tuple(line.strip() for line in re.split(r"[|\n]", _LINES) if line.strip())


@dataclass(frozen=True)
class TorchCase:
    """A function of some tensors, and the tensors."""

    lines: tuple[str, ...]
    """Each sets the next of `v0`, `v1`, ... behind the arguments."""
    arguments: tuple[Tensor, ...]
    results: tuple[int, ...]
    """Numbers of values."""
    dynamic: bool = False
    exported: bool = False
    """Through `torch.export`, else `torch.compile`."""

    def function(self) -> nn.Module:
        """A module whose layers are the same whenever it is made."""
        torch_any.manual_seed(7)
        return _Function(self)

    def values(self) -> list[Any]:
        """The arguments, then what each line gives in eager."""
        function: Any = self.function()
        with torch.no_grad():
            return function.values(*self.arguments)

    def text(self) -> str:
        count = len(self.arguments)
        door = "torch.export" if self.exported else f"torch.compile, dynamic={self.dynamic}"
        sizes = [f"v{k} = {x.dtype}{list(x.shape)}" for k, x in enumerate(self.arguments)]
        lines = [f"v{count + k} = {line}" for k, line in enumerate(self.lines)]
        results = ", ".join(f"v{k}" for k in self.results)
        return "\n".join([f"# {door}", *sizes, *lines, f"return {results}"])

    def smaller(self) -> "Iterator[TorchCase]":
        """With fewer results, and without lines that nothing reads then; or static."""
        count = len(self.arguments)
        if len(self.results) > 1:
            for result in self.results:
                yield self._with((result,))
        else:
            read = re.findall(r"\bv(\d+)\b", self.lines[(*self.results, 0)[0] - count])
            yield from (self._with((int(k),)) for k in read if int(k) >= count)
        values = self.values()
        for k in range(len(self.lines) - 1):
            if self.lines[k] != "_" and isinstance(values[count + k], Tensor):
                yield self._cut(k, values[count + k])
        if self.dynamic:
            yield TorchCase(self.lines, self.arguments, self.results, False, self.exported)

    def _with(self, results: tuple[int, ...]) -> "TorchCase":
        count, needed = len(self.arguments), set(results)
        lines = list(self.lines)
        for k in reversed(range(len(lines))):
            if count + k in needed:
                needed |= {int(n) for n in re.findall(r"\bv(\d+)\b", lines[k])}
            else:
                lines[k] = "_"
        return TorchCase(tuple(lines), self.arguments, results, self.dynamic, self.exported)

    def _cut(self, line: int, value: Tensor) -> "TorchCase":
        """The result of a line becomes an argument."""
        count = len(self.arguments)

        def renamed(text: str) -> str:
            return re.sub(r"\bv(\d+)\b", lambda m: f"v{moved(int(m[1]))}", text)

        def moved(number: int) -> int:
            return count if number == count + line else number + (count <= number)

        before, after = map(renamed, self.lines[:line]), map(renamed, self.lines[line + 1 :])
        lines = (*before, "_", *after)
        kept = TorchCase(
            lines,
            (*self.arguments, value.clone()),
            tuple(moved(k) for k in self.results),
            self.dynamic,
            self.exported,
        )
        return kept._with(kept.results)


class _Function(nn.Module):
    def __init__(self, case: TorchCase) -> None:
        super().__init__()
        self.case = case
        self.layers = nn.ModuleList()
        self.running = True
        with torch.no_grad():
            self.values(*case.arguments)  # makes the layers, whose sizes depend on the tensors
        self.running = False
        self.code = compile(self._source(), "<fuzz>", "exec")
        names: dict[str, Any] = {"torch": torch, "F": nn.functional}
        exec(self.code, names)
        self.run = names["run"]

    def _source(self) -> str:
        """The function as Dynamo sees it: layers are members."""
        count, number, lines = len(self.case.arguments), 0, list[str]()
        for k, line in enumerate(self.case.lines):
            if line == "_":
                continue
            text = line
            if text.startswith("layer("):
                text = f"self.layers[{number}]({_argument(line)})" + (
                    "[0]" if line[-1] == "]" else ""
                )
                number += 1
            lines.append(f"    v{count + k} = {text}")
        names = ", ".join(f"v{k}" for k in range(count))
        results = ", ".join(f"v{k}" for k in self.case.results)
        return "\n".join([f"def run(self, {names}):", *lines, f"    return ({results},)"])

    def values(self, *arguments: Tensor) -> list[Any]:
        """All values in eager."""
        names: dict[str, Any] = {f"v{k}": x for k, x in enumerate(arguments)}
        number = iter(range(len(self.layers)))

        def layer(made: nn.Module, x: Tensor) -> Any:
            made = made.to(x.dtype).eval()
            if self.running:
                self.layers.append(made)
                return made(x)
            return self.layers[next(number)](x)

        scope = {"torch": torch, "F": nn.functional, "nn": nn, "layer": layer}
        for k, line in enumerate(self.case.lines):
            if line != "_":
                names[f"v{len(arguments) + k}"] = eval(line, scope, names)
        return [names.get(f"v{k}") for k in range(len(arguments) + len(self.case.lines))]

    def forward(self, *arguments: Tensor) -> tuple[Tensor, ...]:
        return self.run(self, *arguments)


def _argument(line: str) -> str:
    """The tensor that a layer is applied to."""
    return line.rpartition(", ")[2].split(")")[0]


def make(seed: int) -> TorchCase | None:
    """The case of a seed; None if nothing that was drawn is valid."""
    c = Seeded(seed)
    torch_any.manual_seed(seed)
    warnings.simplefilter("ignore")
    arguments = tuple(_tensor(c) for _ in range(c.integer(1, 3)))
    values: list[Tensor] = list(arguments)
    lines: list[str] = []
    for _ in range(c.integer(1, 7)):
        for _ in range(_ATTEMPTS):
            line = _line(c, values)
            case = TorchCase((*lines, line), arguments, (len(values),))
            try:
                value = case.values()[-1]
            except Exception:  # whatever PyTorch raises for what is not valid
                continue
            if isinstance(value, Tensor) and 0 < value.numel() < _LARGEST:
                lines.append(line)
                values.append(value)
                break
    if not lines:
        return None
    count = len(arguments)
    read = {int(n) for line in lines for n in re.findall(r"\bv(\d+)\b", line)}
    results = [k for k in range(count, len(values)) if k not in read or chance(c, 15)]
    return TorchCase(tuple(lines), arguments, tuple(results), chance(c, 35), chance(c, 35))


def _tensor(c: Choices) -> Tensor:
    dtype: torch.dtype = getattr(torch, pick(c, _DTYPES))
    shape = [pick(c, _SIZES) for _ in range(c.integer(0, 4))]
    if dtype == torch.bool:
        return torch.rand(shape) < 0.5
    if dtype.is_floating_point:
        return (torch.randn(shape) * 2).to(dtype)
    return torch.randint(0 if dtype == torch.uint8 else -9, 9, shape).to(dtype)


def _line(c: Choices, values: list[Tensor]) -> str:
    """
    A template with its holes filled: `{f}` stands for a tensor of floats, `{n}` of numbers, `{i}`
    of integers, `{b}` of truth values, `{x}` of anything, `{s}` for one of the shape and the type
    of the first, `{c}` for one that broadcasts with it; `[d]` for a dimension of the first, `[k]`
    for a small number, `[r]` for a real one, `[t]` for a type.
    """
    chosen: list[int] = []

    def tensor(kind: str) -> str:
        tests: dict[str, Callable[[Tensor], bool]] = {
            "f": lambda x: x.is_floating_point(),
            "n": lambda x: x.dtype != torch.bool,
            "i": lambda x: not x.is_floating_point() and x.dtype != torch.bool,
            "b": lambda x: x.dtype == torch.bool,
            "x": lambda _: True,
            "s": lambda x: (x.shape, x.dtype) == (values[chosen[0]].shape, values[chosen[0]].dtype),
            "c": lambda x: _broadcasts(x, values[chosen[0]]),
        }
        found = [k for k, x in enumerate(values) if tests[kind](x)]
        chosen.append(pick(c, found[::-1]) if found else 0)
        return f"v{chosen[-1]}"

    def hole(match: re.Match[str]) -> str:
        kind = match[0][1]
        if match[0][0] == "{":
            same = kind in "fnix" and chosen and match.string.count("{" + kind + "}") > 1
            return f"v{chosen[0]}" if same and not chance(c, 20) else tensor(kind)
        rank = max(1, values[chosen[0]].dim() if chosen else 1)
        match kind:
            case "d":
                return str(c.integer(-rank, rank - 1))
            case "k":
                return str(c.integer(1, 3))
            case "r":
                return str(c.integer(1, 12) / 4)
            case _:
                return pick(c, _DTYPES)

    return re.sub(r"\{[fnibxsc]\}|\[[dkrt]\]", hole, pick(c, _TEMPLATES))


def _broadcasts(x: Tensor, y: Tensor) -> bool:
    try:
        return torch_any.broadcast_shapes(x.shape, y.shape).numel() < _LARGEST
    except RuntimeError:
        return False


def judge(case: TorchCase, seed: int) -> Verdict:
    """Eager and compiled, on the same tensors."""
    del seed
    warnings.simplefilter("ignore")
    torch.compiler.reset()
    module = case.function().eval()
    with torch.no_grad():
        expected = module(*case.arguments)
        try:
            run = _exported(case, module) if case.exported else _compiled(case, module)
            got = run(*case.arguments)
        except Exception as error:
            return _verdict(error)
        for number, (actual, wanted) in enumerate(zip(got, expected, strict=True)):
            if problem := _difference(case, number, actual, wanted):
                return Verdict("wrong", f"result {number}: {problem}")
    return Verdict("agrees")


def _verdict(error: BaseException) -> Verdict:
    """What an error says; PyTorch wraps ours in its own."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, SDFGError):
            return Verdict(kind_of(inner), str(inner), (str(inner),))
        inner = inner.__cause__
    text = str(error)
    if "SDFGError" in text:
        return Verdict(kind_of(SDFGError(text)), text, (text,))
    return Verdict("error", described(error))  # pyright: ignore[reportArgumentType]


def _compiled(case: TorchCase, module: nn.Module) -> Any:
    options = {"fallback": False} if "fallback" in CompileOptions.__dataclass_fields__ else {}
    return torch_any.compile(
        module, backend="sdfg", fullgraph=True, dynamic=case.dynamic, options=options
    )


def _exported(case: TorchCase, module: nn.Module) -> Any:
    program = torch.export.export(module, case.arguments)
    model = compile_module(import_exported(program, time_limit=60), CompileOptions(threads=2))

    def run(*arguments: Tensor) -> Sequence[Any]:
        return model.run(arguments)

    return run


def _difference(case: TorchCase, number: int, actual: Any, wanted: Tensor) -> str:
    if not isinstance(actual, Tensor):
        actual = torch.as_tensor(np.asarray(actual))
    if (actual.dtype, actual.shape) != (wanted.dtype, wanted.shape):
        return f"{actual.dtype}{list(actual.shape)} instead of {wanted.dtype}{list(wanted.shape)}"
    mismatch = tolerances.compare(actual.numpy(), wanted.numpy(), reduction_length=256)
    if mismatch is None:
        return ""
    return "" if _badly_conditioned(case, number, actual, wanted) else str(mismatch)


def _badly_conditioned(case: TorchCase, number: int, actual: Tensor, wanted: Tensor) -> bool:
    """Whether small changes of the arguments change the result as much."""
    spread = torch.zeros(wanted.shape, dtype=torch.float64)
    for seed in range(4):
        torch_any.manual_seed(seed)
        moved = [
            x * (1 + (torch.rand(x.shape) - 0.5).to(x.dtype) * 16 * torch.finfo(x.dtype).eps)
            if x.is_floating_point()
            else x
            for x in case.arguments
        ]
        other = case.function().eval()(*moved)[number]
        change = (other.double() - wanted.double()).abs()
        spread = torch.maximum(spread, change.nan_to_num(torch.inf))
    error = (actual.double() - wanted.double()).abs().nan_to_num(0)
    same = actual.double().isnan() == wanted.double().isnan()
    slack = 64 * (torch.finfo(wanted.dtype).eps if wanted.is_floating_point() else 0)
    return bool((same & (error <= 8 * spread + slack * wanted.double().abs())).all())


TORCH = Kind("torch", make, judge, seconds=180)
