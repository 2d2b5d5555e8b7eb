"""
Linear models and support vectors of `ai.onnx.ml`, and what classifiers make of scores.

Scores are a matrix, a row for each sample and a column for each class or target.
"""

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from onnx import TensorProto

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_load import label
from sdfg.lowering.frontend.onnx_terms import Term, constant, integers, required

_FLOAT, _INT64 = TensorProto.FLOAT, TensorProto.INT64
_ERF_INVERSE = 0.147
"""The constant of Winitzki's approximation, which ONNX's definition of PROBIT uses."""
_NEARLY_ZERO = 1e-7
"""What SOFTMAX_ZERO takes for zero."""


def linear_regressor(e: Expansion) -> bool:
    """`y = x @ coefficients + intercepts`"""
    scores = _linear(e, int(e.attributes.get("targets", 1)))
    transformed(scores, e.text("post_transform", "NONE")).gives(e.node.output[0])
    return True


def linear_classifier(e: Expansion) -> bool:
    """Scores `x @ coefficients + intercepts` of each class, and the class with the highest one."""
    features = _features(e)
    rows = len(e.attributes["coefficients"]) // features
    scores, chosen = _linear(e, rows), e.text("post_transform", "NONE")
    classes = class_labels(e, "classlabels_ints")
    if rows == 1 and len(classes) != 2:
        result = transformed(scores, chosen)
        threshold = 0.0 if chosen == "NONE" else 0.5
        positive = (result >= threshold).reshaped(-1)
        first, other = (classes[0], 0) if classes else (1, 0)
        give_labels(e, positive.choose(constant(e, first), constant(e, other)))
    else:
        both = side_by_side(0.0 - scores, scores) if rows == 1 else scores
        result = transformed(both, chosen)
        give_labels(e, highest(result, classes))
    give_scores(e, result)
    return True


def svm_regressor(e: Expansion) -> bool:
    """`y = kernel(x, support vectors) @ coefficients + rho`; a sign for models of one class."""
    count = int(e.attributes.get("n_supports", 0))
    products = _kernel(e, count) if count else required(e, 0).cast(_FLOAT)
    coefficients = np.array(e.attributes["coefficients"], np.float32).reshape(-1, 1)
    result = products.apply("MatMul", constant(e, coefficients, _FLOAT))
    result = result + float(e.attributes["rho"][0])
    if e.attributes.get("one_class", 0):
        result = (result > 0.0).choose(result.number(1), result.number(-1))
    transformed(result, e.text("post_transform", "NONE")).gives(e.node.output[0])
    return True


def svm_classifier(e: Expansion) -> bool:
    """
    A score for each pair of classes, and the class that wins most of its pairs.

    Models without support vectors are linear, with a score for each class. With two classes, the
    score of their pair counts for one and against the other.
    """
    if e.attributes.get("prob_a"):
        raise SDFGError(f"{label(e.node)}: probabilities of pairs ('prob_a') cannot be compiled")
    classes = class_labels(e, "classlabels_ints")
    counts: Sequence[int] = e.attributes.get("vectors_per_class", [])
    if counts and len(classes) < 2:
        raise SDFGError(f"{label(e.node)}: support vectors of less than two classes")
    scores = _pairs(e, counts) if counts else _svm_linear(e, max(len(classes), 1))
    wins = _votes(scores, len(counts)) if counts else scores
    give_labels(e, _svm_labels(wins, classes, single=len(e.attributes["rho"]) == 1))
    both = side_by_side(0.0 - scores, scores) if counts and len(classes) == 2 else scores
    give_scores(e, transformed(both, e.text("post_transform", "NONE")))
    return True


def _svm_labels(wins: Term, classes: Sequence[int], *, single: bool) -> Term:
    """The best class. A `single` offset means two classes, or one that is there or not."""
    e = wins.expansion
    best = highest(wins, classes)
    most = wins.reduced("ReduceMax", 1, keepdims=False)
    if single and len(classes) != 2:
        return (most > 0.0).choose(constant(e, 1), constant(e, 0))
    if single and min(e.attributes["coefficients"]) >= 0:
        return (most >= 0.5).choose(constant(e, classes[1]), best)
    return best


def class_labels(e: Expansion, attribute: str) -> list[int]:
    """The numbers of the classes. Raises `SDFGError` if they are texts and somebody asks."""
    texts = attribute.rpartition("_")[0] + "_strings"
    if e.attributes.get(texts) and e.node.output[0]:
        raise SDFGError(f"{label(e.node)}: labels are texts: only numbers can be compiled")
    return list(e.attributes.get(attribute) or range(len(e.attributes.get(texts, []))))


def highest(scores: Term, classes: Sequence[int]) -> Term:
    """The class of the highest score in each row; the number of its column without `classes`."""
    place = scores.apply("ArgMax", kind=_INT64, axis=1, keepdims=0)
    return constant(scores.expansion, list(classes)).taken(place) if classes else place


def give_labels(e: Expansion, labels: Term) -> None:
    if e.node.output[0]:
        labels.gives(e.node.output[0])


def give_scores(e: Expansion, scores: Term) -> None:
    if len(e.node.output) > 1 and e.node.output[1]:
        scores.cast(_FLOAT).gives(e.node.output[1])


def side_by_side(*columns: Term) -> Term:
    """Columns as one matrix."""
    first, *others = columns
    return first.apply("Concat", *others, axis=1)


def transformed(scores: Term, how: str) -> Term:
    """What `post_transform` makes of the scores."""
    if how == "LOGISTIC":
        return scores.apply("Sigmoid")
    if how == "SOFTMAX":
        return scores.apply("Softmax", axis=1)
    if how == "SOFTMAX_ZERO":
        return _softmax_zero(scores)
    if how == "PROBIT":
        return _probit(scores)
    if how == "NONE":
        return scores
    raise SDFGError(f"{label(scores.expansion.node)}: unknown 'post_transform' {how}")


def _softmax_zero(scores: Term) -> Term:
    """As softmax, but what is zero stays so, and rows of zeros become halves."""
    largest = scores.reduced("ReduceMax", 1)
    is_zero = scores.apply("Abs") <= _NEARLY_ZERO
    powers = is_zero.choose(scores * (0.0 - largest).apply("Exp"), (scores - largest).apply("Exp"))
    total = powers.reduced("ReduceSum", 1)
    return total.equals(0.0).choose(0.5, powers / total)


def _probit(scores: Term) -> Term:
    """The quantile of the normal distribution, by an approximate inverse of `erf`."""
    x = scores * 2.0 - 1.0
    product = (1.0 - x) * (x + 1.0)
    log = product.apply("Log")
    middle = log * 0.5 + 2.0 / (math.pi * _ERF_INVERSE)
    root = ((middle * middle - log / _ERF_INVERSE).apply("Sqrt") - middle).apply("Sqrt")
    quantile = root * x.apply("Sign") * math.sqrt(2.0)
    return product.equals(0.0).choose(0.0, quantile)


def _features(e: Expansion) -> int:
    """The number of columns of the samples. Raises `SDFGError` if it is not known."""
    shape = e.shape(e.node.input[0])
    if shape is None or len(shape) != 2 or not shape[1]:
        raise SDFGError(f"{label(e.node)}: samples must be a matrix with a known number of columns")
    return shape[1]


def _linear(e: Expansion, rows: int) -> Term:
    """A score for each of `rows` rows of coefficients."""
    x = required(e, 0).cast(_FLOAT)
    weights = np.array(e.attributes["coefficients"], np.float32).reshape(rows, -1).T
    scores = x.apply("MatMul", constant(e, weights, _FLOAT))
    shifts: Sequence[float] = e.attributes.get("intercepts", [])
    return scores + constant(e, shifts, _FLOAT) if shifts else scores


def _svm_linear(e: Expansion, classes: int) -> Term:
    return _linear(e, classes) + float(e.attributes["rho"][0])


def _kernel(e: Expansion, count: int) -> Term:
    """The kernel of each sample with each of `count` support vectors."""
    x = required(e, 0).cast(_FLOAT)
    vectors = np.array(e.attributes["support_vectors"], np.float32).reshape(count, -1)
    gamma, shift, degree = e.attributes.get("kernel_params") or (0.0, 0.0, 0.0)
    kind = e.text("kernel_type", "LINEAR")
    if kind == "RBF":
        apart = x.apply("Unsqueeze", integers(e, 1)) - constant(e, vectors[None], _FLOAT)
        squares = (apart * apart).reduced("ReduceSum", 2, keepdims=False)
        return (squares * -float(gamma)).apply("Exp")
    products = x.apply("MatMul", constant(e, vectors.T, _FLOAT))
    if kind == "LINEAR":
        return products
    scaled = products * float(gamma) + float(shift)
    return scaled.apply("Tanh") if kind == "SIGMOID" else scaled.apply("Pow", float(int(degree)))


def _pairs(e: Expansion, counts: Sequence[int]) -> Term:
    """The score of each pair of classes; above 0 the first one wins."""
    total = sum(counts)
    starts = np.cumsum([0, *counts])
    stored = np.array(e.attributes["coefficients"], np.float32).reshape(-1, total)
    pairs = list(combinations(range(len(counts)), 2))
    weights = np.zeros((len(pairs), total), np.float32)
    for row, (one, other) in zip(weights, pairs, strict=True):
        row[starts[one] : starts[one + 1]] = stored[other - 1, starts[one] : starts[one + 1]]
        row[starts[other] : starts[other + 1]] = stored[one, starts[other] : starts[other + 1]]
    scores = _kernel(e, total).apply("MatMul", constant(e, weights.T, _FLOAT))
    return scores + constant(e, e.attributes["rho"], _FLOAT)


def _votes(scores: Term, classes: int) -> Term:
    """How many of its pairs each class wins."""
    pairs = list(combinations(range(classes), 2))
    first, second = (
        np.eye(classes, dtype=np.float32)[list(side)] for side in zip(*pairs, strict=True)
    )
    won = (scores > 0.0).cast(_FLOAT)
    e = scores.expansion
    return won.apply("MatMul", constant(e, first - second, _FLOAT)) + constant(
        e, second.sum(axis=0), _FLOAT
    )
