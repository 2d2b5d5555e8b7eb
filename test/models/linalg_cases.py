"""Small functions on tensors, one per feature of linalg, tensor and scf."""

import numpy as np

from models.linalg_functions import Case, dynamic, f32, function, i64
from models.linalg_shapes import CONTROL, SHAPES

_STRUCTURED = {
    "broadcast": function(
        "%x: tensor<4xf32>, %e: tensor<3x4x2xf32>",
        "tensor<3x4x2xf32>",
        """
        %b = linalg.broadcast ins(%x : tensor<4xf32>) outs(%e : tensor<3x4x2xf32>)
          dimensions = [0, 2]
        %r = linalg.generic {indexing_maps = [affine_map<(a, b, c) -> (a, b, c)>,
            affine_map<(a, b, c) -> (a, b, c)>],
            iterator_types = ["parallel", "parallel", "parallel"]}
            ins(%b : tensor<3x4x2xf32>) outs(%e : tensor<3x4x2xf32>) {
          ^bb0(%p: f32, %q: f32):
            %s = arith.addf %p, %q : f32
            linalg.yield %s : f32
        } -> tensor<3x4x2xf32>
        func.return %r : tensor<3x4x2xf32>
        """,
        (f32(4), f32(3, 4, 2)),
    ),
    "reduce": function(
        "%x: tensor<3x4x5xf32>, %i: tensor<4xf32>",
        "tensor<4xf32>",
        """
        %r = linalg.reduce ins(%x : tensor<3x4x5xf32>) outs(%i : tensor<4xf32>) dimensions = [0, 2]
          (%a: f32, %b: f32) {
            %s = arith.maximumf %a, %b : f32
            linalg.yield %s : f32
          }
        func.return %r : tensor<4xf32>
        """,
        (f32(3, 4, 5), f32(4)),
    ),
    "argmax-of-all": function(
        "%x: tensor<3x5xf32>",
        "tensor<f32>, tensor<i64>",
        """
        %low = arith.constant -1.0e+30 : f32
        %zero = arith.constant 0 : i64
        %five = arith.constant 5 : i64
        %e = tensor.empty() : tensor<f32>
        %n = tensor.empty() : tensor<i64>
        %v = linalg.fill ins(%low : f32) outs(%e : tensor<f32>) -> tensor<f32>
        %i = linalg.fill ins(%zero : i64) outs(%n : tensor<i64>) -> tensor<i64>
        %r:2 = "linalg.generic"(%x, %v, %i) <{indexing_maps = [affine_map<(a, b) -> (a, b)>,
            affine_map<(a, b) -> ()>, affine_map<(a, b) -> ()>],
            iterator_types = [#linalg.iterator_type<reduction>, #linalg.iterator_type<reduction>],
            operandSegmentSizes = array<i32: 1, 2>}> ({
          ^bb0(%p: f32, %q: f32, %k: i64):
            %d0 = linalg.index 0 : index
            %d1 = linalg.index 1 : index
            %j0 = arith.index_cast %d0 : index to i64
            %j1 = arith.index_cast %d1 : index to i64
            %row = arith.muli %j0, %five : i64
            %at = arith.addi %row, %j1 : i64
            %g = arith.cmpf ogt, %p, %q : f32
            %m = arith.select %g, %p, %q : f32
            %w = arith.select %g, %at, %k : i64
            linalg.yield %m, %w : f32, i64
        }) : (tensor<3x5xf32>, tensor<f32>, tensor<i64>) -> (tensor<f32>, tensor<i64>)
        func.return %r#0, %r#1 : tensor<f32>, tensor<i64>
        """,
        (f32(3, 5),),
    ),
    "unused-result": function(
        "%x: tensor<3x5xf32>",
        "tensor<3xf32>",
        """
        %low = arith.constant 0xff800000 : f32
        %zero = arith.constant 0 : i64
        %e = tensor.empty() : tensor<3xf32>
        %n = tensor.empty() : tensor<3xi64>
        %v = linalg.fill ins(%low : f32) outs(%e : tensor<3xf32>) -> tensor<3xf32>
        %i = linalg.fill ins(%zero : i64) outs(%n : tensor<3xi64>) -> tensor<3xi64>
        %r:2 = "linalg.generic"(%x, %v, %i) <{indexing_maps = [affine_map<(a, b) -> (a, b)>,
            affine_map<(a, b) -> (a)>, affine_map<(a, b) -> (a)>],
            iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>],
            operandSegmentSizes = array<i32: 1, 2>}> ({
          ^bb0(%p: f32, %q: f32, %k: i64):
            %d1 = linalg.index 1 : index
            %at = arith.index_cast %d1 : index to i64
            %m = arith.maximumf %p, %q : f32
            %g = arith.cmpf ogt, %p, %q : f32
            %w = arith.select %g, %at, %k : i64
            linalg.yield %m, %w : f32, i64
        }) : (tensor<3x5xf32>, tensor<3xf32>, tensor<3xi64>) -> (tensor<3xf32>, tensor<3xi64>)
        func.return %r#0 : tensor<3xf32>
        """,
        (f32(3, 5),),
    ),
    "integer-minimum-by-select": function(
        "%x: tensor<3x5xi64>, %i: tensor<3xi64>",
        "tensor<3xi64>",
        """
        %r = linalg.generic {indexing_maps = [affine_map<(a, b) -> (a, b)>,
            affine_map<(a, b) -> (a)>], iterator_types = ["parallel", "reduction"]}
            ins(%x : tensor<3x5xi64>) outs(%i : tensor<3xi64>) {
          ^bb0(%p: i64, %q: i64):
            %c = arith.cmpi sgt, %p, %q : i64
            %s = arith.select %c, %q, %p : i64
            linalg.yield %s : i64
        } -> tensor<3xi64>
        func.return %r : tensor<3xi64>
        """,
        (i64(90, 3, 5), i64(40, 3)),
    ),
    "maximum-by-select-keeps-order-of-nan": function(
        "%x: tensor<2x5xf32>, %i: tensor<2xf32>",
        "tensor<2xf32>",
        """
        %r = linalg.generic {indexing_maps = [affine_map<(a, b) -> (a, b)>,
            affine_map<(a, b) -> (a)>], iterator_types = ["parallel", "reduction"]}
            ins(%x : tensor<2x5xf32>) outs(%i : tensor<2xf32>) {
          ^bb0(%p: f32, %q: f32):
            %c = arith.cmpf ogt, %p, %q : f32
            %s = arith.select %c, %p, %q : f32
            linalg.yield %s : f32
        } -> tensor<2xf32>
        func.return %r : tensor<2xf32>
        """,
        (np.array([[1, np.nan, 3, 2, 0], [np.nan, 5, 1, 9, 2]], np.float32), f32(2)),
    ),
    "accumulator-used-twice": function(
        "%x: tensor<2x5xf32>, %i: tensor<2xf32>",
        "tensor<2xf32>",
        """
        %r = linalg.generic {indexing_maps = [affine_map<(a, b) -> (a, b)>,
            affine_map<(a, b) -> (a)>], iterator_types = ["parallel", "reduction"]}
            ins(%x : tensor<2x5xf32>) outs(%i : tensor<2xf32>) {
          ^bb0(%p: f32, %q: f32):
            %t = arith.mulf %p, %q : f32
            %s = arith.addf %q, %t : f32
            linalg.yield %s : f32
        } -> tensor<2xf32>
        func.return %r : tensor<2xf32>
        """,
        (f32(2, 5), f32(2)),
    ),
    "affine-maps": function(
        "%x: tensor<9x4xf32>",
        "tensor<4x4xf32>",
        """
        %z = arith.constant 0.0 : f32
        %e = tensor.empty() : tensor<4x4xf32>
        %w = tensor.empty() : tensor<2xf32>
        %f = linalg.fill ins(%z : f32) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
        %r = linalg.generic {indexing_maps = [affine_map<(a, b, k) -> (a * 2 + k, b)>,
            affine_map<(a, b, k) -> (k)>, affine_map<(a, b, k) -> (a, b)>],
            iterator_types = ["parallel", "parallel", "reduction"]}
            ins(%x, %w : tensor<9x4xf32>, tensor<2xf32>) outs(%f : tensor<4x4xf32>) {
          ^bb0(%p: f32, %u: f32, %q: f32):
            %s = arith.addf %p, %q : f32
            linalg.yield %s : f32
        } -> tensor<4x4xf32>
        func.return %r : tensor<4x4xf32>
        """,
        (f32(9, 4),),
    ),
    "gather-in-a-body": function(
        f"%t: tensor<9x4xf32>, {dynamic('k', '?xi64', 'n')}",
        'tensor<?x4xf32> {sdfg.shape = ["n", "4"]}',
        """
        %c0 = arith.constant 0 : index
        %n = tensor.dim %k, %c0 : tensor<?xi64>
        %e = tensor.empty(%n) : tensor<?x4xf32>
        %r = linalg.generic {indexing_maps = [affine_map<(a, b) -> (a)>,
            affine_map<(a, b) -> (a, b)>], iterator_types = ["parallel", "parallel"]}
            ins(%k : tensor<?xi64>) outs(%e : tensor<?x4xf32>) {
          ^bb0(%p: i64, %q: f32):
            %i = arith.index_cast %p : i64 to index
            %j = linalg.index 1 : index
            %v = tensor.extract %t[%i, %j] : tensor<9x4xf32>
            linalg.yield %v : f32
        } -> tensor<?x4xf32>
        func.return %r : tensor<?x4xf32>
        """,
        (f32(9, 4), i64(9, 6)),
        (f32(9, 4), i64(9, 1)),
    ),
    "captured-number": function(
        "%x: tensor<3xf32>, %s: tensor<f32>",
        "tensor<3xf32>",
        """
        %v = tensor.extract %s[] : tensor<f32>
        %h = arith.constant 5.0e-01 : f32
        %w = arith.mulf %v, %h : f32
        %e = tensor.empty() : tensor<3xf32>
        %r = linalg.generic {indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a)>],
            iterator_types = ["parallel"]} ins(%x : tensor<3xf32>) outs(%e : tensor<3xf32>) {
          ^bb0(%p: f32, %q: f32):
            %i = linalg.index 0 : index
            %j = arith.index_cast %i : index to i64
            %k = arith.sitofp %j : i64 to f32
            %t = arith.mulf %p, %w : f32
            %u = arith.addf %t, %k : f32
            linalg.yield %u : f32
        } -> tensor<3xf32>
        func.return %r : tensor<3xf32>
        """,
        (f32(3), f32()),
    ),
}


def _matmul(name: str, left: str, right: str, out: str, shapes: list[tuple[int, ...]]) -> Case:
    types = [f"tensor<{'x'.join(map(str, s))}xf32>" for s in shapes]
    return function(
        f"%a: {types[0]}, %b: {types[1]}, %c: {types[2]}",
        types[2],
        f"""
        %r = linalg.generic {{indexing_maps = [affine_map<{left}>, affine_map<{right}>,
            affine_map<{out}>], iterator_types = [{name}]}}
            ins(%a, %b : {types[0]}, {types[1]}) outs(%c : {types[2]}) {{
          ^bb0(%p: f32, %q: f32, %s: f32):
            %m = arith.mulf %p, %q : f32
            %t = arith.addf %s, %m : f32
            linalg.yield %t : f32
        }} -> {types[2]}
        func.return %r : {types[2]}
        """,
        tuple(f32(*s) for s in shapes),
    )


_P, _R = '"parallel"', '"reduction"'
_CONTRACTIONS = {
    "matmul-transposed": _matmul(
        f"{_P}, {_P}, {_R}",
        "(m, n, k) -> (k, m)",
        "(m, n, k) -> (n, k)",
        "(m, n, k) -> (m, n)",
        [(5, 3), (4, 5), (3, 4)],
    ),
    "matmul-swapped": _matmul(
        f"{_P}, {_P}, {_R}",
        "(m, n, k) -> (m, k)",
        "(m, n, k) -> (k, n)",
        "(m, n, k) -> (n, m)",
        [(3, 5), (5, 4), (4, 3)],
    ),
    "matmul-batch-last": _matmul(
        f"{_P}, {_P}, {_P}, {_R}",
        "(b, m, n, k) -> (m, b, k)",
        "(b, m, n, k) -> (k, n, b)",
        "(b, m, n, k) -> (m, b, n)",
        [(3, 2, 5), (5, 4, 2), (3, 2, 4)],
    ),
    "contraction-over-two": _matmul(
        f"{_P}, {_P}, {_R}, {_R}",
        "(m, n, k, l) -> (m, k, l)",
        "(m, n, k, l) -> (l, k, n)",
        "(m, n, k, l) -> (m, n)",
        [(3, 5, 2), (2, 5, 4), (3, 4)],
    ),
    "matvec": _matmul(
        f"{_P}, {_R}",
        "(m, k) -> (m, k)",
        "(m, k) -> (k)",
        "(m, k) -> (m)",
        [(3, 5), (5,), (3,)],
    ),
    "outer": _matmul(
        f"{_P}, {_P}",
        "(m, n) -> (m)",
        "(m, n) -> (n)",
        "(m, n) -> (m, n)",
        [(3,), (5,), (3, 5)],
    ),
}


def _window(op: str, attributes: str, shapes: list[tuple[int, ...]], element: str = "f32") -> Case:
    types = [f"tensor<{'x'.join(map(str, s))}x{element}>" for s in shapes]
    values = [f32(*s) if element == "f32" else i64(99, *s).astype(np.int32) for s in shapes]
    return function(
        f"%x: {types[0]}, %w: {types[1]}, %y: {types[2]}",
        types[2],
        f"""
        %r = "linalg.{op}"(%x, %w, %y) <{{{attributes}
          operandSegmentSizes = array<i32: 2, 1>}}> ({{
          ^bb0(%p: {element}, %q: {element}, %s: {element}):
            {_combine(op, element)}
            linalg.yield %t : {element}
          }}) : ({", ".join(types)}) -> {types[2]}
        func.return %r : {types[2]}
        """,
        tuple(values),
    )


def _combine(op: str, element: str) -> str:
    letter = "f" if element == "f32" else "i"
    if op.startswith("pooling"):
        name = {"sum": f"add{letter}", "max": "maximumf", "min": "minimumf"}[op.rsplit("_", 1)[1]]
        if element != "f32" and name.endswith("mumf"):
            name = f"{name[:3]}si"
        return f"%t = arith.{name} %s, %p : {element}"
    return f"%m = arith.mul{letter} %p, %q : {element}\n%t = arith.add{letter} %s, %m : {element}"


def _steps(strides: list[int], dilations: list[int]) -> str:
    shape = f"tensor<{len(strides)}xi64>"
    return f"strides = dense<{strides}> : {shape}, dilations = dense<{dilations}> : {shape},"


_WINDOWS = {
    "conv-1d": _window("conv_1d_ncw_fcw", _steps([2], [1]), [(2, 3, 9), (4, 3, 3), (2, 4, 4)]),
    "conv-2d": _window(
        "conv_2d_nchw_fchw", _steps([2, 1], [1, 2]), [(2, 3, 7, 8), (4, 3, 3, 2), (2, 4, 3, 6)]
    ),
    "conv-2d-channels-last": _window(
        "conv_2d_nhwc_hwcf", _steps([2, 1], [1, 2]), [(2, 7, 8, 3), (3, 2, 3, 4), (2, 3, 6, 4)]
    ),
    "conv-2d-groups": _window(
        "conv_2d_ngchw_gfchw",
        _steps([1, 1], [1, 1]),
        [(2, 2, 3, 5, 5), (2, 4, 3, 3, 2), (2, 2, 4, 3, 4)],
    ),
    "conv-2d-integers": _window(
        "conv_2d_nchw_fchw",
        _steps([1, 1], [1, 1]),
        [(1, 3, 5, 5), (2, 3, 3, 2), (1, 2, 3, 4)],
        "i32",
    ),
    "conv-3d": _window(
        "conv_3d_ncdhw_fcdhw",
        _steps([1, 2, 1], [1, 1, 1]),
        [(1, 2, 4, 5, 6), (3, 2, 2, 2, 3), (1, 3, 3, 2, 4)],
    ),
    "depthwise-2d": _window(
        "depthwise_conv_2d_nchw_chw",
        _steps([1, 2], [1, 1]),
        [(2, 3, 5, 7), (3, 3, 3), (2, 3, 3, 3)],
    ),
    "depthwise-2d-channels-last": _window(
        "depthwise_conv_2d_nhwc_hwc",
        _steps([1, 2], [1, 1]),
        [(2, 5, 7, 3), (3, 3, 3), (2, 3, 3, 3)],
    ),
    "pool-sum": _window(
        "pooling_nchw_sum", _steps([2, 1], [1, 2]), [(2, 3, 7, 8), (3, 2), (2, 3, 3, 6)]
    ),
    "pool-max": _window(
        "pooling_nchw_max", _steps([2, 1], [1, 2]), [(2, 3, 7, 8), (3, 2), (2, 3, 3, 6)]
    ),
    "pool-max-integers": _window(
        "pooling_nchw_max", _steps([2, 1], [1, 2]), [(2, 3, 7, 8), (3, 2), (2, 3, 3, 6)], "i32"
    ),
    "pool-min-channels-last": _window(
        "pooling_nhwc_min", _steps([2, 1], [1, 2]), [(2, 7, 8, 3), (3, 2), (2, 3, 6, 3)]
    ),
}

CASES: dict[str, Case] = {**_STRUCTURED, **_CONTRACTIONS, **_WINDOWS, **SHAPES, **CONTROL}
"""All cases by name."""
