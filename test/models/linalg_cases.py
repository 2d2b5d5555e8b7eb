"""Small functions on tensors, one per feature of linalg, tensor and scf, with random inputs."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """A module with one function `main`, and what to call it with."""

    text: str
    inputs: tuple[tuple[Any, ...], ...]
    strict: bool = True
    """Whether the interpreter also looks for races and for reads of what nothing has written."""


def f32(*shape: int) -> np.ndarray:
    """Normal values, the same for the same shape."""
    return np.random.default_rng([7, *shape]).standard_normal(shape).astype(np.float32)


def i64(high: int, *shape: int) -> np.ndarray:
    """Integers below `high`, the same for the same shape."""
    return np.random.default_rng([high, *shape]).integers(0, high, shape)


def function(arguments: str, results: str, body: str, *inputs: tuple[Any, ...]) -> Case:
    return Case(f"func.func @main({arguments}) -> ({results}) {{ {body} }}", inputs)


def dynamic(name: str, kind: str, *dims: str) -> str:
    """An argument of dynamic shape with its sizes by name."""
    sizes = ", ".join(f'"{d}"' for d in dims)
    return f'%{name}: tensor<{kind}> {{sdfg.name = "{name}", sdfg.shape = [{sizes}]}}'


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

_SHAPES = {
    "reshapes": function(
        dynamic("x", "?x6x?xf32", "a", "6", "b"),
        'tensor<?x2xf32> {sdfg.shape = ["3 * a * b", "2"]}',
        """
        %c0 = arith.constant 0 : index
        %c2 = arith.constant 2 : index
        %c3 = arith.constant 3 : index
        %a = tensor.dim %x, %c0 : tensor<?x6x?xf32>
        %b = tensor.dim %x, %c2 : tensor<?x6x?xf32>
        %e = tensor.empty(%a, %b) : tensor<?x?x6xf32>
        %t = linalg.transpose ins(%x : tensor<?x6x?xf32>) outs(%e : tensor<?x?x6xf32>)
          permutation = [0, 2, 1]
        %s = tensor.expand_shape %t [[0], [1], [2, 3]] output_shape [%a, %b, 3, 2]
          : tensor<?x?x6xf32> into tensor<?x?x3x2xf32>
        %f = tensor.empty(%a, %b) : tensor<?x3x?x2xf32>
        %u = linalg.transpose ins(%s : tensor<?x?x3x2xf32>) outs(%f : tensor<?x3x?x2xf32>)
          permutation = [0, 2, 1, 3]
        %v = tensor.collapse_shape %u [[0, 1, 2], [3]] : tensor<?x3x?x2xf32> into tensor<?x2xf32>
        func.return %v : tensor<?x2xf32>
        """,
        (f32(2, 6, 5),),
        (f32(1, 6, 1),),
    ),
    "reshape-by-numbers": function(
        dynamic("x", "?x6xf32", "a", "6"),
        'tensor<2x?x3xf32> {sdfg.shape = ["2", "a", "3"]}',
        """
        %c0 = arith.constant 0 : index
        %c2 = arith.constant 2 : index
        %c3 = arith.constant 3 : index
        %c6 = arith.constant 6 : index
        %a = tensor.dim %x, %c0 : tensor<?x6xf32>
        %n = arith.muli %a, %c6 : index
        %m = arith.divsi %n, %c6 : index
        %s = tensor.from_elements %c2, %m, %c3 : tensor<3xindex>
        %r = tensor.reshape %x(%s) : (tensor<?x6xf32>, tensor<3xindex>) -> tensor<2x?x3xf32>
        func.return %r : tensor<2x?x3xf32>
        """,
        (f32(4, 6),),
    ),
    "slices": function(
        f'{dynamic("x", "?x7xf32", "n", "7")}, %k: i64 {{sdfg.symbol = "k"}}',
        'tensor<?x3xf32> {sdfg.shape = ["n - k", "3"]}, tensor<7xf32>',
        """
        %c0 = arith.constant 0 : index
        %n = tensor.dim %x, %c0 : tensor<?x7xf32>
        %i = arith.index_cast %k : i64 to index
        %m = arith.subi %n, %i : index
        %r = tensor.extract_slice %x[%i, 1] [%m, 3] [1, 2] : tensor<?x7xf32> to tensor<?x3xf32>
        %s = tensor.extract_slice %x[%i, 0] [1, 7] [1, 1] : tensor<?x7xf32> to tensor<7xf32>
        func.return %r, %s : tensor<?x3xf32>, tensor<7xf32>
        """,
        (f32(5, 7), 2),
        (f32(9, 7), 0),
    ),
    "insertions": function(
        "%x: tensor<5x7xf32>, %y: tensor<2x7xf32>, %z: tensor<3xf32>, %t: tensor<f32>",
        "tensor<5x7xf32>, tensor<5x7xf32>",
        """
        %c1 = arith.constant 1 : index
        %s = tensor.extract %t[] : tensor<f32>
        %a = tensor.insert_slice %y into %x[1, 0] [2, 7] [2, 1]
          : tensor<2x7xf32> into tensor<5x7xf32>
        %b = tensor.insert_slice %z into %a[4, 1] [1, 3] [1, 2]
          : tensor<3xf32> into tensor<5x7xf32>
        %c = tensor.insert %s into %b[%c1, %c1] : tensor<5x7xf32>
        func.return %c, %x : tensor<5x7xf32>, tensor<5x7xf32>
        """,
        (f32(5, 7), f32(2, 7), f32(3), f32()),
    ),
    "pads": function(
        dynamic("x", "?x3xf32", "n", "3"),
        'tensor<?x6xf32> {sdfg.shape = ["n + 3", "6"]}',
        """
        %v = arith.constant 2.5 : f32
        %r = tensor.pad %x low[1, 2] high[2, 1] {
          ^bb0(%i: index, %j: index):
            tensor.yield %v : f32
        } : tensor<?x3xf32> to tensor<?x6xf32>
        func.return %r : tensor<?x6xf32>
        """,
        (f32(4, 3),),
        (f32(1, 3),),
    ),
    "concat": function(
        f"{dynamic('x', '?x3xf32', 'n', '3')}, {dynamic('y', '?x3xf32', 'm', '3')}",
        'tensor<?x3xf32> {sdfg.shape = ["2 * n + m", "3"]}',
        """
        %r = tensor.concat dim(0) %x, %y, %x
          : (tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x3xf32>
        func.return %r : tensor<?x3xf32>
        """,
        (f32(4, 3), f32(2, 3)),
    ),
    "elements": function(
        f"{dynamic('x', '?xi64', 'n')}",
        "tensor<3xi64>, tensor<2x2xf32>, tensor<2xi64>, tensor<?xi64>",
        """
        %c0 = arith.constant 0 : index
        %n = tensor.dim %x, %c0 : tensor<?xi64>
        %k = arith.index_cast %n : index to i64
        %v = tensor.extract %x[%c0] : tensor<?xi64>
        %w = arith.addi %v, %k : i64
        %r = tensor.from_elements %v, %w, %k : tensor<3xi64>
        %f = arith.constant 1.5 : f32
        %s = tensor.splat %f : tensor<2x2xf32>
        %d = arith.constant dense<[4, -7]> : tensor<2xi64>
        func.return %r, %s, %d, %x : tensor<3xi64>, tensor<2x2xf32>, tensor<2xi64>, tensor<?xi64>
        """,
        (i64(50, 4),),
    ),
}


_CONTROL = {
    "for-tensor": function(
        f"{dynamic('x', '?x4xf32', 'n', '4')}",
        'tensor<?x4xf32> {sdfg.shape = ["n", "4"]}, tensor<4xf32>',
        """
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %z = arith.constant 0.0 : f32
        %n = tensor.dim %x, %c0 : tensor<?x4xf32>
        %e = tensor.empty(%n) : tensor<?x4xf32>
        %f = linalg.fill ins(%z : f32) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
        %g = tensor.empty() : tensor<4xf32>
        %h = linalg.fill ins(%z : f32) outs(%g : tensor<4xf32>) -> tensor<4xf32>
        %r:2 = "scf.for"(%c0, %n, %c1, %f, %h) ({
          ^bb0(%i: index, %all: tensor<?x4xf32>, %sum: tensor<4xf32>):
            %row = tensor.extract_slice %x[%i, 0] [1, 4] [1, 1] : tensor<?x4xf32> to tensor<4xf32>
            %s = linalg.generic {indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a)>,
              affine_map<(a) -> (a)>], iterator_types = ["parallel"]}
              ins(%row, %sum : tensor<4xf32>, tensor<4xf32>) outs(%g : tensor<4xf32>) {
              ^bb1(%p: f32, %q: f32, %o: f32):
                %t = arith.addf %p, %q : f32
                linalg.yield %t : f32
            } -> tensor<4xf32>
            %w = tensor.insert_slice %s into %all[%i, 0] [1, 4] [1, 1]
              : tensor<4xf32> into tensor<?x4xf32>
            scf.yield %w, %s : tensor<?x4xf32>, tensor<4xf32>
        }) : (index, index, index, tensor<?x4xf32>, tensor<4xf32>)
          -> (tensor<?x4xf32>, tensor<4xf32>)
        func.return %r#0, %r#1 : tensor<?x4xf32>, tensor<4xf32>
        """,
        (f32(5, 4),),
        (f32(1, 4),),
    ),
    "for-swaps-tensors": function(
        '%x: tensor<3xf32>, %y: tensor<3xf32>, %k: i64 {sdfg.symbol = "k"}',
        "tensor<3xf32>, tensor<3xf32>",
        """
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %n = arith.index_cast %k : i64 to index
        %r:2 = "scf.for"(%c0, %n, %c1, %x, %y) ({
          ^bb0(%i: index, %a: tensor<3xf32>, %b: tensor<3xf32>):
            scf.yield %b, %a : tensor<3xf32>, tensor<3xf32>
        }) : (index, index, index, tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
        func.return %r#0, %r#1 : tensor<3xf32>, tensor<3xf32>
        """,
        (f32(3), f32(3) * 2, 3),
        (f32(3), f32(3) * 2, 4),
        (f32(3), f32(3) * 2, 0),
    ),
    "for-numbers": function(
        f"{dynamic('x', '?xf32', 'n')}",
        "tensor<f32>, tensor<2xi64>",
        """
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %one = arith.constant 1 : i64
        %z = arith.constant 0.0 : f32
        %n = tensor.dim %x, %c0 : tensor<?xf32>
        %r:3 = "scf.for"(%c0, %n, %c1, %z, %one, %one) ({
          ^bb0(%i: index, %a: f32, %b: i64, %c: i64):
            %v = tensor.extract %x[%i] : tensor<?xf32>
            %s = arith.addf %a, %v : f32
            %d = arith.addi %b, %c : i64
            scf.yield %s, %c, %d : f32, i64, i64
        }) : (index, index, index, f32, i64, i64) -> (f32, i64, i64)
        %t = tensor.from_elements %r#0 : tensor<f32>
        %u = tensor.from_elements %r#1, %r#2 : tensor<2xi64>
        func.return %t, %u : tensor<f32>, tensor<2xi64>
        """,
        (f32(5),),
        (f32(8),),
    ),
    "if-on-size": function(
        f"{dynamic('x', '?xf32', 'n')}",
        'tensor<?xf32> {sdfg.shape = ["n"]}, tensor<1xi64>',
        """
        %c0 = arith.constant 0 : index
        %c4 = arith.constant 4 : index
        %one = arith.constant 1 : i64
        %two = arith.constant 2 : i64
        %n = tensor.dim %x, %c0 : tensor<?xf32>
        %e = tensor.empty(%n) : tensor<?xf32>
        %c = arith.cmpi slt, %n, %c4 : index
        %r:2 = "scf.if"(%c) ({
            %s = linalg.generic {indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a)>],
              iterator_types = ["parallel"]} ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) {
              ^bb1(%p: f32, %o: f32):
                %t = arith.mulf %p, %p : f32
                linalg.yield %t : f32
            } -> tensor<?xf32>
            scf.yield %s, %one : tensor<?xf32>, i64
        }, {
            scf.yield %x, %two : tensor<?xf32>, i64
        }) : (i1) -> (tensor<?xf32>, i64)
        %u = tensor.from_elements %r#1 : tensor<1xi64>
        func.return %r#0, %u : tensor<?xf32>, tensor<1xi64>
        """,
        (f32(3),),
        (f32(4),),
    ),
    "if-on-data": function(
        "%x: tensor<3xf32>, %y: tensor<3xf32>, %k: tensor<i64>",
        "tensor<3xf32>",
        """
        %four = arith.constant 4 : i64
        %v = tensor.extract %k[] : tensor<i64>
        %c = arith.cmpi slt, %v, %four : i64
        %r = "scf.if"(%c) ({
            scf.yield %x : tensor<3xf32>
        }, {
            scf.yield %y : tensor<3xf32>
        }) : (i1) -> tensor<3xf32>
        func.return %r : tensor<3xf32>
        """,
        (f32(3), f32(3) * 2, np.array(3)),
        (f32(3), f32(3) * 2, np.array(5)),
    ),
    "while-on-data": function(
        "%x: tensor<3xf32>",
        "tensor<3xf32>, tensor<1xi64>",
        """
        %c0 = arith.constant 0 : index
        %one = arith.constant 1 : i64
        %zero = arith.constant 0 : i64
        %high = arith.constant 100.0 : f32
        %e = tensor.empty() : tensor<3xf32>
        %r:2 = "scf.while"(%x, %zero) ({
          ^bb0(%a: tensor<3xf32>, %k: i64):
            %v = tensor.extract %a[%c0] : tensor<3xf32>
            %w = math.absf %v : f32
            %c = arith.cmpf olt, %w, %high : f32
            scf.condition(%c) %a, %k : tensor<3xf32>, i64
        }, {
          ^bb1(%b: tensor<3xf32>, %m: i64):
            %s = linalg.generic {indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a)>],
              iterator_types = ["parallel"]} ins(%b : tensor<3xf32>) outs(%e : tensor<3xf32>) {
              ^bb2(%p: f32, %o: f32):
                %t = arith.addf %p, %p : f32
                linalg.yield %t : f32
            } -> tensor<3xf32>
            %n = arith.addi %m, %one : i64
            scf.yield %s, %n : tensor<3xf32>, i64
        }) : (tensor<3xf32>, i64) -> (tensor<3xf32>, i64)
        %u = tensor.from_elements %r#1 : tensor<1xi64>
        func.return %r#0, %u : tensor<3xf32>, tensor<1xi64>
        """,
        (f32(3),),
        (f32(3) * 1000,),
    ),
    "while-on-numbers": function(
        '%k: i64 {sdfg.symbol = "k"}',
        "tensor<2xi64>",
        """
        %two = arith.constant 2 : i64
        %one = arith.constant 1 : i64
        %zero = arith.constant 0 : i64
        %r:2 = "scf.while"(%k, %zero) ({
          ^bb0(%a: i64, %b: i64):
            %c = arith.cmpi sgt, %a, %one : i64
            scf.condition(%c) %a, %b : i64, i64
        }, {
          ^bb1(%a: i64, %b: i64):
            %h = arith.divsi %a, %two : i64
            %n = arith.addi %b, %one : i64
            scf.yield %h, %n : i64, i64
        }) : (i64, i64) -> (i64, i64)
        %u = tensor.from_elements %r#0, %r#1 : tensor<2xi64>
        func.return %u : tensor<2xi64>
        """,
        (100,),
        (1,),
        (0,),
    ),
}

CASES: dict[str, Case] = {**_STRUCTURED, **_CONTRACTIONS, **_WINDOWS, **_SHAPES, **_CONTROL}
"""All cases by name."""
