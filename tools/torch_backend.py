"""
`torch.compile(model, backend="sdfg")`.

Loading this module lets Dynamo trace recurrent layers (`torch._dynamo.config.allow_rnn`), which it
leaves out of its graphs otherwise; our decompositions know them.
"""

import dataclasses
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch._dynamo.config
from torch._dynamo.backends.common import aot_autograd
from torch._functorch.partitioners import min_cut_rematerialization_partition
from torch.fx import Graph, GraphModule, Node

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.torch_complex import split_complex
from sdfg.lowering.frontend.torch_decompositions import decomposition_table, traceable
from sdfg.lowering.frontend.torch_scans import expand_scans
from sdfg.tools import driver
from sdfg.tools.torch_call import CompiledPart, lowers
from sdfg.tools.torch_parts import Part, Partition
from sdfg.tools.torch_support import Stay, blamed, complete, given_up, stays, told

torch._dynamo.config.allow_rnn = True

Boxed = Callable[[list[Any]], Sequence[Any]]

MODES: Mapping[str | None, Mapping[str, Any]] = {
    None: {},
    "default": {},
    "max-autotune": {"measure": True},
    "max-autotune-no-cudagraphs": {"measure": True},
}
"""What the modes of `torch.compile` stand for, as options."""


MOST_FAILURES = 16
"""How often a graph is tried without what was to blame; then PyTorch runs the part that fails."""


class SDFGRemark(UserWarning):
    """Something runs, but not in the way that would be fastest."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """How the graphs of one model are compiled."""

    options: driver.CompileOptions
    fallback: bool
    """Whether PyTorch runs what cannot be compiled, with a remark; otherwise that is an error."""

    @staticmethod
    def of(given: Mapping[str, Any], mode: str | None) -> "Settings":
        """Raises `SDFGError` for unknown options and modes, and values of another type."""
        if mode not in MODES:
            modes = ", ".join(name for name in MODES if name)
            raise SDFGError(
                f"mode '{mode}' is not supported\n"
                f"hint: one of {modes}; calls have no launches whose cost could be reduced"
            )
        known: dict[str, Any] = {
            f.name: f.default for f in dataclasses.fields(driver.CompileOptions)
        }
        known["fallback"] = True
        if unknown := sorted(given.keys() - known):
            raise SDFGError(
                f"unknown options: {', '.join(unknown)}\nhint: there are {', '.join(sorted(known))}"
            )
        for name, value in given.items():
            usual: object = "" if known[name] is None else known[name]
            kind = type(usual)
            if type(value) is not kind and value != known[name]:
                raise SDFGError(
                    f"option '{name}' takes a value of type {kind.__name__}, got {value!r}"
                )
        chosen = {**MODES[mode], **given}
        fallback = chosen.pop("fallback", True)
        return Settings(driver.CompileOptions(**chosen), fallback)


def compile_graph(
    graph_module: GraphModule,
    example_inputs: Sequence[Any],
    *,
    options: Mapping[str, Any] | None = None,
    mode: str | None = None,
) -> Callable[..., Any]:
    """
    The backend that `torch.compile` calls for every graph of the model.

    `options` are the fields of `driver.CompileOptions`, and `fallback`: whether PyTorch may run
    operators that cannot be compiled. It does so with one `SDFGRemark` that names them; otherwise
    they are an `SDFGError`. It always runs those that draw random numbers. Parameters stay
    arguments of the compiled program, since training may change them between calls. Raises
    `SDFGError` for modes and options that do not exist.
    """
    settings = Settings.of(options or {}, mode)
    settings.options.check()
    expand_scans(graph_module)
    compiler = _Compiler(settings)
    backend = aot_autograd(
        fw_compiler=compiler.build,
        bw_compiler=compiler.build_backward,
        inference_compiler=compiler.build,
        partition_fn=min_cut_rematerialization_partition,
        decompositions=compiler.decompositions,
    )
    with traceable():
        return backend(graph_module, example_inputs)


class _Compiler:
    """Compiles the graphs that AOTAutograd makes of one graph of the model."""

    def __init__(self, settings: Settings) -> None:
        self.decompositions = decomposition_table()
        self._settings = settings
        self._told: set[str] = set()
        self._late = False  # whether the last error came after the part was a dataflow graph

    def build(self, module: GraphModule, inputs: Sequence[Any]) -> Boxed:
        """The graph as a function that takes, and empties, one list of arguments."""
        graph = split_complex(module, self.decompositions).graph
        partition, run = self._compiled(graph)
        arguments = list(graph.find_nodes(op="placeholder"))
        read = {node for part in partition.parts.values() for node in part.scattered()}
        if copied := [k for k, node in enumerate(arguments) if node in read]:
            _remark(f"inputs {copied} are not contiguous: they are copied in every call")
        return run

    def build_backward(self, module: GraphModule, inputs: Sequence[Any]) -> Boxed:
        """The same for a graph whose arguments are not those of the user."""
        return self._compiled(split_complex(module, self.decompositions).graph)[1]

    def _compiled(self, graph: Graph) -> tuple[Partition, Boxed]:
        complete(graph)
        staying = stays(graph)
        compiled: dict[Part, CompiledPart] = {}
        self._refuse(staying)
        failures, partition = 0, Partition(graph, staying)
        while missing := [p for p in partition.parts.values() if p not in compiled]:
            part = missing[0]
            try:
                compiled[part] = CompiledPart(part, self._settings.options)
            except SDFGError as error:
                if not self._settings.fallback:
                    raise
                failures += 1
                self._late = lowers(part, self._settings.options)
                staying |= (
                    blamed(part, error, self._fails)
                    if failures <= MOST_FAILURES
                    else given_up(part, error)
                )
                partition = Partition(graph, staying)
        self._remark_staying(staying)
        run: Any = partition.assemble(lambda part: compiled[part]).forward
        return partition, _boxed(run)

    def _fails(self, part: Part) -> bool:
        """Whether a part of a part that failed does, too."""
        if not lowers(part, self._settings.options):
            return True
        if not self._late:
            return False
        try:
            CompiledPart(part, self._settings.options)
        except SDFGError:
            return True
        return False

    def _refuse(self, staying: Mapping[Node, Stay]) -> None:
        if not self._settings.fallback and (text := told(staying)):
            hint = "hint: options={'fallback': True} lets PyTorch run them"
            raise SDFGError(f"operators that cannot be compiled\n{text}\n{hint}")

    def _remark_staying(self, staying: Mapping[Node, Stay]) -> None:
        new = [line for line in told(staying).splitlines() if line not in self._told]
        if new:
            self._told.update(new)
            lines = "\n".join(new)
            _remark(f"operators that cannot be compiled, so that PyTorch runs them\n{lines}")


def _boxed(function: Boxed) -> Boxed:
    def run(arguments: list[Any]) -> Sequence[Any]:
        return function(arguments)

    run._boxed_call = True  # pyright: ignore[reportFunctionMemberAccess]
    return run


def _remark(text: str) -> None:
    warnings.warn(f"sdfg: {text}", SDFGRemark, stacklevel=3)
