"""
A process that loads IRDL into MLIR and tells what MLIR makes of programs.

MLIR may crash on a wrong program, so it never runs within pytest. Reads from stdin as JSON
`{"irdl": text, "traits": {operation: [trait, ...]}, "programs": [text, ...]}` and writes as JSON a
list with `[true, generic text]` or `[false, message]` per program.
"""

import json
import sys
from importlib import import_module
from typing import Any


def answer(request: dict[str, Any]) -> list[tuple[bool, str]]:
    mlir: Any = import_module("torch_mlir.ir")
    irdl: Any = import_module("torch_mlir.dialects.irdl")
    with mlir.Context() as context, mlir.Location.unknown():
        context.allow_unregistered_dialects = True  # `test.op` holds attributes in tests
        irdl.load_dialects(mlir.Module.parse(request["irdl"]))
        for operation, traits in request["traits"].items():
            for trait in traits:
                getattr(mlir, f"{trait}Trait").attach(operation)
        return [parsed(mlir, program) for program in request["programs"]]


def parsed(mlir: Any, program: str) -> tuple[bool, str]:
    """The program in generic form, or what is wrong with it."""
    try:
        module = mlir.Module.parse(program)
        text = module.operation.get_asm(
            print_generic_op_form=True, enable_debug_info=True, use_local_scope=True
        )
    except mlir.MLIRError as error:
        return False, str(error)
    return True, text


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
