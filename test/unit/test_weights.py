"""The weights store and its file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from safetensors import safe_open

from sdfg.dialect.diagnostics import SDFGError
from sdfg.dialect.weights import ALIGNMENT, Weight, Weights

RANDOM = np.random.default_rng(7)
ARRAYS: dict[str, Any] = {
    "plain": RANDOM.standard_normal((3, 5)).astype(np.float32),
    "a.b/ü": np.array(-3, np.int64),
    "mask": RANDOM.random(7) > 0.5,
    "empty": np.zeros((0, 3), np.float32),
    "half": RANDOM.standard_normal(100).astype(ml_dtypes.bfloat16),
    "transposed": RANDOM.standard_normal((8, 6)).T,
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "w.safetensors"
    Weights.of(ARRAYS).write(path)
    return path


def test_round_trip(file: Path):
    back = Weights.open(file)
    assert list(back) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert back[name].dtype == array.dtype
        np.testing.assert_array_equal(back[name], array)


def test_mapped_not_read(file: Path):
    array = Weights.open(file)["plain"]
    assert not array.flags.writeable
    assert not array.flags.owndata


def test_the_safetensors_library_reads_it(file: Path):
    opened: Any = safe_open(file, "numpy")
    with opened as reader:
        for name in ("plain", "a.b/ü", "mask", "empty", "transposed"):
            np.testing.assert_array_equal(reader.get_tensor(name), ARRAYS[name])


def test_every_array_is_aligned(file: Path):
    data = file.read_bytes()
    for name, offset in Weights.of(ARRAYS).offsets().items():
        assert offset % ALIGNMENT == 0
        raw = np.ascontiguousarray(ARRAYS[name]).tobytes()
        assert data[offset : offset + len(raw)] == raw


def test_same_bytes_twice(file: Path, tmp_path: Path):
    Weights.of(ARRAYS).write(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == file.read_bytes()


def test_arrays_are_produced_one_at_a_time(tmp_path: Path):
    asked: list[int] = []

    def weight(number: int) -> Weight:
        def load() -> np.ndarray[Any, Any]:
            asked.append(number)
            return np.full(4, number, np.int32)

        return Weight((4,), np.dtype(np.int32), load)

    weights = Weights({str(number): weight(number) for number in range(3)})
    assert weights.nbytes == 48
    assert asked == []
    weights.write(tmp_path / "w")
    assert asked == [0, 1, 2]


def test_failed_write_leaves_the_old_file(file: Path):
    before = file.read_bytes()

    def fail() -> np.ndarray[Any, Any]:
        raise RuntimeError("no data")

    with pytest.raises(RuntimeError):
        Weights({"w": Weight((4,), np.dtype(np.int32), fail)}).write(file)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_wrong_array_is_not_written(tmp_path: Path):
    wrong = Weight((4,), np.dtype(np.int32), lambda: np.zeros(3, np.int32))
    with pytest.raises(ValueError, match=r"announced as int32\[4\], got int32\[3\]"):
        Weights({"w": wrong}).write(tmp_path / "w")


@pytest.mark.parametrize(
    ("array", "name", "message"),
    [
        (np.array(["text"]), "w", "cannot be stored"),
        (np.zeros(3), "__w", "reserved"),
    ],
)
def test_unwritable(tmp_path: Path, array: Any, name: str, message: str):
    with pytest.raises(SDFGError, match=message):
        Weights.of({name: array}).write(tmp_path / "w")


def test_folder_that_does_not_exist(tmp_path: Path):
    with pytest.raises(SDFGError, match="cannot write the weights"):
        Weights.of(ARRAYS).write(tmp_path / "no" / "w")
    with pytest.raises(SDFGError, match="cannot read the weights"):
        Weights.open(tmp_path / "no")


def _with_header(change: Callable[[dict[str, Any]], None]) -> Callable[[bytes], bytes]:
    def apply(data: bytes) -> bytes:
        size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + size])
        change(header)
        text = json.dumps(header).encode()
        return len(text).to_bytes(8, "little") + text + data[8 + size :]

    return apply


CORRUPTIONS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "no header": lambda data: data[:5],
    "truncated": lambda data: data[:-1],
    "longer": lambda data: data + b"x",
    "huge header": lambda data: b"\xff" * 8 + data[8:],
    "no JSON": lambda data: data[:8] + b"x" + data[9:],
    "dtype": _with_header(lambda header: header["plain"].update(dtype="F31")),
    "shape": _with_header(lambda header: header["plain"].update(shape=[3, 6])),
    "negative": _with_header(lambda header: header["plain"].update(shape=[-3, -5])),
    "overlap": _with_header(lambda header: header["mask"].update(data_offsets=[0, 7])),
    "entry": _with_header(lambda header: header.update(plain=3)),
}


@pytest.mark.parametrize("corrupt", CORRUPTIONS.values(), ids=CORRUPTIONS.keys())
def test_corrupt_file(file: Path, corrupt: Callable[[bytes], bytes]):
    file.write_bytes(corrupt(file.read_bytes()))
    with pytest.raises(SDFGError, match="corrupt weights file"):
        Weights.open(file)
