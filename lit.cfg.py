"""
lit: every `.mlir` under `test/` is a test; the tools come from the active environment.

`lit test` starts one process per command. pytest runs the same files in its own process, which is
some ten times faster (`test/test_lit.py`); both read the features below.
"""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import lit.formats

config: Any = globals()["config"]
config.name = "sdfg"
config.test_format = lit.formats.ShTest()
config.suffixes = [".mlir"]
config.excludes = ["Output", "Inputs"]
config.environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

# What a test may ask for with `// REQUIRES:`.
config.available_features.update(tool for tool in ("cc", "clang", "cmake") if shutil.which(tool))
config.available_features.update(name for name in ("torch", "torch_mlir") if find_spec(name))
