"""A slice of the broken files: `python -m fuzz files` runs many more."""

from onnx import ModelProto
from unit.choices import Seeded

from fuzz import campaign
from fuzz.breaking import FAULTS
from fuzz.broken_files import FILES, base_file, make


def test_broken_files_are_refused_in_time() -> None:
    failures = campaign.run(FILES, range(100), jobs=2, shrink=False)
    assert not failures


def test_every_fault_breaks_every_base() -> None:
    """They need not be readable, but must be made without an error."""
    for number, fault in enumerate(FAULTS):
        for base in range(8):
            model = ModelProto.FromString(base_file(base))
            fault(Seeded(number), model)


def test_seeds_give_the_same_file() -> None:
    assert make(5) == make(5)
    assert make(5).data() == make(5).data()
