"""Dependences against an enumeration of all that happens."""

from collections.abc import Iterator
from itertools import combinations

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from unit.choices import Drawn
from unit.random_loops import LoopsBuilder, Touch, nest_of, touches
from unit.text import parsed, printed

from sdfg.dialect.analysis.accesses import Access
from sdfg.dialect.analysis.dependences import Dependence, Dependences, LoopKind, resolution
from sdfg.dialect.analysis.distances import Distance
from sdfg.dialect.analysis.equations import common_loops
from sdfg.dialect.analysis.loops import Loop, LoopOp, loops_around


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


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_interchanged_loops_keep_the_order_of_conflicts(data: st.DataObject):
    nest = LoopsBuilder(Drawn(data.draw)).build()
    answer = Dependences.of(nest)
    touched = touches(nest, {"N": 3})
    chain = max((loops_around(t.access.scope) for t in touched), key=len, default=())
    if len(chain) < 2:
        return
    order = data.draw(st.permutations([x.parameter for x in chain]))
    note(f"{order} of {printed(nest)}")
    if not answer.may_interchange(order):
        return
    for a, b, distance in conflicts_of(touched):
        loops = common_loops(a.access, b.access)
        if resolution(a.access) == resolution(b.access) is not None:
            continue
        by_name = dict(zip([x.parameter for x in loops], distance, strict=True))
        moved = [by_name[n] for n in order if n in by_name]
        rest = [d for n, d in by_name.items() if n not in order]
        assert [*moved, *rest] >= [0] * len(distance), (a, b)


def interchanges(body: str, *order: str) -> bool:
    square = 'inout "A" %A: !sdfg.array<[N, N] x f32>'
    text = f"sdfg.sdfg @main [N] ({square}) {{ sdfg.state @s {{ {body} }} }}"
    return Dependences.of(nest_of(parsed(text))).may_interchange(order)


def copied(at: str, wcr: str = "", x: str = "0, 0") -> str:
    return f"sdfg.tasklet (%x = %A[{x}]) -> (%A[{at}]{wcr}) {{ sdfg.yield %x : f32 }}"


def test_interchange_asks_for_more_than_distances():
    both = "sdfg.for [i = 1:N] {{ sdfg.for [j = 1:N - 1] {{ {} }} }}"
    assert interchanges(both.format(copied("i, j", x="i - 1, j - 1")), "j", "i")
    assert not interchanges(both.format(copied("i, j", x="i - 1, j + 1")), "j", "i")
    # What stands in one loop only would run more often.
    node = copied("i, 0", x="i, 0")
    assert not interchanges(
        f"sdfg.for [i = 1:N] {{ {node} sdfg.for [j = 1:N] {{ {copied('i, j', x='i, j')} }} }}",
        "j",
        "i",
    )
    # The range of a triangle is over the outer parameter.
    assert not interchanges(
        f"sdfg.for [i = 1:N] {{ sdfg.for [j = 0:i] {{ {copied('i, j', x='i, j')} }} }}", "j", "i"
    )
    with pytest.raises(KeyError, match="'k'"):
        interchanges(both.format(node), "k", "i")


def test_promise_of_maps_is_taken_or_checked():
    text = (
        'sdfg.sdfg @main [N] (inout "A" %A: !sdfg.array<[N, N] x f32>) { sdfg.state @s {'
        f" sdfg.map [i = 1:N] {{ {copied('i, 0', x='i - 1, 0')} }} }} }}"
    )
    nest = nest_of(parsed(text))
    assert Dependences.of(nest).kind("i") == "carried"
    assert Dependences.of(nest, promised=True).kind("i") == "parallel"
