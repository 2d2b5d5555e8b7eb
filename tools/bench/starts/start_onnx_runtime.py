"""A result from ONNX Runtime: `MODEL` is an ONNX file, `INPUTS` an `.npz` file."""

import os
import sys
from importlib import import_module
from typing import Any

import numpy as np


def main() -> None:
    model, inputs, threads = sys.argv[1:]
    library: Any = import_module("onnxruntime")
    options = library.SessionOptions()
    options.intra_op_num_threads = int(threads)
    session = library.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    results = session.run(None, dict(np.load(inputs)))
    os.write(1, f"{len(results)}\n".encode())


if __name__ == "__main__":
    main()
