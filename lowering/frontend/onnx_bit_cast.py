"""The same bits as another type: ONNX's `BitCast`, where codes and truth values take part."""

from onnx import TensorProto

from sdfg.lowering.frontend.onnx_codes import bits_as, encoded
from sdfg.lowering.frontend.onnx_elements import FORMATS, STORAGE, IntegerFormat
from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_terms import Term


def bit_cast(e: Expansion) -> bool:
    """
    Codes are the bits already; those narrower than a byte lose, or get, a sign above them.

    Other types are left to the native worker.
    """
    (name,), (result,), to = e.node.input, e.node.output, e.attributes["to"]
    kind = e.element(name)
    if not {kind, to} & {TensorProto.BOOL, *FORMATS}:
        return False
    x = Term(e, name, STORAGE if kind in FORMATS else kind)
    target = STORAGE if to in FORMATS else to
    if kind in FORMATS and FORMATS[kind].bits < 8:
        _narrow(x, FORMATS[kind].bits, to).gives(result)
    elif TensorProto.BOOL in (kind, to):
        x.cast(target).gives(result)
    elif x.kind == target:
        x.gives(result)
    else:
        bits_as(x, target, name).gives(result)
    return True


def _narrow(x: Term, bits: int, to: int) -> Term:
    code = x.cast(TensorProto.INT32).apply("BitwiseAnd", (1 << bits) - 1)
    if isinstance(FORMATS[to], IntegerFormat):
        return encoded(code, to, x.name)
    return code.cast(STORAGE)
