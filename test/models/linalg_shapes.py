"""Functions on tensors that change shapes, and structured control flow."""

import numpy as np

from models.linalg_functions import Case, dynamic, f32, function, i64

SHAPES: dict[str, Case] = {
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
    "insert-into-what-is-returned": function(
        "%x: tensor<6xf32>, %y: tensor<2xf32>",
        "tensor<2x3xf32>, tensor<6xf32>, tensor<2x3xf32>",
        """
        %e = tensor.empty() : tensor<6xf32>
        %n = linalg.generic {indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a)>],
            iterator_types = ["parallel"]} ins(%x : tensor<6xf32>) outs(%e : tensor<6xf32>) {
          ^bb0(%p: f32, %o: f32):
            %t = arith.negf %p : f32
            linalg.yield %t : f32
        } -> tensor<6xf32>
        %m = tensor.expand_shape %n [[0, 1]] output_shape [2, 3]
          : tensor<6xf32> into tensor<2x3xf32>
        %a = tensor.insert_slice %y into %m[0, 1] [2, 1] [1, 1]
          : tensor<2xf32> into tensor<2x3xf32>
        %b = tensor.insert_slice %y into %a[1, 0] [1, 2] [1, 2]
          : tensor<2xf32> into tensor<2x3xf32>
        func.return %b, %n, %a : tensor<2x3xf32>, tensor<6xf32>, tensor<2x3xf32>
        """,
        (f32(6), f32(2)),
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
"""Slices, reshapes, paddings and the like."""

CONTROL: dict[str, Case] = {
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
"""Loops and branches."""
