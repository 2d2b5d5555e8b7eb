"""
Ensembles of trees of `ai.onnx.ml`, in all their versions.

All samples walk down all trees at once, one level per step; leaves lead to themselves. What the
leaves hold is looked up at the end and put together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_load import label
from sdfg.lowering.frontend.onnx_ml_linear import (
    class_labels,
    give_labels,
    give_scores,
    highest,
    side_by_side,
    transformed,
)
from sdfg.lowering.frontend.onnx_terms import Term, constant, integers, required

Array = np.ndarray[Any, Any]
_FLOAT, _BOOL, _INT64 = TensorProto.FLOAT, TensorProto.BOOL, TensorProto.INT64
_MODES = ("LEQ", "LT", "GTE", "GT", "EQ", "NEQ", "MEMBER")
_LEAF = len(_MODES)
_MEMBER = _MODES.index("MEMBER")
_COMPARE: Mapping[int, Callable[[Term, Term], Term]] = {
    0: lambda x, split: x <= split,
    1: lambda x, split: x < split,
    2: lambda x, split: x >= split,
    3: lambda x, split: x > split,
    4: lambda x, split: x.equals(split),
    5: lambda x, split: x.equals(split).apply("Not"),
}
_AGGREGATES = ("AVERAGE", "SUM", "MIN", "MAX")
_TRANSFORMS = ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT")


@dataclass(frozen=True)
class _Node:
    """A node of a tree; `yes` and `no` are numbers of nodes, its own for a leaf."""

    mode: int
    yes: int
    no: int
    feature: int = 0
    split: float = 0.0
    nan_is_yes: bool = False
    weights: tuple[tuple[int, float], ...] = ()
    """Of a leaf: targets with what it adds to them."""


@dataclass
class _Forest:
    """All trees of an ensemble."""

    place: str
    """What messages call it."""
    nodes: list[_Node] = field(default_factory=list[_Node])
    roots: list[int] = field(default_factory=list[int])

    def depth(self) -> int:
        """The largest number of decisions. Raises `SDFGError` for circles and wrong numbers."""
        level, depth = set(self.roots), 0
        while True:
            if any(not 0 <= number < len(self.nodes) for number in level):
                raise SDFGError(f"{self.place}: a branch leads to a node that is not there")
            inner = [self.nodes[number] for number in level if self.nodes[number].mode != _LEAF]
            if not inner:
                return depth
            level, depth = {number for node in inner for number in (node.yes, node.no)}, depth + 1
            if depth > len(self.nodes):
                raise SDFGError(f"{self.place}: the nodes of a tree form a circle")

    def table(self, value: Callable[[_Node], Any], dtype: Any) -> Array:
        return np.array([value(node) for node in self.nodes], dtype)

    def leaves(self, targets: int, fill: float, dtype: Any) -> Array:
        """What each node adds to each target; `fill` where it says nothing."""
        table = np.full((len(self.nodes), targets), fill, dtype)
        for row, node in zip(table, self.nodes, strict=True):
            for target, weight in node.weights:
                if not 0 <= target < targets:
                    raise SDFGError(f"{self.place}: target {target} of {targets}")
                row[target] = weight if row[target] == fill else row[target] + weight
        return table


def tree_ensemble(e: Expansion) -> bool:
    """The operator of version 5 of `ai.onnx.ml`."""
    aggregate = _AGGREGATES[int(e.attributes.get("aggregate_function", 1))]
    targets = int(e.attributes.get("n_targets", 1))
    result = _evaluated(e, _forest(e), targets, aggregate, required(e, 0).kind)
    how = _TRANSFORMS[int(e.attributes.get("post_transform", 0))]
    transformed(result, how).gives(e.node.output[0])
    return True


def tree_ensemble_regressor(e: Expansion) -> bool:
    """The operator of versions 1 and 3: results are 32-bit floats."""
    aggregate, targets = e.text("aggregate_function", "SUM"), int(e.attributes.get("n_targets", 1))
    forest = _older_forest(e, "target")
    result = _evaluated(e, forest, targets, aggregate, _compared_as(required(e, 0))).cast(_FLOAT)
    result = _with_base(e, result)
    transformed(result, e.text("post_transform", "NONE")).gives(e.node.output[0])
    return True


def tree_ensemble_classifier(e: Expansion) -> bool:
    """
    Sums of weights for each class, and the class with the highest one.

    Where leaves know one class only, its sum counts for the second of two and against the first.
    """
    classes = class_labels(e, "classlabels_int64s")
    how = e.text("post_transform", "NONE")
    forest = _older_forest(e, "class")
    count = max(len(classes), 1)
    kind = _compared_as(required(e, 0))
    scores = _with_base(e, _evaluated(e, forest, count, "SUM", kind).cast(_FLOAT))
    if len(set(e.attributes["class_ids"])) == 1:
        positive = scores.apply("Slice", integers(e, 0), integers(e, 1), integers(e, 1))
        other = 1.0 - positive if how in ("NONE", "PROBIT") else 0.0 - positive
        scores = side_by_side(other, positive)
    result = transformed(scores, how)
    give_labels(e, highest(result, classes if len(classes) != 1 else ()))
    give_scores(e, result)
    return True


def _evaluated(e: Expansion, forest: _Forest, targets: int, aggregate: str, kind: int) -> Term:
    """What the leaves say about each target, as a matrix with a row for each sample."""
    x = required(e, 0).cast(kind)
    dtype = helper.tensor_dtype_to_np_dtype(kind)
    limits = {"MIN": np.finfo(dtype).max, "MAX": np.finfo(dtype).min}
    if aggregate not in _AGGREGATES:
        raise SDFGError(f"{label(e.node)}: unknown 'aggregate_function' {aggregate}")
    depth = forest.depth()
    samples = x.apply("Shape", kind=_INT64, start=0, end=1)
    both = samples.apply("Concat", integers(e, len(forest.roots)), axis=0)
    node = constant(e, [forest.roots]).apply("Expand", both)
    for _ in range(depth):
        node = _step(e, forest, x, node)
    table = forest.leaves(targets, float(limits.get(aggregate, 0.0)), dtype)
    found = constant(e, table, kind).taken(node)
    if aggregate in limits:
        return found.reduced(f"Reduce{aggregate.title()}", 1, keepdims=False)
    total = found.reduced("ReduceSum", 1, keepdims=False)
    return total / float(len(forest.roots)) if aggregate == "AVERAGE" else total


def _step(e: Expansion, forest: _Forest, x: Term, node: Term) -> Term:
    """One level down, for all samples and trees."""

    def at(value: Callable[[_Node], Any], kind: int) -> Term:
        dtype = helper.tensor_dtype_to_np_dtype(kind)
        return constant(e, forest.table(value, dtype), kind).taken(node)

    value = x.apply("GatherElements", at(lambda n: n.feature, _INT64), axis=1)
    split = at(lambda n: n.split, x.kind)
    modes = sorted({n.mode for n in forest.nodes} - {_LEAF})
    yes = _COMPARE[modes[0]](value, split)
    for mode in modes[1:]:
        chosen = at(lambda n, mode=mode: n.mode == mode, _BOOL)
        yes = chosen.choose(_COMPARE[mode](value, split), yes)
    if any(n.nan_is_yes for n in forest.nodes):
        missing = value.apply("IsNaN", kind=_BOOL)
        yes = yes | (missing & at(lambda n: n.nan_is_yes, _BOOL))
    return yes.choose(at(lambda n: n.yes, _INT64), at(lambda n: n.no, _INT64))


def _compared_as(x: Term) -> int:
    """The type in which versions 1 and 3 compare with thresholds."""
    return x.kind if x.kind == TensorProto.DOUBLE else _FLOAT


def _with_base(e: Expansion, scores: Term) -> Term:
    base = _list(e, "base_values")
    return scores + constant(e, base, _FLOAT) if len(base) else scores


def _list(e: Expansion, name: str) -> Sequence[Any]:
    """A list, which may be given as a tensor."""
    return e.attributes.get(name) or _tensor(e, f"{name}_as_tensor")


def _tensor(e: Expansion, name: str) -> list[Any]:
    found: TensorProto | None = e.attributes.get(name)
    return [] if found is None else numpy_helper.to_array(found).tolist()


def _forest(e: Expansion) -> _Forest:
    """Of version 5: inner nodes, then leaves; sets become one comparison after the other."""
    given = e.attributes
    modes, splits = _tensor(e, "nodes_modes"), _tensor(e, "nodes_splits")
    count = len(modes)
    sets = _sets(_tensor(e, "membership_values"))
    missing = given.get("nodes_missing_value_tracks_true") or [0] * count
    forest = _Forest(label(e.node))
    ends = [
        [leaf * count + number for leaf, number in zip(given[leaves], given[ids], strict=True)]
        for leaves, ids in (
            ("nodes_trueleafs", "nodes_truenodeids"),
            ("nodes_falseleafs", "nodes_falsenodeids"),
        )
    ]
    for number in range(count):
        yes, no = ends[0][number], ends[1][number]
        feature, nan = given["nodes_featureids"][number], bool(missing[number])
        forest.nodes.append(_Node(modes[number], yes, no, feature, splits[number], nan))
    for target, weight in zip(given["leaf_targetids"], _tensor(e, "leaf_weights"), strict=True):
        own = len(forest.nodes)
        forest.nodes.append(_Node(_LEAF, own, own, weights=((target, weight),)))
    asking = [number for number in range(count) if modes[number] == _MEMBER]
    if len(asking) != len(sets):
        raise SDFGError(f"{label(e.node)}: {len(asking)} nodes ask for {len(sets)} sets")
    for number, members in zip(asking, sets, strict=True):
        _compare_with_each(forest, number, members)
    for root in given["tree_roots"]:
        alone = given["nodes_trueleafs"][root] and given["nodes_falseleafs"][root]
        same = alone and ends[0][root] == ends[1][root]
        forest.roots.append(ends[0][root] if same else root)
    return forest


def _sets(values: Sequence[float]) -> list[list[float]]:
    """The sets of members, each ended by a NaN."""
    found: list[list[float]] = [[]]
    for value in values:
        if np.isnan(value):
            found.append([])
        else:
            found[-1].append(value)
    return found[:-1]


def _compare_with_each(forest: _Forest, number: int, members: Sequence[float]) -> None:
    """Make a node that asks for a set a chain of nodes that ask for one member each."""
    whole = forest.nodes[number]
    equal = _MODES.index("EQ")
    places = [number, *range(len(forest.nodes), len(forest.nodes) + max(len(members) - 1, 0))]
    forest.nodes += [whole] * (len(places) - 1)
    for k, place in enumerate(places):
        no = places[k + 1] if k + 1 < len(places) else whole.no
        split = members[k] if members else np.nan
        forest.nodes[place] = replace(whole, mode=equal, split=split, no=no)


def _older_forest(e: Expansion, what: str) -> _Forest:
    """Of versions 1 and 3: nodes by the numbers of their tree and within it."""
    given = e.attributes
    trees, ids = given["nodes_treeids"], given["nodes_nodeids"]
    places = {key: place for place, key in enumerate(zip(trees, ids, strict=True))}
    weights: dict[tuple[int, int], list[tuple[int, float]]] = {}
    for tree, node, target, weight in zip(
        given[f"{what}_treeids"],
        given[f"{what}_nodeids"],
        given[f"{what}_ids"],
        _list(e, f"{what}_weights"),
        strict=True,
    ):
        weights.setdefault((tree, node), []).append((target, weight))
    splits = _list(e, "nodes_values")
    missing = given.get("nodes_missing_value_tracks_true") or [0] * len(ids)
    forest = _Forest(label(e.node))
    for place, (key, mode) in enumerate(zip(places, given["nodes_modes"], strict=True)):
        name = mode.decode().removeprefix("BRANCH_")
        if name == "LEAF":
            forest.nodes.append(_Node(_LEAF, place, place, weights=tuple(weights.get(key, ()))))
            continue
        yes, no = (
            places.get((key[0], given[f"nodes_{side}nodeids"][place]), -1)
            for side in ("true", "false")
        )
        number = _MODES.index(name)
        feature, nan = given["nodes_featureids"][place], bool(missing[place])
        forest.nodes.append(_Node(number, yes, no, feature, splits[place], nan))
    firsts: dict[int, int] = {}
    for place, tree in enumerate(trees):
        firsts.setdefault(tree, place)
    forest.roots = [firsts[tree] for tree in sorted(firsts)]
    return forest
