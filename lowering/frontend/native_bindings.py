"""
MLIR's Python bindings as `iree.compiler` ships them: without type information, so they enter
here as `Any`.
"""

from importlib import import_module
from typing import Any

ir: Any = import_module("iree.compiler.ir")
passmanager: Any = import_module("iree.compiler.passmanager")


def onnx_importer() -> Any:
    """IREE's ONNX importer; loaded on demand, since it imports `onnx`."""
    return import_module("iree.compiler.extras.onnx_importer")
