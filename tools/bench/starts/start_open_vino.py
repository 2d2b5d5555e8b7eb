"""A result from OpenVINO: `MODEL` is an ONNX file, `INPUTS` an `.npz` file."""

import os
import sys
from importlib import import_module
from typing import Any

import numpy as np


def main() -> None:
    model, inputs, threads = sys.argv[1:]
    library: Any = import_module("openvino")
    configuration = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": int(threads),
    }
    compiled = library.Core().compile_model(model, "CPU", configuration)
    results = compiled([*np.load(inputs).values()])
    os.write(1, f"{len(results)}\n".encode())


if __name__ == "__main__":
    main()
