"""ONNX Runtime, on the CPU."""

from sdfg.tools.bench.peers.peer import Ready, Task, arrays, required


class OnnxRuntime:
    """All optimisations; inputs and outputs bound once."""

    def __init__(self) -> None:
        self._library = required("onnxruntime")

    def prepare(self, task: Task) -> Ready:
        library = self._library
        options = library.SessionOptions()
        options.intra_op_num_threads = task.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        session = library.InferenceSession(
            str(task.model.onnx), options, providers=["CPUExecutionProvider"]
        )
        binding = session.io_binding()
        for name, array in task.model.inputs().items():
            binding.bind_ortvalue_input(name, library.OrtValue.ortvalue_from_numpy(array))
        for output in session.get_outputs():
            binding.bind_output(output.name)
        return Ready(
            lambda: session.run_with_iobinding(binding),
            lambda: arrays(binding.copy_outputs_to_cpu()),
            task.model.model_bytes,
        )
