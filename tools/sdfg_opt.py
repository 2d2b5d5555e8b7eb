"""`sdfg-opt`: parse, run passes, print. All it knows comes from `sdfg.universe` and xDSL."""

import argparse
import dataclasses
import difflib
import re
import sys
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import NoReturn

from xdsl.dialects import get_all_dialects
from xdsl.dialects.builtin import ModuleOp
from xdsl.parser import Parser
from xdsl.passes import PassPipeline
from xdsl.targets import get_all_targets
from xdsl.transforms import get_all_passes
from xdsl.utils.arg_spec import parse_pipeline
from xdsl.utils.exceptions import ArgSpecParseError, DiagnosticException, ParseError
from xdsl.utils.target import Target
from xdsl.xdsl_opt_main import xDSLOptMain

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.upstream import UPSTREAM_DIALECTS
from sdfg.tools.files import write_text
from sdfg.tools.instrumentation import Dump, Instrument, Timing, run_passes
from sdfg.tools.opt_arguments import add_arguments, spell_out
from sdfg.tools.terminal import FAILED, print_error, reporting, usage_error
from sdfg.universe import SDFG_UNIVERSE

DIALECTS = {**get_all_dialects(), **UPSTREAM_DIALECTS, **SDFG_UNIVERSE.all_dialects}
"""Ours win over those of the same name in xDSL. Each is loaded when its first op is parsed."""

PASSES = {**get_all_passes(), **SDFG_UNIVERSE.all_passes}


def _irdl_program() -> type[Target]:
    from sdfg.tools.irdl_target import IRDLProgramTarget

    return IRDLProgramTarget


TARGETS = {
    "mlir": get_all_targets()["mlir"],
    "mlir-for-irdl": _irdl_program,
    **SDFG_UNIVERSE.all_targets,
}
SEPARATOR = re.compile(r"^[ \t]*// -----[ \t]*(?:\n|$)", re.MULTILINE)


class SDFGOpt(xDSLOptMain):
    """xDSL's driver with our flags, errors for users, and instruments around each pass."""

    def __init__(self, arguments: Sequence[str]):
        self.helping = bool({"-h", "--help"} & set(arguments))
        super().__init__("Parse, run passes, print.", spell_out(arguments, PASSES))

    def register_all_dialects(self) -> None:
        for name, factory in DIALECTS.items():
            self.ctx.register_dialect(name, factory)

    def register_all_passes(self) -> None:
        self.available_passes.update(PASSES)

    def register_all_targets(self) -> None:
        self.available_targets.update(TARGETS)

    def register_all_arguments(self, arg_parser: argparse.ArgumentParser) -> None:
        add_arguments(arg_parser, PASSES, TARGETS, helping=self.helping)
        arg_parser.error = usage_error

    def setup_pipeline(self) -> None:
        try:
            specs = tuple(parse_pipeline(self.args.passes))
            for spec in specs:
                if spec.name not in PASSES:
                    unknown_pass(spec.name)
            self.pipeline = PassPipeline(tuple(PASSES[s.name]().from_spec(s) for s in specs))
        except (ArgSpecParseError, ValueError) as error:
            usage_error(f"in the pipeline '{self.args.passes}': {error}")

    def read(self) -> str:
        """The text to parse. Whatever the file is called, it is MLIR."""
        name = self.args.input_file
        data = sys.stdin.buffer.read() if name in (None, "-") else Path(name).read_bytes()
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise SDFGError(
                f"{self.get_input_name()}: is no MLIR text: byte {error.start} is not UTF-8\n"
                "hint: a model goes through `sdfg-compile --emit=linalg` first"
            ) from error

    def run(self) -> None:
        """Process all parts of the input, then write: a failure leaves no half-written output."""
        self.timing = Timing()
        text = self.about_dialect() or self.programs()
        if self.args.output_file is None:
            sys.stdout.write(text)
        else:
            write_text(Path(self.args.output_file), text)
        if self.args.timing:
            self.timing.report()

    def about_dialect(self) -> str | None:
        """What is asked for about the dialect or this tool itself, if anything."""
        if self.args.print_analysis == "help":
            from sdfg.tools.print_analysis import listing

            return listing()
        if self.args.emit_irdl:
            from sdfg.dialect.irdl_export import export

            return export(DIALECTS["sdfg"]())
        if self.args.emit_dialect_docs:
            from sdfg.dialect.documentation import markdown

            return markdown(DIALECTS["sdfg"]())
        if self.args.emit_pass_docs:
            from sdfg.tools.pass_documentation import markdown

            return markdown([load() for load in SDFG_UNIVERSE.all_passes.values()])
        return None

    def programs(self) -> str:
        """What the input becomes, part by part."""
        whole = self.read()
        parts = SEPARATOR.split(whole) if self.args.split_input_file else [whole]
        offsets = accumulate((part.count("\n") + 1 for part in parts[:-1]), initial=0)
        return "// -----\n".join(map(self.process, parts, offsets))

    def process(self, text: str, offset: int) -> str:
        """
        What one part of the input, which begins `offset` lines into the file, becomes.

        Under `--verify-diagnostics` that of its error, which otherwise is raised.
        """
        try:
            parser = Parser(self.ctx, text, self.get_input_name())
            module = parser.parse_module(not self.args.no_implicit_module)
            if not self.args.disable_verify:
                module.verify()
            self.apply_passes(module)
            return self.result(module)
        except (DiagnosticException, ParseError) as error:
            if isinstance(error, ParseError):
                error.span = dataclasses.replace(error.span, line_offset=offset)
            if self.args.verify_diagnostics:
                return f"{readable(error)}\n"
            raise

    def result(self, module: ModuleOp) -> str:
        """What is printed of a program that went through the passes."""
        if self.args.print_analysis is None:
            return self.output_resulting_program(module)
        from sdfg.tools.print_analysis import chosen, report

        return report(module, chosen(self.args.print_analysis))

    def apply_passes(self, prog: ModuleOp) -> None:
        instruments: list[Instrument] = [self.timing] if self.args.timing else []
        if (dump := self.dump()) is not None:
            instruments.append(dump)
        if self.args.check_passes:
            from sdfg.tools.check_passes import CheckPasses

            instruments.append(CheckPasses(self.args.check_seed))
        verify = not self.args.disable_verify
        run_passes(self.ctx, prog, self.pipeline.passes, instruments, verify=verify)

    def dump(self) -> Dump | None:
        """The instrument that the `--print-ir-..` flags ask for."""
        a = self.args
        before = frozenset(name for names in a.print_ir_before for name in names.split(","))
        after = frozenset(name for names in a.print_ir_after for name in names.split(","))
        for name in before | after:
            if name not in PASSES:
                unknown_pass(name)
        dump = Dump(
            None if a.print_ir_before_all else before,
            None if a.print_ir_after_all else after,
            a.print_debuginfo,
        )
        return None if dump == Dump(frozenset(), frozenset(), a.print_debuginfo) else dump


def unknown_pass(name: str) -> NoReturn:
    near = difflib.get_close_matches(name, PASSES, 1)
    hint = f"\nhint: did you mean '{near[0]}'?" if near else ""
    usage_error(f"unknown pass '{name}'{hint}")


def readable(error: Exception) -> str:
    """The message of an error with its notes, one a line."""
    return "\n".join([str(error), *getattr(error, "__notes__", [])])


@reporting
def main(arguments: Sequence[str] | None = None) -> None:
    """Run `sdfg-opt` on `arguments`, or on those of the process."""
    tool = SDFGOpt(sys.argv[1:] if arguments is None else arguments)
    try:
        tool.run()
    except (DiagnosticException, ParseError) as error:
        print_error(readable(error))
        sys.exit(FAILED)
