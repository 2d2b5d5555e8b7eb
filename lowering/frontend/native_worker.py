"""
The process that runs MLIR: `python -m sdfg.lowering.frontend.native_worker KIND PAYLOAD RESULT`.

It reads the job from the file PAYLOAD and writes RESULT, a JSON object that holds either
"linalg", the module as generic MLIR text with locations, or "problems", a list of lines for the
user. It prints the phase it is in to standard output, so that the parent can say where a crash or
a hang happened.
"""

import json
import sys
from pathlib import Path
from typing import Any

from sdfg.lowering.frontend.native_bindings import ir, onnx_importer
from sdfg.lowering.frontend.native_pipeline import LoweringError, report, said_by, to_linalg


def main(kind: str, payload: Path, result: Path) -> None:
    """Run one job; see the module's docstring."""
    try:
        context = ir.Context()
        report("read")
        module = _import_onnx(payload, context) if kind == "onnx" else _parse(payload, context)
        to_linalg(module, kind, lambda error: _refuse(error, result))
        report("print")
        result.write_text(json.dumps({"linalg": _text(module)}), encoding="utf-8")
    except LoweringError as error:
        _refuse(error, result)


def _refuse(error: LoweringError, result: Path) -> None:
    answer = {"phase": error.phase, "problems": error.problems}
    result.write_text(json.dumps(answer), encoding="utf-8")


def _parse(payload: Path, context: Any) -> Any:
    try:
        return ir.Module.parse(payload.read_bytes(), context)
    except ir.MLIRError as error:
        raise LoweringError("read", said_by(error)) from error


def _import_onnx(payload: Path, context: Any) -> Any:
    importer = onnx_importer()
    info = importer.ModelInfo(importer.onnx.load(payload))
    module = info.create_module(context=context)
    try:
        node_importer = importer.NodeImporter.define_function(info.main_graph, module.operation)
        node_importer.import_all()
    except (importer.OnnxImportError, ir.MLIRError, NotImplementedError) as error:
        raise LoweringError("read", (str(error),)) from error
    function = module.body.operations[0]
    function.attributes["sym_name"] = ir.StringAttr.get("main", context)
    return module


def _text(module: Any) -> str:
    return module.operation.get_asm(
        print_generic_op_form=True, enable_debug_info=True, use_local_scope=True
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
