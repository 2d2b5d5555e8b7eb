"""Running products."""

from onnx import TensorProto

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_terms import Term, along, constant, integers, required


def cum_prod(e: Expansion) -> bool:
    """
    In as many steps as the length has binary digits: each doubles how many factors are in.

    ```
    y[i] = x[0] * .. * x[i]  ->  for s in 1, 2, 4, ..: x[i] = x[i - s] * x[i]
    ```

    Raises `SDFGError` where a size is not known.
    """
    x, shape = required(e, 0), e.shape(e.node.input[0])
    if shape is None or not all(shape):
        raise SDFGError(f"{e.node.name}: 'CumProd' of sizes that are not known")
    result = along(required(e, 1), len(shape), lambda axis: _products(x, axis, shape[axis]))
    result.gives(e.node.output[0])
    return True


def _products(x: Term, axis: int, size: int) -> Term:
    attributes = x.expansion.attributes
    backwards = bool(attributes.get("reverse", 0))
    total = x
    if attributes.get("exclusive", 0):
        total = _shifted(total, axis, 1, size, backwards=backwards)
    step = 1
    while step < size:
        total = total * _shifted(total, axis, step, size, backwards=backwards)
        step *= 2
    return total


def _shifted(x: Term, axis: int, by: int, size: int, *, backwards: bool) -> Term:
    """The same, `by` further along the axis; ones come in."""
    e = x.expansion
    first, last = (by, size) if backwards else (0, size - by)
    kept = x.apply("Slice", *(integers(e, k) for k in (first, last, axis)))
    rest = x.apply("Slice", *(integers(e, k) for k in (0, by, axis)))
    ones = constant(e, 1, x.kind).apply("Expand", rest.apply("Shape", kind=TensorProto.INT64))
    pair = (kept, ones) if backwards else (ones, kept)
    return pair[0].apply("Concat", pair[1], axis=axis)
