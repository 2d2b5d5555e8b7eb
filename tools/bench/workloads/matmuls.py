"""Products of square matrices, both of them inputs."""

from sdfg.tools.bench.workload import Workload

MATMULS = tuple(
    Workload(f"gemm-{n}", f"GEMM {n}", f"kernels:gemm_{n}", ("kernels", "gemm"))
    for n in (512, 1024, 2048)
)
