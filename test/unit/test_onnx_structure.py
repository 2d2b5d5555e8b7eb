"""Sequences and optionals, through the compiler and by ONNX's reference evaluator."""

from typing import Any, cast

import numpy as np
import onnx.parser
import pytest
from onnx import ModelProto
from onnx.reference import ReferenceEvaluator

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_import import import_onnx
from sdfg.lowering.frontend.onnx_resolver import NeedsInputs
from sdfg.lowering.frontend.onnx_structure import resolve
from sdfg.tools.onnx_backend import SdfgBackend

RNG = np.random.default_rng(7)


def _model(text: str) -> ModelProto:
    return onnx.parser.parse_model(f'<ir_version: 10, opset_import: ["" : 20]> {text}')


def _array(*shape: int) -> Any:
    return RNG.standard_normal(shape).astype(np.float32)


def _agree(found: Any, expected: Any) -> None:
    if isinstance(expected, list):
        for one, other in zip(found, cast(list[Any], expected), strict=True):
            _agree(one, other)
    else:
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def _resolved(model: ModelProto, **given: Any) -> None:
    """What is left of a model has no sequences, and computes the same."""
    result = resolve(model, given)
    names = [value.name for value in result.model.graph.input]
    leaves: dict[str, Any] = {}
    for name, held in result.inputs.items():
        items = given[name] if isinstance(held, tuple) else [given[name]]
        leaves.update(
            zip(map(str, held if isinstance(held, tuple) else [held]), items, strict=True)
        )
    evaluator: Any = ReferenceEvaluator(result.model)
    found = dict(zip(evaluator.output_names, evaluator.run(None, leaves), strict=True))
    assert names == list(leaves)
    reference: Any = ReferenceEvaluator(model)
    for held, expected in zip(result.outputs.values(), reference.run(None, given), strict=True):
        _agree([found[h] for h in held] if isinstance(held, tuple) else found[held], expected)


def test_positions_select_tensors() -> None:
    model = _model("""f (seq(float[N]) s, float[K] x) => (seq(float[M]) t, float[L] y, int64 n) {
      first = Constant<value_int = 0>()  last = Constant<value_int = -1>()
      a = SequenceInsert(s, x, first)
      b = SequenceErase(a, last)
      c = SequenceInsert(b, x, last)
      t = Identity(c)
      n = SequenceLength(c)
      y = ConcatFromSequence<axis = 0>(c)
    }""")
    _resolved(model, s=[_array(2), _array(5), _array(3)], x=_array(4))


def test_a_sequence_is_split_mapped_and_stacked() -> None:
    model = _model("""f (float[6, 3] x, float[3] z) => (float[2, 3, 3] y, seq(float[2]) t) {
      two = Constant<value_int = 2>()
      s = SplitToSequence<axis = 0>(x, two)
      m, t = SequenceMap<body = b (float[2, 3] part, float[3] v) => (float[2, 3] r, float[2] q) {
        r = Mul(part, v)  axes = Constant<value_ints = [1]>()  q = ReduceSum<keepdims = 0>(r, axes)
      }>(s, z)
      y = ConcatFromSequence<axis = 1, new_axis = 1>(m)
    }""")
    x, z = _array(6, 3), _array(3)
    y, sums = SdfgBackend.prepare(model).run([x, z])
    parts = x.reshape(3, 2, 3) * z
    _agree(y, parts.transpose(1, 0, 2))
    _agree(sums, list(parts.sum(2)))


GROWING = """f (float[5] x, int64 n, bool c) => (seq(float[N]) t) {
  zero = Constant<value_ints = [0]>()  one = Constant<value_int = 1>()
  s = SequenceEmpty()
  t = Loop(n, c, s) <body =
   b (int64 i, bool more, seq(float[N]) old) => (bool on, seq(float[N]) r) {
    on = Identity(more)  j = Add(i, one)  end = Unsqueeze(j, zero)
    part = Slice(x, zero, end)  r = SequenceInsert(old, part)
  }>
}"""


def test_a_loop_that_grows_a_sequence_is_compiled_for_its_iterations() -> None:
    rep, x, yes = SdfgBackend.prepare(_model(GROWING)), _array(5), np.array(True)
    for count in (3, 5, 0, 3):
        (found,) = rep.run([x, np.array(count), yes])
        _agree(found, [x[: k + 1] for k in range(count)])
    with pytest.raises(NeedsInputs, match=r"the value of '[cn]' must"):
        import_onnx(_model(GROWING))


def test_branches_of_one_structure_stay_branches() -> None:
    model = _model("""f (float[3] x, bool c) => (seq(float[3]) s, float[3] y, int64 k) {
      s = If(c) <
        then_branch = a () => (seq(float[3]) p) { d = Add(x, x)  p = SequenceConstruct(d, x) },
        else_branch = b () => (seq(float[3]) q) { e = Neg(x)  q = SequenceConstruct(x, e) }>
      i = Cast<to = 7>(c)  k = SequenceLength(s)  y = SequenceAt(s, i)
    }""")
    rep, x = SdfgBackend.prepare(model), _array(3)
    _agree(rep.run([x, np.array(True)]), [[2 * x, x], x, np.array(2)])
    _agree(rep.run([x, np.array(False)]), [[x, -x], x, np.array(2)])


def test_an_optional_is_full_or_empty() -> None:
    model = _model("""f (optional(seq(float[2])) o, float[2] x) => (seq(float[2]) s, bool h) {
      h = OptionalHasElement(o)
      s = If(h) <then_branch = a () => (seq(float[2]) p) { p = OptionalGetElement(o) },
                 else_branch = b () => (seq(float[2]) q) { q = SequenceConstruct(x) }>
    }""")
    rep, x, y = SdfgBackend.prepare(model), _array(2), _array(2)
    _agree(rep.run([None, x]), [[x], np.array(False)])
    _agree(rep.run([[y, x, y], x]), [[y, x, y], np.array(True)])


def test_what_data_decides_is_refused() -> None:
    model = _model("""f (float[4] x) => (float[N] y) {
      one = Constant<value_int = 1>()
      s = SplitToSequence(x, one)  e = SequenceEmpty()
      i = ArgMax<axis = 0, keepdims = 0>(x)
      t = SequenceErase(s, i)
      y = ConcatFromSequence<axis = 0>(t)
    }""")
    with pytest.raises(SDFGError, match="the position of 'SequenceErase' is decided by data"):
        import_onnx(model)
