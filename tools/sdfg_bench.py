"""`sdfg-bench`: our artifacts and those of others, side by side, against the machine's limits."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from sdfg.backends.openmp.machine import available_cores
from sdfg.dialect.diagnostics import SDFGError
from sdfg.tools.bench import peers as peer_table
from sdfg.tools.bench import workloads as workload_table
from sdfg.tools.bench.ablation import print_ablation, variants
from sdfg.tools.bench.html import to_html
from sdfg.tools.bench.measure import Plan
from sdfg.tools.bench.results import Report
from sdfg.tools.bench.session import Session, run_session
from sdfg.tools.bench.table import print_report, summary
from sdfg.tools.files import write_text
from sdfg.tools.terminal import reporting

EXAMPLES = """\
**Examples**

`sdfg-bench --list` shows all workloads and peers.

`sdfg-bench gemm-512 softmax --peers onnxruntime,openvino --threads 2` times two kernels.

`sdfg-bench models --html report.html --json report.json` times all models and writes a report.

`sdfg-bench resnet50 --ablation` says what each pass and each transformation is good for.

Models are exported once, and artifacts are kept until the compiler changes, in `build/bench`.
"""

app = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)

LEAST_WIDTH = 118
"""Columns of text that the tables need."""


@app.command(epilog=EXAMPLES)
@reporting
def bench(
    workloads: Annotated[
        list[str] | None, typer.Argument(help="Names or groups of workloads; all by default.")
    ] = None,
    peers: Annotated[
        str, typer.Option(help="Whom to compare with, separated by commas; all by default.")
    ] = "",
    threads: Annotated[
        str, typer.Option(help="Numbers of threads, separated by commas: 1,2,all; default: all.")
    ] = "",
    seconds: Annotated[
        float, typer.Option("--time", min=0, help="Seconds of runs per peer and workload.")
    ] = 3.0,
    limit: Annotated[
        float, typer.Option(min=1, help="Seconds that a peer may take to compile.")
    ] = 900.0,
    startup: Annotated[
        bool | None,
        typer.Option(
            "--startup/--no-startup",
            help="Measure process start to first result; by default for some workloads.",
        ),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write all figures to this file.")
    ] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", help="Write a report with plots to this file.")
    ] = None,
    folder: Annotated[
        Path, typer.Option("--cache", help="Folder for exported models and artifacts.")
    ] = Path("build/bench"),
    sdfg_option: Annotated[
        list[str] | None, typer.Option(help="A further argument for sdfg-compile: --fast-math.")
    ] = None,
    ablation: Annotated[
        bool,
        typer.Option(
            "--ablation", help="Compare with ourselves without each pass and transformation."
        ),
    ] = False,
    without: Annotated[
        str, typer.Option(help="For --ablation: what to leave out, separated by commas; each.")
    ] = "",
    list_all: Annotated[bool, typer.Option("--list", help="Show workloads and peers.")] = False,
) -> None:
    """
    Compile, compare and time workloads with sdfg and with other libraries.
    """
    if list_all:
        show_choices()
        return
    if ablation and (peers or html_file is not None):
        raise SDFGError("--ablation has no other peers and no HTML report")
    session = Session(
        workload_table.choose(workloads or ()),
        variants(words(without)) if ablation else peer_table.choose(words(peers)),
        parse_threads(threads),
        Plan(seconds, limit, folder / "artifacts", tuple(sdfg_option or ())),
        folder / "models",
        False if ablation else startup,
    )

    errors = Console(stderr=True, highlight=False)
    told = 0

    def keep(report: Report) -> None:
        nonlocal told
        for row in report.rows[told:]:
            if not ablation:
                errors.print(summary(row), markup=False, soft_wrap=True)
        told = len(report.rows)
        if json_file is not None:
            write_text(json_file, json.dumps(report.to_json(), indent=1) + "\n")
        if html_file is not None:
            write_text(html_file, to_html(report))

    with errors.status("measuring the machine") as status:
        report = run_session(session, status.update, keep)
    (print_ablation if ablation else print_report)(report, wide_console())


def words(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def parse_threads(text: str) -> tuple[int, ...]:
    """`1,2,all` as numbers; all cores if it is empty. Raises `SDFGError`."""
    cores = available_cores()
    try:
        words = (text or "all").split(",")
        counts = tuple(dict.fromkeys(cores if word == "all" else int(word) for word in words))
    except ValueError:
        counts = ()
    if not counts or min(counts) < 1:
        raise SDFGError(f"--threads takes numbers such as 1,2 and the word all, not '{text}'")
    return counts


def wide_console() -> Console:
    """A console in which no table is cut, whatever reads it."""
    console = Console(highlight=False)
    return Console(highlight=False, width=max(LEAST_WIDTH, console.width))


def show_choices() -> None:
    """Print the tables of workloads and peers."""
    console = wide_console()
    table = Table("workload", "what", "groups")
    for workload in workload_table.WORKLOADS.values():
        table.add_row(workload.name, workload.title, ", ".join(workload.tags))
    console.print(table)
    table = Table("peer", "what")
    for entry in peer_table.PEERS.values():
        table.add_row(entry.name, entry.title)
    console.print(table)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `sdfg-bench` on `arguments`, or on those of the process."""
    app(args=sys.argv[1:] if arguments is None else list(arguments), prog_name="sdfg-bench")
