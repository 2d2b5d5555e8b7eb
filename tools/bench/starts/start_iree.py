"""A result from IREE: `MODEL` is a compiled module, `INPUTS` an `.npz` file."""

import os
import sys
from importlib import import_module
from typing import Any

import numpy as np


def main() -> None:
    model, inputs, threads = sys.argv[1:]
    library: Any = import_module("iree.runtime")
    library.flags.parse_flags(f"--task_topology_group_count={threads}")
    context = library.SystemContext(config=library.Config("local-task"))
    context.add_vm_module(library.VmModule.mmap(context.instance, model))
    (module,) = (m for name, m in context.modules.items() if name != "hal")
    result = module["main_graph"](*np.load(inputs).values())
    first: Any = result[0] if type(result) in (list, tuple) else result
    os.write(1, f"{first.to_host().shape}\n".encode())


if __name__ == "__main__":
    main()
