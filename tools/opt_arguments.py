"""The command line of `sdfg-opt`: its flags, its help, and flags of passes in their order."""

import argparse
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from importlib.metadata import version

from xdsl.passes import ModulePass
from xdsl.utils.target import Target

PassFactories = Mapping[str, Callable[[], type[ModulePass]]]
TargetFactories = Mapping[str, Callable[[], type[Target]]]

EXAMPLES = """\
examples:
  Check a program and print it again, as it is and in generic form with locations:
    sdfg-opt program.mlir
    sdfg-opt program.mlir --print-op-generic --print-debuginfo

  Run passes, one flag each, in the order given; options follow `=`, separated by spaces:
    sdfg-opt program.mlir --canonicalize --cse
    sdfg-opt program.mlir --sdfg-set-machine='cores=8 vector-bytes=32'

  The same as one pipeline:
    sdfg-opt program.mlir -p 'canonicalize,sdfg-set-machine{cores=8 vector-bytes=32}'

  See what each pass does and how long it takes (both on stderr):
    sdfg-opt program.mlir -p canonicalize,cse --print-ir-after-all --timing

  Find the pass that changes a result, by running the program before and after each:
    sdfg-opt program.mlir -p sdfg-fuse-states,sdfg-fuse-maps --check-passes

  Map a program by recipes of your own, and print those that a program was made with:
    sdfg-opt program.mlir --sdfg-set-machine --apply-recipe=mine.mlir
    sdfg-opt program.mlir --sdfg-set-machine --sdfg-apply-recipes -t recipe

  Print what a target makes of the program instead of MLIR:
    sdfg-opt program.mlir -t openmp-c

  Ask what is known about a program, say which of its loops are parallel:
    sdfg-opt program.mlir --print-analysis=dependences,kinds

  Declare the dialect to MLIR's own libraries, and write programs as declared there:
    sdfg-opt --emit-irdl -o sdfg.irdl.mlir
    sdfg-opt program.mlir -t mlir-for-irdl -o program.generic.mlir
"""


RECIPE = "--apply-recipe"
"""Short for the pass that applies the recipes of one file."""


def spell_out(arguments: Sequence[str], passes: Iterable[str]) -> list[str]:
    """
    Replace all flags that name passes by one `-p` with the whole pipeline, in the order given.

    `--sdfg-x=a=1` means `sdfg-x{a=1}`; `-p` and `--passes` take part and may be repeated, and so
    does `--apply-recipe=FILE`.
    """
    names = {f"--{name}": name for name in passes}
    rest: list[str] = []
    steps: list[str] = []
    left = iter(arguments)
    for argument in left:
        flag, equals, value = argument.partition("=")
        if flag in names:
            steps.append(f"{names[flag]}{{{value}}}" if equals else names[flag])
        elif flag == RECIPE:
            file = value if equals else next(left, "")
            steps.append(f'sdfg-apply-recipes{{recipe="{file}"}}')
        elif argument in ("-p", "--passes"):
            steps.extend(step for step in [next(left, "")] if step)
        elif flag == "--passes":
            steps.append(value)
        elif argument.startswith("-p"):
            steps.append(argument.removeprefix("-p"))
        else:
            rest.append(argument)
    return [*rest, f"--passes={','.join(steps)}"]


def summary(item: type) -> str:
    """First sentence of the docstring of a pass or target, empty where it has none of its own."""
    text = inspect.getdoc(item) or ""
    generated = text.startswith(f"{item.__name__}(")  # by @dataclass
    sentence = " ".join(text.partition("\n\n")[0].split()).partition(". ")[0].rstrip(".")
    return "" if generated else sentence.replace("%", "%%")


def options(item: type[ModulePass]) -> str:
    """The options of a pass as its flag takes them, say `sizes=.. [depth=..]`."""
    required = item.required_fields()
    names = [(f.name.replace("_", "-"), f.name in required) for f in fields(item) if f.init]
    return " ".join(f"{name}=.." if needed else f"[{name}=..]" for name, needed in names)


def add_arguments(
    parser: argparse.ArgumentParser,
    passes: PassFactories,
    targets: TargetFactories,
    *,
    helping: bool,
) -> None:
    """Declare every flag; passes and targets are loaded and described only if `helping`."""
    parser.prog = "sdfg-opt"
    parser.usage = "%(prog)s [flags] [--PASS['=options'] ..] [input_file]"
    parser.allow_abbrev = False
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EXAMPLES
    parser.add_argument("input_file", nargs="?", help="MLIR text; stdin if absent or `-`")
    parser.add_argument("-o", "--output-file", metavar="FILE", help="write here, not to stdout")
    parser.add_argument("--version", action="version", version=version_text())
    add_reading(parser.add_argument_group("reading"))
    add_passes(parser.add_argument_group("passes"), passes, helping)
    add_watching(parser.add_argument_group("watching passes"))
    add_printing(parser.add_argument_group("printing"), targets, helping)
    about = parser.add_argument_group("about the dialect (no program is read)")
    switch(about, "--emit-irdl", "print the sdfg dialect as IRDL, which MLIR can load")
    switch(about, "--emit-dialect-docs", "print the reference of the sdfg dialect as Markdown")
    switch(about, "--emit-pass-docs", "print the reference of the passes as Markdown")
    parser.set_defaults(frontend=None, print_no_properties=False, syntax_highlight=False)


def version_text() -> str:
    return f"sdfg-opt {version('sdfg-toolchain')} (xDSL {version('xdsl')})"


Group = argparse._ArgumentGroup  # pyright: ignore[reportPrivateUsage]


def switch(group: Group, flag: str, text: str) -> None:
    group.add_argument(flag, action="store_true", help=text)


def add_reading(group: Group) -> None:
    switch(group, "--split-input-file", "treat the parts between `// -----` lines as programs")
    switch(
        group,
        "--verify-diagnostics",
        "print errors of parser, verifier and passes in place of the program, and exit with 0",
    )
    switch(group, "--allow-unregistered-dialect", "accept operations of unknown dialects")
    switch(group, "--no-implicit-module", "the text must itself hold the top-level module")
    switch(group, "--disable-verify", "do not verify, neither the input nor between passes")


def add_passes(group: Group, passes: PassFactories, helping: bool) -> None:
    group.add_argument(
        "-p",
        "--passes",
        metavar="PIPELINE",
        default="",
        help="passes to run, `name{option=value ..}` separated by commas; "
        "also any pass of xDSL, each of which is a flag too",
    )
    group.add_argument(
        RECIPE,
        metavar="FILE",
        help="map nests by the recipes in FILE: short for --sdfg-apply-recipes='recipe=\"FILE\"'",
    )
    for name, factory in passes.items():
        if not helping or not name.startswith("sdfg-"):
            continue
        made = factory()
        if taken := options(made):
            group.add_argument(f"--{name}", metavar=f"'{taken}'", help=summary(made))
        else:
            switch(group, f"--{name}", summary(made))


def add_watching(group: Group) -> None:
    switch(group, "--timing", "print seconds and number of operations per pass to stderr")
    switch(
        group,
        "--check-passes",
        "interpret each program before and after each pass on random inputs, and stop behind the "
        "first pass that changes a result",
    )
    group.add_argument("--check-seed", metavar="N", type=int, default=0, help="other random inputs")
    for when in ("before", "after"):
        group.add_argument(
            f"--print-ir-{when}",
            metavar="PASS[,PASS]",
            action="append",
            default=[],
            help=f"print the program {when} these passes to stderr",
        )
        switch(group, f"--print-ir-{when}-all", f"the same {when} every pass")


def add_printing(group: Group, targets: TargetFactories, helping: bool) -> None:
    known = ", ".join(targets)
    if helping:
        told = ((name, summary(make())) for name, make in targets.items())
        known = "; ".join(f"{name}: {text}" if text else name for name, text in told)
    group.add_argument(
        "-t", "--target", default="mlir", metavar="TARGET", help=f"what to print ({known})"
    )
    group.add_argument(
        "--print-analysis",
        metavar="NAME[,NAME]",
        help="print what these analyses say about the program, not the program (help: lists them)",
    )
    switch(group, "--print-op-generic", "print operations in MLIR's generic form")
    switch(group, "--print-debuginfo", "print source locations")
