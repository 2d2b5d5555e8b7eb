"""Single operations."""

from sdfg.tools.bench.workload import Workload

_KERNELS = (
    ("conv3x3", "conv 3x3, 64 x 56 x 56", "conv3x3"),
    ("attention", "attention, 12 heads 128 x 64", "attention"),
    ("softmax", "softmax 1024 x 1024", "softmax"),
    ("layernorm", "layer norm 512 x 768", "layernorm"),
    ("gelu-chain", "gelu(x*a+b), 16 M elements", "gelu_chain"),
    ("row-sums", "row sums 4096 x 4096", "row_sums"),
    ("transpose", "transpose 4096 x 4096", "transpose"),
)

KERNELS = tuple(
    Workload(name, title, f"kernels:{function}", ("kernels",)) for name, title, function in _KERNELS
)
