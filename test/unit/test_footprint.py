"""Footprints against an enumeration of all that happens."""

from collections.abc import Iterator, Sequence

from hypothesis import given, note, settings
from hypothesis import strategies as st
from unit.choices import Drawn
from unit.random_loops import LoopsBuilder, Touch, touches
from unit.text import printed

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.footprint import ByRoot, Footprints
from sdfg.dialect.analysis.loops import Loop, LoopOp, loops_around


def runs(happened: Sequence[Touch], loop: Loop) -> Iterator[tuple[dict[str, int], list[Touch]]]:
    """What happens in each iteration of `loop`, with the values of the parameters up to it."""
    found: dict[tuple[int, ...], list[Touch]] = {}
    names: list[str] = []
    for touch in happened:
        around = loops_around(touch.access.scope)
        if loop in around:
            depth = around.index(loop) + 1
            names = [x.parameter for x in around[:depth]]
            found.setdefault(touch.iteration[:depth], []).append(touch)
    for at, inside in found.items():
        yield dict(zip(names, at, strict=True)), inside


def agrees(answer: ByRoot, happened: Sequence[Touch], values: dict[str, int]) -> None:
    for root, footprint in answer.items():
        here = [touch for touch in happened if touch.access.root is root]
        elements = len({touch.element[-1] for touch in here})
        said = [symbolic.evaluate(e, values) for e in (footprint.elements, footprint.accesses)]
        real = [elements, len(here)]
        if here and footprint.exact:
            assert said == real, root
        assert all(s >= r for s, r in zip(said, real, strict=True)), root


def check(nest: LoopOp, sizes: dict[str, int]) -> None:
    answer = Footprints.of(nest)
    happened = touches(nest, sizes)
    around = {loop for touch in happened for loop in loops_around(touch.access.scope)}
    if len(around) < len(answer.by_loop):
        return  # A loop that never runs.
    agrees(answer.whole, happened, sizes)
    for loop, by_root in answer.by_loop.items():
        for at, inside in runs(happened, loop):
            agrees(by_root, inside, {**sizes, **at})


@settings(deadline=None, max_examples=80)
@given(st.data())
def test_footprints_are_what_is_touched(data: st.DataObject):
    nest = LoopsBuilder(Drawn(data.draw), symbols=True).build()
    note(printed(nest))
    check(nest, {"N": data.draw(st.sampled_from((4, 2, 5)))})
