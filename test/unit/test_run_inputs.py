"""What `sdfg-run` makes of `--input`, `--size`, `--range`."""

from pathlib import Path

import numpy as np
import pytest

from sdfg.backends.runtime_interface import Value
from sdfg.dialect.diagnostics import SDFGError
from sdfg.tools.run_inputs import (
    complete_sizes,
    parse_ranges,
    parse_sizes,
    random_array,
    read_arrays,
)

IMAGE = Value("image", "float32", ("batch", "3", "2*side"))
IDS = Value("ids", "int64", ("batch", "seq"))


def test_sizes_come_from_flags_then_arrays_then_one(rng: np.random.Generator):
    arrays = {"ids": rng.integers(0, 9, (5, 7))}
    assert complete_sizes([IMAGE, IDS], arrays, {"side": 4}) == {"batch": 5, "seq": 7, "side": 4}
    assert complete_sizes([IMAGE, IDS], {}, {"seq": 2}) == {"batch": 1, "seq": 2, "side": 1}


def test_random_arrays_follow_the_interface(rng: np.random.Generator):
    sizes = {"batch": 2, "side": 5, "seq": 300}
    image = random_array(IMAGE, sizes, rng)
    assert (image.shape, image.dtype) == ((2, 3, 10), np.float32)
    assert np.unique(image).size == image.size
    ids = random_array(IDS, sizes, rng, (4, 6))
    assert (ids.shape, set(ids.flat)) == ((2, 300), {4, 5})
    mask = random_array(Value("mask", "bool", ("seq",)), sizes, rng)
    assert set(mask.flat) == {True, False}
    assert random_array(Value("s0", "int64", (), symbol="seq"), sizes, rng) == 300


def test_files_are_read(tmp_path: Path, rng: np.random.Generator):
    image, ids = rng.standard_normal((1, 3, 8)), rng.integers(0, 9, (1, 4))
    np.save(tmp_path / "image.npy", image)
    np.savez(tmp_path / "all.npz", ids=ids)
    read = read_arrays([f"image={tmp_path}/image.npy", f"{tmp_path}/all.npz"], ["image", "ids"])
    assert np.array_equal(read["image"], image)
    assert np.array_equal(read["ids"], ids)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("picture=x.npy", "picture: no input of this model\nhint: it has image, ids"),
        ("x.npy", "'x.npy': which input?\nhint: write --input image=x.npy"),
        ("image=nowhere.npy", "nowhere.npy: no such file"),
        ("nowhere.npz", "nowhere.npz: no such file"),
    ],
)
def test_wrong_inputs_are_named(text: str, message: str):
    with pytest.raises(SDFGError) as caught:
        read_arrays([text], ["image", "ids"])
    assert str(caught.value).startswith(message)


def test_what_is_no_numpy_file_is_refused(tmp_path: Path):
    path = tmp_path / "image.npy"
    path.write_text("not an array")
    with pytest.raises(SDFGError, match="no NumPy file"):
        read_arrays([f"image={path}"], ["image"])


@pytest.mark.parametrize("text", ["batch", "batch=", "batch=-1", "=4", "batch=many"])
def test_wrong_sizes_are_named(text: str):
    with pytest.raises(SDFGError, match="is no size"):
        parse_sizes([text])


def test_unknown_sizes_are_named():
    with pytest.raises(SDFGError, match="bacth: no size of this model\nhint: it has batch, seq"):
        complete_sizes([IDS], {}, {"bacth": 2})


@pytest.mark.parametrize("text", ["ids", "ids=3", "ids=5:5", "ids=a:b"])
def test_wrong_ranges_are_named(text: str):
    with pytest.raises(SDFGError, match="is no range"):
        parse_ranges([text], ["ids"])
    with pytest.raises(SDFGError, match="no input of this model"):
        parse_ranges(["idx=0:4"], ["ids"])
