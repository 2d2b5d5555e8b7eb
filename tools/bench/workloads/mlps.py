"""Small networks, in which the cost of calls and of threads shows."""

from sdfg.tools.bench.workload import Workload

MLPS = (
    Workload("mlp-1", "MLP 784-512-512-10, batch 1", "mlp:mlp_1", ("models", "mlp"), startup=True),
    Workload("mlp-128", "MLP 784-512-512-10, batch 128", "mlp:mlp_128", ("models", "mlp")),
)
