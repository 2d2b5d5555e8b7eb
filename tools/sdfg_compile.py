"""`sdfg-compile`: from a model to a shared library, or to any stage on the way there."""

import atexit
import gc
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sdfg.dialect.diagnostics import SDFGError
from sdfg.tools.files import write_text
from sdfg.tools.progress import StageProgress
from sdfg.tools.terminal import reporting

EXAMPLES = """\
**Examples**

`sdfg-compile resnet50.onnx` makes the folder `resnet50/` with a library, a C header, the interface
as JSON and the weights.

`sdfg-compile bert.pt2 -o build/bert --report` compiles what `torch.export.save` wrote, and says
where the time went.

`sdfg-compile mlp.onnx --emit=c` prints the C source. `--emit=linalg`, `sdfg` and `mapped` stop
earlier, and `sdfg-opt` goes on from there.

Next: `sdfg-run resnet50 --check=onnxruntime --model resnet50.onnx --bench`
"""


class Stage(StrEnum):
    """Where to stop."""

    LINALG = "linalg"
    SDFG = "sdfg"
    MAPPED = "mapped"
    C = "c"
    LIB = "lib"


app = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)


@app.command(epilog=EXAMPLES)
@reporting
def compile_model(
    model: Annotated[Path, typer.Argument(help="An ONNX file, or a .pt2 file of torch.export.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="Folder for the library; file (or -) for other stages."
        ),
    ] = None,
    emit: Annotated[Stage, typer.Option(help="The stage to stop at.")] = Stage.LIB,
    report: Annotated[bool, typer.Option("--report", help="Say what was made of it.")] = False,
    threads: Annotated[
        int, typer.Option(min=0, help="Threads to schedule for; 0: all cores of this machine.")
    ] = 0,
    fast_math: Annotated[
        bool,
        typer.Option(
            "--fast-math", help="Allow sums in another order and fused multiply-adds everywhere."
        ),
    ] = False,
    in_place: Annotated[
        list[str] | None,
        typer.Option(
            help="An input that shares the memory of the output it is copied into (a cache that "
            "the model extends): one array, with the shape of the output. `*` stands for any text."
        ),
    ] = None,
    winograd: Annotated[
        bool,
        typer.Option(
            help="Compute convolutions with fewer multiplications and other roundings, where that "
            "is faster."
        ),
    ] = True,
    measure: Annotated[
        bool,
        typer.Option(
            "--measure",
            help="Measure how fast this machine is, which takes some seconds, and keep that for "
            "the compilations that follow.",
        ),
    ] = False,
    march: Annotated[
        str,
        typer.Option(help="The machine to use all instructions of, as the C compiler calls it."),
    ] = "native",
    vector_bytes: Annotated[
        int,
        typer.Option(
            min=0, help="Size of the SIMD registers to schedule for; 0: that machine's; 4: none."
        ),
    ] = 0,
    without: Annotated[
        list[str] | None,
        typer.Option(
            help="A pass (fuse-maps) or a transformation in recipes (stage) to leave out, to see "
            "what it is good for."
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Prefix of the C functions; default: the file's name.")
    ] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Show no progress.")] = False,
) -> None:
    """
    Compile a model to native code that a person can read.

    Nothing is left half-written: files appear when all of them are complete.
    """
    from sdfg.tools import driver

    if not model.is_file():
        raise SDFGError(f"{model}: no such file\nhint: give an .onnx or a .pt2 file")
    options = driver.CompileOptions(
        threads=threads,
        fast_math=fast_math,
        name=name,
        in_place=tuple(in_place or ()),
        winograd=winograd,
        measure=measure,
        march=march,
        vector_bytes=vector_bytes,
        without=tuple(without or ()),
    )
    with StageProgress(lines=not report, quiet=quiet) as progress:
        if emit is Stage.LIB:
            folder = output or Path(model.stem)
            artifact = driver.compile_file(model, options, output=folder, progress=progress)
            print(artifact.library)
            if report:
                print(artifact.report)
            return
        text = driver.emit(model, emit.value, options, progress=progress)
    if output in (None, Path("-")):
        sys.stdout.write(text)
    else:
        write_text(output, text)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `sdfg-compile` on `arguments`, or on those of the process."""
    if arguments is None:
        gc.disable()  # A compile leaves next to nothing in cycles, and the process ends with it.
        atexit.register(gc.freeze)
    app(args=None if arguments is None else list(arguments), prog_name="sdfg-compile")
