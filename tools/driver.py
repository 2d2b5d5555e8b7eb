"""
The one compile: frontend, pipelines, constants, emitter, toolchain, artifact.

    artifact = compile_file(Path("resnet50.onnx"), CompileOptions(), output=Path("resnet50"))
    model = artifact.load()
"""

import gc
import resource
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from io import StringIO
from pathlib import Path

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.passes import ModulePass
from xdsl.printer import Printer

from sdfg.backends.c_tree.names import identifier
from sdfg.backends.openmp.compiler import Compiler, find_compiler
from sdfg.backends.openmp.emitter import emit_module
from sdfg.backends.openmp.interface import interface_of
from sdfg.backends.openmp.machine import detect_machine
from sdfg.backends.openmp.toolchain import Options, Program, compile_library, copy_artifact
from sdfg.backends.openmp.workspace import workspace_bytes
from sdfg.backends.runtime import CompiledModel
from sdfg.backends.runtime_interface import Interface
from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import SDFGError, fail
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.weights import Weights
from sdfg.lowering import pipelines
from sdfg.lowering.frontend.imported import ImportedModel
from sdfg.lowering.schedule.attention.masks import note_causal_masks
from sdfg.lowering.schedule.set_machine import SetMachinePass
from sdfg.tools.constants import evaluate_constants
from sdfg.tools.core_speeds import kept_speeds, measure_speeds
from sdfg.tools.weight_places import place_weights

Progress = Callable[[str], None]

STAGES = ("linalg", "sdfg", "mapped", "c")
"""Where `emit` can stop."""


@dataclass(frozen=True)
class CompileOptions:
    """How to compile a model."""

    threads: int = 0
    """Threads to schedule for; 0 for all cores of this machine."""
    measure: bool = False
    """Measure this machine, and keep its speeds for the compilations that follow."""
    fast_math: bool = False
    """Allow sums in another order and fused multiply-adds everywhere."""
    name: str | None = None
    """Prefix of the C functions; by default the name of the file."""
    march: str = "native"
    """The machine whose instructions to use, as `-march` names it; empty for any."""
    vector_bytes: int = 0
    """Size of the SIMD registers to schedule for; 0 for those of that machine, 4 for none."""
    in_place: tuple[str, ...] = ()
    """Inputs that share the memory of the output that they are copied into; `*` is any text."""
    winograd: bool = True
    """Compute convolutions with fewer multiplications and other roundings, where that is faster."""
    without: tuple[str, ...] = ()
    """Passes and steps of recipes to leave out, by name with or without `sdfg-` in front."""

    def check(self) -> None:
        """Raises `SDFGError` for what is wrong without regard to a model."""
        _ = self.left_out, self.compiler
        if self.vector_bytes and (
            self.vector_bytes < 4 or self.vector_bytes & (self.vector_bytes - 1)
        ):
            raise SDFGError(
                f"vectors have 4, 8, 16, ... bytes, got {self.vector_bytes}\nhint: 4 for none"
            )

    @property
    def compiler(self) -> Compiler:
        """The C compiler, for the machine that is wanted. Raises `SDFGError`."""
        return find_compiler().tuned_for(self.march)

    @property
    def left_out(self) -> frozenset[str]:
        """Names of passes and transformations to leave out. Raises `SDFGError` for others."""
        names = {name.removeprefix("sdfg-") for name in self.without}
        unknown = sorted(names - pipelines.OPTIONAL)
        if unknown:
            known = ", ".join(sorted(pipelines.OPTIONAL))
            raise SDFGError(f"cannot leave out {', '.join(unknown)}\nhint: one of {known}")
        return frozenset(names if self.winograd else names | {"winograd-convolutions"})


@dataclass(frozen=True)
class Artifact:
    """A compiled model on disk."""

    folder: Path
    interface: Interface
    report: str
    """What was made of the model, and where the time went."""

    @property
    def library(self) -> Path:
        return self.folder / self.interface.library

    @property
    def description(self) -> Path:
        """The file that describes the interface; what `CompiledModel.load` takes."""
        return self.folder / f"{self.interface.prefix}.json"

    def load(self, *, threads: int = 0) -> CompiledModel:
        return CompiledModel.load(self.description, threads=threads)


@dataclass
class Compilation:
    """One run through the stages; keeps what the report says."""

    imported: ImportedModel
    options: CompileOptions
    name: str
    progress: Progress = lambda _: None
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    cpu_start: float = field(default_factory=lambda: cpu_seconds())
    verify: bool = True

    @property
    def module(self) -> ModuleOp:
        return self.imported.module

    def stage(self, name: str) -> "Stage":
        return Stage(self, name)

    def to_sdfg(self) -> None:
        """linalg to simplified sdfg."""
        with self.stage("linalg to sdfg"):
            self.run(pipelines.TO_SDFG)
            entry = public_program(self.module)
            entry.attributes["sym_name"] = StringAttr(self.name)
        with self.stage("simplify"):
            self.run(pipelines.SIMPLIFY)
            if self.options.in_place:
                self.run(pipelines.update_in_place(self.options.in_place))

    def to_mapped(self) -> Weights:
        """Simplified to mapped; returns the weights that the program then reads."""
        with self.stage("schedule"):
            note_causal_masks(self.module, self.imported.weights)
            self.run(pipelines.schedule(self.machine(), tuple(sorted(self.options.left_out))))
        with self.stage("constants"):
            weights = evaluate_constants(self.module, self.imported.weights)
            weights = place_weights(self.module, weights)
        with self.stage("map to threads and lanes"):
            self.run(pipelines.finish())
            self.check()
        return weights

    def machine(self) -> SetMachinePass:
        """The machine to schedule for."""
        compiler = self.options.compiler
        facts = detect_machine(compiler)
        cores = self.options.threads or facts.cores
        ask = measure_speeds if self.options.measure else kept_speeds
        speeds = ask(compiler, cores)
        return SetMachinePass(
            cores=cores,
            vector_bytes=self.options.vector_bytes or facts.vector_bytes,
            vector_registers=facts.vector_registers,
            l1_bytes=facts.l1_bytes,
            l2_bytes=facts.l2_bytes,
            l3_bytes=facts.l3_bytes,
            **({} if speeds is None else asdict(speeds)),
        )

    def run(self, passes: Iterable[ModulePass]) -> None:
        context = Context()
        left_out = self.options.left_out
        for one in passes:
            if one.name.removeprefix("sdfg-") not in left_out:
                one.apply(context, self.module)

    def check(self) -> None:
        """Hold the program to the rules of the dialect: a pass that broke them has a bug."""
        if self.verify:
            self.module.verify()

    def to_library(self, folder: Path) -> Artifact:
        """All stages, and the files of the artifact in `folder`, which must exist."""
        with seldom_collected():
            return self._to_library(folder)

    def _to_library(self, folder: Path) -> Artifact:
        self.to_sdfg()
        weights = self.to_mapped()
        with self.stage("emit C"):
            files = emit_module(self.module)
        sources = {n: t for n, t in files.items() if n.endswith(".c")}
        headers = {n: t for n, t in files.items() if n.endswith(".h")}
        with self.stage("compile C"):
            program = Program(self.name, sources, headers)
            options = Options(fast_math=self.options.fast_math)
            built = compile_library(program, options, compiler=self.options.compiler)
            copy_artifact(built, folder / f"{self.name}.so")
        with self.stage("write"):
            weights_file = f"{self.name}.safetensors" if len(weights) else None
            if weights_file is not None:
                weights.write(folder / weights_file)
            interface = interface_of(
                public_program(self.module), self.name, f"{self.name}.so", weights_file
            )
            for file, text in files.items():
                (folder / file).write_text(text)
            (folder / f"{self.name}.json").write_text(interface.to_json())
        return Artifact(folder, interface, self.report(files, weights, built.warnings))

    def report(self, files: dict[str, str], weights: Weights, warnings: tuple[str, ...]) -> str:
        """Where the time went, and how large everything is."""
        programs = [op for op in self.module.ops if isinstance(op, SdfgOp)]
        calls = sum(op.name == "sdfg.call" for op in self.module.walk())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        lines = [f"{s:8.2f} s  {name}" for name, s in self.seconds.items()]
        lines += [
            f"{cpu_seconds() - self.cpu_start:8.2f} s  CPU, compiler processes included",
            f"{peak:8.0f} MiB  peak memory of this process",
            f"{weights.nbytes / 2**20:8.1f} MiB  weights",
            workspace_text(workspace_bytes(public_program(self.module))),
            f"{len(programs) - 1:8d}    functions for {calls} states",
            f"{sum(t.count(chr(10)) for t in files.values()):8d}    lines of C",
            *(f"warning: {w}" for w in warnings),
        ]
        return "\n".join(lines)


@contextmanager
def seldom_collected() -> Generator[None]:
    """
    Look for garbage after every 500 000 new objects instead of 700.

    Each search goes through the program that is compiled: with the usual number it takes a sixth of
    the time, and finds little, as most of what passes drop is freed without one.
    """
    usual = gc.get_threshold()
    gc.set_threshold(500_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@dataclass
class Stage:
    """Measures one stage and announces it."""

    compilation: Compilation
    name: str
    start: float = 0.0

    def __enter__(self) -> None:
        self.compilation.progress(self.name)
        self.start = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        seconds = self.compilation.seconds
        seconds[self.name] = seconds.get(self.name, 0.0) + time.perf_counter() - self.start


def cpu_seconds() -> float:
    """CPU time of this process and of those it has waited for."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def workspace_text(size: Expr) -> str:
    """A line on `size` bytes of workspace, in MiB or as it depends on symbols."""
    count = symbolic.constant(size)
    if count is None:
        return f"            workspace of a run, in bytes: {symbolic.text_of(size)}"
    return f"{count / 2**20:8.1f} MiB  workspace of a run"


def import_file(path: Path) -> ImportedModel:
    """A model from a file: ONNX, or what `torch.export.save` wrote."""
    if path.suffix == ".pt2":
        from sdfg.lowering.frontend.torch_import import import_saved

        return import_saved(path)
    from sdfg.lowering.frontend.onnx_import import import_onnx

    return import_onnx(path)


def begin(path: Path, options: CompileOptions, progress: Progress) -> Compilation:
    """Import the model of `path`. Raises `SDFGError`, for wrong options before anything else."""
    options.check()
    progress("import")
    start, cpu = time.perf_counter(), cpu_seconds()
    with seldom_collected():
        imported = import_file(path)
    name = identifier(options.name or path.stem)
    compilation = Compilation(imported, options, name, progress, cpu_start=cpu)
    compilation.seconds["import"] = time.perf_counter() - start
    return compilation


def compile_file(
    path: Path,
    options: CompileOptions = CompileOptions(),
    *,
    output: Path,
    progress: Progress = lambda _: None,
) -> Artifact:
    """
    Compile the model of `path` into the folder `output`.

    The files appear there when all of them are complete, the interface last. Raises `SDFGError`.
    """
    return publish(begin(path, options, progress), output)


def publish(compilation: Compilation, output: Path) -> Artifact:
    """Compile into a folder beside `output` and move the files there."""
    if output.exists() and not output.is_dir():
        raise SDFGError(f"{output}: is no folder\nhint: name a folder for the artifact with -o")
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{output.name}.", dir=output.parent) as made:
        artifact = compilation.to_library(Path(made))
        output.mkdir(exist_ok=True)
        last = artifact.description.name
        for file in sorted(Path(made).iterdir(), key=lambda f: f.name == last):
            file.replace(output / file.name)
    return Artifact(output, artifact.interface, artifact.report)


def compile_module(
    imported: ImportedModel, options: CompileOptions = CompileOptions()
) -> CompiledModel:
    """Compile in memory: the artifact lives as long as the model that is returned."""
    options.check()
    folder = Path(tempfile.mkdtemp(prefix="sdfg."))
    try:
        name = identifier(options.name or "model")
        artifact = Compilation(imported, options, name).to_library(folder)
        model = artifact.load(threads=options.threads)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(model, shutil.rmtree, folder, ignore_errors=True)
    return model


def emit(
    path: Path,
    stage: str,
    options: CompileOptions = CompileOptions(),
    *,
    progress: Progress = lambda _: None,
) -> str:
    """The text of a model at one of `STAGES`."""
    compilation = begin(path, options, progress)
    if stage != "linalg":
        compilation.to_sdfg()
    if stage in ("mapped", "c"):
        compilation.to_mapped()
    if stage == "sdfg":
        compilation.check()
    if stage == "c":
        files = emit_module(compilation.module)
        return "".join(f"/* file: {name} */\n{text}\n" for name, text in files.items())
    stream = StringIO()
    Printer(stream, print_debuginfo=True).print_op(compilation.module)
    return stream.getvalue() + "\n"


def public_program(module: ModuleOp) -> SdfgOp:
    """The one program of a module that is not private."""
    found = [op for op in module.ops if isinstance(op, SdfgOp) and not op.is_private]
    if len(found) != 1:
        fail(module, f"has one public program, got {len(found)}")
    return found[0]
