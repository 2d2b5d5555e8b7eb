"""Dependences against an enumeration of all that happens."""

from collections.abc import Iterator
from itertools import combinations

from hypothesis import given, note, settings
from hypothesis import strategies as st
from unit.choices import Drawn
from unit.random_loops import LoopsBuilder, Touch, touches
from unit.text import printed

from sdfg.dialect.analysis.accesses import Access
from sdfg.dialect.analysis.dependences import Dependence, Dependences, LoopKind, resolution
from sdfg.dialect.analysis.distances import Distance
from sdfg.dialect.analysis.equations import common_loops
from sdfg.dialect.analysis.loops import Loop, LoopOp


def conflicts_of(happened: list[Touch]) -> Iterator[tuple[Touch, Touch, tuple[int, ...]]]:
    """Pairs that touch one element, one of them writing, with the distance between them."""
    places: dict[tuple[object, object], list[Touch]] = {}
    for touch in happened:
        places.setdefault((touch.access.root, touch.element), []).append(touch)
    for met in places.values():
        for a, b in combinations(met, 2):
            if a.access.writes or b.access.writes:
                depth = len(common_loops(a.access, b.access))
                pairs = zip(a.iteration[:depth], b.iteration[:depth], strict=True)
                yield a, b, tuple(y - x for x, y in pairs)


def key(access: Access) -> tuple[object, ...]:
    return access.node, access.operand, access.writes


def matches(dependence: Dependence, a: Touch, b: Touch, distance: tuple[int, ...]) -> bool:
    same = key(dependence.source) == key(a.access) and key(dependence.sink) == key(b.access)
    return same and all(map(has_sign, dependence.distance, distance))


def has_sign(said: Distance, real: int) -> bool:
    if isinstance(said, int):
        return said == real
    return said == "*" or (real > 0 if said == "+" else real < 0)


def check(nest: LoopOp) -> None:
    answer = Dependences.of(nest)
    assert all(d.exact for d in answer.all), "every index is affine"
    kinds: dict[Loop, LoopKind] = {}
    for a, b, distance in conflicts_of(touches(nest, {"N": 3})):
        if not any(distance) and a.access.node is b.access.node:
            continue
        assert any(matches(d, a, b, distance) for d in answer.all), (a, b)
        loops = common_loops(a.access, b.access)
        carrier = next((x for x, d in zip(loops, distance, strict=True) if d), None)
        if carrier is not None and kinds.get(carrier) != "carried":
            ways = {resolution(a.access), resolution(b.access)}
            kinds[carrier] = "reduction" if len(ways) == 1 and ways != {None} else "carried"
    assert {x: answer.kind_of(x) for x in answer.loops} == {
        x: kinds.get(x, "parallel") for x in answer.loops
    }


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_dependences_are_those_that_happen(data: st.DataObject):
    nest = LoopsBuilder(Drawn(data.draw)).build()
    note(printed(nest))
    check(nest)


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_dependences_hold_for_all_sizes(data: st.DataObject):
    nest = LoopsBuilder(Drawn(data.draw), symbols=True).build()
    note(printed(nest))
    answer = Dependences.of(nest)
    for size in (1, 4):
        for a, b, distance in conflicts_of(touches(nest, {"N": size})):
            if any(distance) or a.access.node is not b.access.node:
                assert any(matches(d, a, b, distance) for d in answer.all), (a, b)
