"""Who runs the workloads, by name. A peer's library is imported in its worker only."""

from collections.abc import Mapping, Sequence

from sdfg.dialect.diagnostics import SDFGError
from sdfg.tools.bench.peers.peer import PeerEntry

OURS = "sdfg"

_PACKAGE = "sdfg.tools.bench.peers"

PEERS: Mapping[str, PeerEntry] = {
    entry.name: entry
    for entry in (
        PeerEntry(OURS, "sdfg", "sdfg", f"{_PACKAGE}.ours:Ours"),
        PeerEntry("onnxruntime", "ONNX Runtime", "ORT", f"{_PACKAGE}.onnx_runtime:OnnxRuntime"),
        PeerEntry("openvino", "OpenVINO", "OpenVINO", f"{_PACKAGE}.open_vino:OpenVino"),
        PeerEntry("iree", "IREE", "IREE", f"{_PACKAGE}.iree_cpu:Iree"),
        PeerEntry("torch", "torch eager", "eager", f"{_PACKAGE}.torch_eager:Eager"),
        PeerEntry("inductor", "inductor", "inductor", f"{_PACKAGE}.torch_inductor:Inductor"),
        PeerEntry(
            "inductor-max", "inductor, frozen", "frozen", f"{_PACKAGE}.torch_inductor:Frozen"
        ),
    )
}


def choose(names: Sequence[str]) -> tuple[PeerEntry, ...]:
    """
    The peers that `names` name, ours always and first; all if there are none.

    Raises `SDFGError` for a name that is unknown.
    """
    for name in names:
        if name not in PEERS:
            raise SDFGError(f"no peer '{name}'\nhint: the peers are {', '.join(PEERS)}")
    wanted = {OURS, *(names or PEERS)}
    return tuple(entry for entry in PEERS.values() if entry.name in wanted)
