"""Operators of `ai.onnx.ml` that prepare features, as formulas. Labels are numbers, not texts."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_load import label
from sdfg.lowering.frontend.onnx_ml_linear import (
    linear_classifier,
    linear_regressor,
    svm_classifier,
    svm_regressor,
)
from sdfg.lowering.frontend.onnx_ml_trees import (
    tree_ensemble,
    tree_ensemble_classifier,
    tree_ensemble_regressor,
)
from sdfg.lowering.frontend.onnx_terms import Term, constant, integers, required

_FLOAT, _INT64 = TensorProto.FLOAT, TensorProto.INT64
_KINDS: Mapping[str, int] = {"floats": _FLOAT, "int64s": _INT64}
_SMALLEST = 1e-30
"""What a norm is at least, so that rows of zeros stay zero."""


def array_feature_extractor(e: Expansion) -> bool:
    """`y = x[..., indices]`; a vector counts as a matrix of one row."""
    x, indices = required(e, 0), required(e, 1)
    rank = len(e.shape(x.name) or [])
    taken = x.taken(indices.reshaped(-1), axis=max(rank - 1, 0))
    (taken if rank > 1 else taken.reshaped(1, -1)).gives(e.node.output[0])
    return True


def binarizer(e: Expansion) -> bool:
    """`y = x > threshold ? 1 : 0`, of the type of `x`."""
    x = required(e, 0)
    (x > e.attributes.get("threshold", 0.0)).cast(x.kind).gives(e.node.output[0])
    return True


def feature_vectorizer(e: Expansion) -> bool:
    """The columns of all operands side by side, each cut or filled with zeros to its width."""
    parts: list[str] = []
    for number, width in enumerate(e.attributes["inputdimensions"]):
        x = required(e, number)
        shape = e.shape(x.name)
        if shape is None or len(shape) > 2:
            raise SDFGError(f"{label(e.node)}: operands must have one or two dimensions")
        matrix = x.cast(_FLOAT) if len(shape) == 2 else x.cast(_FLOAT).reshaped(-1, 1)
        wide = matrix.apply("Pad", integers(e, 0, 0, 0, width))
        ends = (integers(e, 0), integers(e, width), integers(e, 1))
        parts.append(wide.apply("Slice", *ends).name)
    e.compute("Concat", *parts, result=e.node.output[0], axis=1)
    return True


def imputer(e: Expansion) -> bool:
    """Another number for each column in the place of the one that marks a missing value."""
    x = required(e, 0)
    end = "floats" if x.kind != _INT64 else "int64s"
    values, marks = f"imputed_value_{end}", f"replaced_value_{end.removesuffix('s')}"
    if values not in e.attributes:
        raise SDFGError(f"{label(e.node)}: '{values}' is missing")
    mark = e.attributes.get(marks, 0)
    missing = x.apply("IsNaN", kind=TensorProto.BOOL) if np.isnan(mark) else x.equals(mark)
    missing.choose(constant(e, e.attributes[values], x.kind), x).gives(e.node.output[0])
    return True


def label_encoder(e: Expansion) -> bool:
    """For each key its value, for all else the default."""
    x = required(e, 0)
    keys, values = (_numbers(e, name) for name in ("keys", "values"))
    default = _default(e, values)
    kind = _kind_of(values)
    found = _matches(x, constant(e, keys, x.kind), bool(np.isnan(keys).any()))
    place = found.cast(TensorProto.INT32).apply("ArgMax", kind=_INT64, axis=-1, keepdims=0)
    known = _any(found)
    value = constant(e, values, kind).taken(place)
    known.choose(value, constant(e, default, kind)).gives(e.node.output[0])
    return True


def normalizer(e: Expansion) -> bool:
    """
    Rows over their largest magnitude, sum of magnitudes, or Euclidean length.

    ONNX's text says the largest element, its reference and scikit-learn the largest magnitude.
    """
    x = required(e, 0).cast(_FLOAT)
    norm = e.text("norm", "MAX")
    if norm == "L2":
        length = (x * x).reduced("ReduceSum", -1).apply("Sqrt")
    else:
        length = x.apply("Abs").reduced("ReduceSum" if norm == "L1" else "ReduceMax", -1)
    (x / length.at_least(_SMALLEST)).gives(e.node.output[0])
    return True


def one_hot_encoder(e: Expansion) -> bool:
    """A last dimension with a 1 at the place of the category."""
    if e.attributes.get("cats_strings"):
        raise SDFGError(f"{label(e.node)}: categories are texts")
    if not e.attributes.get("zeros", 1):
        raise SDFGError(f"{label(e.node)}: an error for unknown categories ('zeros' is 0)")
    x, categories = required(e, 0), constant(e, e.attributes["cats_int64s"])
    _matches(x.cast(_INT64), categories, nan=False).cast(_FLOAT).gives(e.node.output[0])
    return True


def scaler(e: Expansion) -> bool:
    """`y = (x - offset) * scale`"""
    offset, scale = (constant(e, e.attributes[name], _FLOAT) for name in ("offset", "scale"))
    ((required(e, 0).cast(_FLOAT) - offset) * scale).gives(e.node.output[0])
    return True


def _matches(x: Term, keys: Term, nan: bool) -> Term:
    """Which key each element is, along a new last dimension."""
    wide = x.apply("Unsqueeze", integers(x.expansion, -1))
    found = wide.equals(keys)
    if not nan:
        return found
    both = [term.apply("IsNaN", kind=TensorProto.BOOL) for term in (wide, keys)]
    return found | (both[0] & both[1])


def _any(found: Term) -> Term:
    """Whether one along the last dimension is true."""
    return found.cast(TensorProto.INT32).reduced("ReduceSum", -1, keepdims=False) > 0


def _numbers(e: Expansion, name: str) -> np.ndarray[Any, Any]:
    """The numbers called `name`, in whichever attribute they are. Raises `SDFGError` for texts."""
    for end, kind in _KINDS.items():
        if given := e.attributes.get(f"{name}_{end}"):
            return np.array(given, np.float32 if kind == _FLOAT else np.int64)
    tensor = _tensor(e, f"{name}_tensor")
    if tensor is None or tensor.dtype.kind not in "fiu":
        raise SDFGError(f"{label(e.node)}: {name} are texts: only numbers can be compiled")
    return tensor


def _default(e: Expansion, values: np.ndarray[Any, Any]) -> Any:
    tensor = _tensor(e, "default_tensor")
    if tensor is not None:
        return tensor.reshape(())
    name, usual = ("default_float", -0.0) if values.dtype.kind == "f" else ("default_int64", -1)
    return e.attributes.get(name, usual)


def _tensor(e: Expansion, name: str) -> np.ndarray[Any, Any] | None:
    found: TensorProto | None = e.attributes.get(name)
    return None if found is None else numpy_helper.to_array(found)


def _kind_of(values: np.ndarray[Any, Any]) -> int:
    return int(helper.np_dtype_to_tensor_dtype(values.dtype))


RULES: Mapping[str, Callable[[Expansion], bool]] = {
    "ArrayFeatureExtractor": array_feature_extractor,
    "Binarizer": binarizer,
    "FeatureVectorizer": feature_vectorizer,
    "Imputer": imputer,
    "LabelEncoder": label_encoder,
    "LinearClassifier": linear_classifier,
    "LinearRegressor": linear_regressor,
    "Normalizer": normalizer,
    "OneHotEncoder": one_hot_encoder,
    "SVMClassifier": svm_classifier,
    "SVMRegressor": svm_regressor,
    "Scaler": scaler,
    "TreeEnsemble": tree_ensemble,
    "TreeEnsembleClassifier": tree_ensemble_classifier,
    "TreeEnsembleRegressor": tree_ensemble_regressor,
}
"""By operator of `ai.onnx.ml`; texts, maps and sequences of them are refused by name."""
