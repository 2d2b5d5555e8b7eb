"""
Load a compiled model and call it.

    with CompiledModel.load("model.json") as model:
        y = model(x)                    # NumPy in, NumPy out; torch in, torch out; nothing copied
"""

import ctypes
import mmap
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, cast

import numpy as np

from sdfg.backends.runtime_arrays import Binder, is_tensor, overlapping
from sdfg.backends.runtime_interface import Interface, Value
from sdfg.backends.runtime_shapes import Shape, ShapeSolver, Sizes
from sdfg.dialect.diagnostics import SDFGError

_MOST_SIZES = 4096
"""Combinations of shapes whose sizes are remembered."""


class CompiledModel:
    """
    A compiled model, ready to run.

    Calls are safe from several threads; those of one model run one after the other, since each
    uses all threads of the model. `clone` gives a second one that runs at the same time.
    """

    def __init__(self, library: "_Library", threads: int) -> None:
        """Use `load`."""
        self.interface = library.interface
        self._library = library
        self._threads = threads
        self._lock = Lock()
        self._context: ctypes.c_void_p | None = None
        self._context = library.init(threads)
        inputs, outputs = self.interface.inputs, self.interface.outputs
        self._inputs = tuple(Binder(value, "input") for value in inputs)
        self._outputs = tuple(Binder(value, "output") for value in outputs)
        self._passed = tuple(value.symbol is None for value in inputs)
        self._solver = ShapeSolver.of(self.interface)
        self._sizes: dict[tuple[Shape, ...], Sizes] = {}
        self._late = (0,) * len(self.interface.late)
        """What sizes that data decides were in the last run."""

    @staticmethod
    def load(path: str | Path, *, threads: int = 0) -> "CompiledModel":
        """
        The model whose interface file is `path`, or the only one in the folder `path`.

        `threads` is how many each call uses; 0 leaves it to `SDFG_NUM_THREADS` or
        `OMP_NUM_THREADS`, else all cores that the process may use. Raises `SDFGError` if a file is
        missing or does not fit the others.
        """
        return CompiledModel(_Library(_interface_file(Path(path))), threads)

    def clone(self, *, threads: int | None = None) -> "CompiledModel":
        """The same model with a context of its own; code and weights are shared."""
        return CompiledModel(self._library, self._threads if threads is None else threads)

    def __call__(self, *inputs: Any, out: Any = None, **named: Any) -> Any:
        """
        Run the model on inputs in order, by name, or as one mapping from names.

        Returns the output, a tuple of them if there is more than one: torch tensors if an input
        is one, NumPy arrays otherwise. Inputs are read where they lie, unless they are not
        contiguous. `out` gives the array for the output, or a sequence of them; they must not
        overlap with each other or an input. Raises `SDFGError` for inputs that do not fit.
        """
        if named or (len(inputs) == 1 and isinstance(inputs[0], Mapping)):
            inputs = self._ordered(inputs, named)
        single = len(self._outputs) == 1
        given = None if out is None else ((out,) if single and not _is_list(out) else tuple(out))
        results = self.run(inputs, given)
        return results[0] if single else results

    def run(self, inputs: Sequence[Any], out: Sequence[Any] | None = None) -> tuple[Any, ...]:
        """The same with the inputs in order, and all outputs as a tuple."""
        while True:
            bound = self.bind(inputs, out)
            try:
                bound()
            except SDFGError:
                # Sizes that data decides are those of the last run, until this one reports others.
                if out is not None or not bound.reports_others():
                    raise
                self._late = bound.reported
            else:
                return bound.outputs

    def bind(self, inputs: Sequence[Any], out: Sequence[Any] | None = None) -> "BoundCall":
        """
        The model on these arrays, to be called again and again without looking at them.

        Inputs that the model updates are written by each call. Whoever changes the content of an
        input (not the array itself, and not one that had to be copied, because it was not
        contiguous) gives the next call other numbers. Raises `SDFGError` for inputs that do not
        fit. Sizes of outputs that data decides are taken from the last run; a call fails where they
        are others.
        """
        if len(inputs) != len(self._inputs):
            names = ", ".join(f"'{v.name}' {v}" for v in self.interface.inputs)
            raise SDFGError(
                f"{len(inputs)} inputs given, but '{self.interface.prefix}' takes "
                f"{len(self._inputs)}: {names}"
            )
        addresses: list[int] = []
        shapes: list[Shape] = []
        alive: list[object] = []  # what is only referenced by address must live until the end
        for binder, value, passed in zip(self._inputs, inputs, self._passed, strict=True):
            if passed:
                address, shape, owner = binder.bind_input(value)
                addresses.append(address)
                alive.append(owner)
            else:
                shape = (_symbol_value(binder.value, value),)
            shapes.append(shape)
        key = tuple(shapes)
        self._check_updated(addresses, key)
        late = self._late
        sizes = self._sizes.get((*key, late)) or self._solve(key, late)
        if out is None:
            tensors = any(is_tensor(value) for value in inputs)
            results = self._allocate(sizes, addresses, tensors)
        else:
            results = self._use(out, sizes, addresses, key)
        report = np.full(len(late), -1, np.int64)
        if late:
            addresses.append(report.ctypes.data)
        arguments = (*addresses, *sizes.symbols)
        return BoundCall(self._call, arguments, results, alive, late, report)

    def _call(self, arguments: tuple[int, ...]) -> None:
        with self._lock:
            if self._context is None:
                raise SDFGError(f"the model '{self.interface.prefix}' is closed")
            status = self._library.run(self._context, *arguments)
            if status != 0:
                raise SDFGError(self._library.message(self._context, status))

    def close(self) -> None:
        """Give back the memory of the context. The model cannot be called afterwards."""
        with self._lock:
            context, self._context = self._context, None
            if context is not None:
                self._library.exit(context)

    def __enter__(self) -> "CompiledModel":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_context", None) is not None:
            self.close()

    def _ordered(self, inputs: tuple[Any, ...], named: Mapping[str, Any]) -> tuple[Any, ...]:
        names = [value.name for value in self.interface.inputs]
        given: dict[str, Any] = dict(zip(names, inputs, strict=False))
        if len(inputs) == 1 and isinstance(inputs[0], Mapping):
            given = dict(cast(Mapping[str, Any], inputs[0]))
        given.update(named)
        unknown = [f"'{name}'" for name in given if name not in names]
        missing = [f"'{name}'" for name in names if name not in given]
        if unknown or missing:
            facts = [f"no input {', '.join(unknown)}"] if unknown else []
            facts += [f"no value for {', '.join(missing)}"] if missing else []
            raise SDFGError(f"the model '{self.interface.prefix}': {' and '.join(facts)}")
        return tuple(given[name] for name in names)

    def _solve(self, key: tuple[Shape, ...], late: tuple[int, ...]) -> Sizes:
        sizes = self._solver.solve(key, late)
        if len(self._sizes) >= _MOST_SIZES:
            self._sizes.clear()
        self._sizes[*key, late] = sizes
        return sizes

    def _allocate(self, sizes: Sizes, addresses: list[int], tensors: bool) -> tuple[Any, ...]:
        results: list[Any] = []
        for binder, shape in zip(self._outputs, sizes.outputs, strict=True):
            result, address = binder.new_output(shape, tensor=tensors)
            results.append(result)
            addresses.append(address)
        return tuple(results)

    def _check_updated(self, addresses: list[int], shapes: tuple[Shape, ...]) -> None:
        """Raises `SDFGError` where an input that the model updates overlaps with another."""
        if not any(value.updated for value in self.interface.inputs):
            return
        passed = [(b, s) for b, s, p in zip(self._inputs, shapes, self._passed, strict=True) if p]
        entries = [(b, (a, b.bytes_of(s))) for a, (b, s) in zip(addresses, passed, strict=True)]
        read = [(b, e) for b, e in entries if not b.value.updated]
        written = [(b, e) for b, e in entries if b.value.updated]
        pair = overlapping([e for _, e in written], [e for _, e in read])
        if pair is not None:
            name, other = written[pair[0]][0].value.name, [*read, *written][pair[1]][0].value.name
            raise SDFGError(
                f"the array for '{name}', which is updated, overlaps with that of '{other}'\n"
                "hint: give an array of its own"
            )

    def _use(
        self, out: Sequence[Any], sizes: Sizes, addresses: list[int], shapes: tuple[Shape, ...]
    ) -> tuple[Any, ...]:
        if len(out) != len(self._outputs):
            raise SDFGError(f"{len(out)} arrays given as out, but {len(self._outputs)} are written")
        passed = [(b, s) for b, s, p in zip(self._inputs, shapes, self._passed, strict=True) if p]
        read = [(a, b.bytes_of(s)) for a, (b, s) in zip(addresses, passed, strict=True)]
        written: list[tuple[int, int]] = []
        for binder, array, shape in zip(self._outputs, out, sizes.outputs, strict=True):
            written.append((binder.bind_output(array, shape)[0], binder.bytes_of(shape)))
        if (pair := overlapping(written, read)) is not None:
            names = [b.value.name for b, _ in passed] + [b.value.name for b in self._outputs]
            raise SDFGError(
                f"the array for output '{self._outputs[pair[0]].value.name}' overlaps "
                f"with that of '{names[pair[1]]}'\nhint: give an array of its own"
            )
        addresses.extend(address for address, _ in written)
        return tuple(out)


@dataclass(frozen=True)
class BoundCall:
    """Call it: the model runs on the arrays that it was bound to."""

    _run: Callable[[tuple[int, ...]], None]
    _arguments: tuple[int, ...]
    outputs: tuple[Any, ...]
    """What every call writes."""
    _alive: list[object]
    """The inputs, of which the call knows only addresses."""
    _guess: tuple[int, ...]
    """Sizes of the outputs that data decides, as they were allocated."""
    _report: Any
    """What they are; -1 until a run has got so far."""

    def __call__(self) -> None:
        self._run(self._arguments)

    @property
    def reported(self) -> tuple[int, ...]:
        """The sizes that data decided."""
        return tuple(self._report.tolist())

    def reports_others(self) -> bool:
        """Whether a run found other sizes than those of the outputs."""
        return -1 not in self.reported and self.reported != self._guess


class _Library:
    """A loaded shared library and its mapped weights, shared by contexts."""

    def __init__(self, file: Path) -> None:
        self.interface = Interface.from_json(_read(file), str(file))
        self.run: Any
        functions = _open(file.parent / self.interface.library)
        try:
            prefix = self.interface.prefix
            self._init = functions[f"{prefix}_init"]
            self.run = functions[f"{prefix}_run"]
            self.exit = functions[f"{prefix}_exit"]
            self._message = functions[f"{prefix}_message"]
        except AttributeError as error:
            raise SDFGError(f"{file}: the library does not fit: {error}") from error
        pointer, integer = ctypes.c_void_p, ctypes.c_int64
        arrays = len(self.interface.outputs)
        arrays += sum(value.symbol is None for value in self.interface.inputs)
        arrays += bool(self.interface.late)
        self._init.argtypes = [ctypes.POINTER(pointer), pointer, ctypes.c_size_t, ctypes.c_int]
        symbols = len(self.interface.symbols)
        self.run.argtypes = [pointer, *[pointer] * arrays, *[integer] * symbols]
        self.exit.argtypes, self.exit.restype = [pointer], None
        self._message.argtypes, self._message.restype = [pointer], ctypes.c_char_p
        self._weights = None
        if self.interface.weights is not None:
            self._weights = _map(file.parent / self.interface.weights)

    def init(self, threads: int) -> ctypes.c_void_p:
        """A new context. Raises `SDFGError` with the message of the model."""
        context = ctypes.c_void_p()
        weights = self._weights
        address, size = (None, 0) if weights is None else (weights.ctypes.data, weights.size)
        status = self._init(ctypes.byref(context), address, size, threads)
        if status != 0:
            message = self.message(context, status)
            if context:
                self.exit(context)
            raise SDFGError(message)
        return context

    def message(self, context: ctypes.c_void_p, status: int) -> str:
        """What went wrong, after a status that is not 0."""
        text: bytes = self._message(context)
        return f"{self.interface.prefix}: {text.decode(errors='replace')} (status {status})"


def _interface_file(path: Path) -> Path:
    if not path.is_dir():
        return path
    found = sorted(path.glob("*.json"))
    if len(found) != 1:
        names = ", ".join(file.name for file in found) or "none"
        raise SDFGError(
            f"{path}: one interface file (.json) is expected in the folder, found: {names}\n"
            "hint: name the file"
        )
    return found[0]


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a text"
        raise SDFGError(f"{file}: cannot be read ({reason})") from error


def _open(library: Path) -> ctypes.CDLL:
    """
    Load a library as it is now.

    The dynamic linker takes equal paths for equal libraries, although the file may have been
    compiled anew: a link of a new name makes it look at the file itself.
    """
    if not library.exists():
        raise SDFGError(f"{library}: the library is missing\nhint: compile the model again")
    try:
        with tempfile.TemporaryDirectory(prefix="sdfg-load-") as folder:
            link = Path(folder) / library.name
            link.symlink_to(library.absolute())
            return ctypes.CDLL(str(link))
    except OSError as error:
        raise SDFGError(f"{library}: cannot be loaded ({error})") from error


def _map(weights: Path) -> Any:
    """The bytes of a file, mapped: read when they are used, and shared between processes."""
    try:
        with weights.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise SDFGError(f"{weights}: the weights cannot be read ({error})") from error
    return np.frombuffer(mapped, np.uint8)


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def _symbol_value(value: Value, given: Any) -> int:
    """The value of an input that is a symbol: a Python integer or an array of one integer."""
    try:
        number = int(given)
    except (TypeError, ValueError):
        number = None
    if number is None or number != given or not -(2**63) <= number < 2**63:
        raise SDFGError(f"input '{value.name}': expected an integer, got {given!r}")
    return number
