"""OpenVINO, on the CPU."""

from typing import Any

from sdfg.tools.bench.peers.peer import Ready, Task, arrays, required


class OpenVino:
    """Single precision, optimised for latency; input tensors share our memory."""

    def __init__(self) -> None:
        self._library = required("openvino")

    def prepare(self, task: Task) -> Ready:
        library = self._library
        configuration = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": task.threads,
            "NUM_STREAMS": 1,
        }
        model = library.Core().compile_model(str(task.model.onnx), "CPU", configuration)
        request: Any = model.create_infer_request()
        feed = task.model.inputs()  # stays alive with the results' closure
        for port, array in zip(model.inputs, feed.values(), strict=True):
            request.set_tensor(port, library.Tensor(array, shared_memory=True))

        def run() -> object:
            request.infer()
            return feed

        return Ready(
            run,
            lambda: arrays([request.get_tensor(port).data.copy() for port in model.outputs]),
            task.model.model_bytes,
        )
