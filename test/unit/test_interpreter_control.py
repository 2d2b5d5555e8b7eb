"""Loops, branches, calls and symbols on the interpreter."""

import numpy as np
import pytest
from unit.interpreting import normal, run
from unit.text import parsed

from sdfg.dialect.diagnostics import SDFGError
from sdfg.dialect.interpreter.interpret import interpret

MATMUL = """
sdfg.sdfg @main [N, K, M] (in "A" %A: !sdfg.array<[N, K] x f32>,
                           in "B" %B: !sdfg.array<[K, M] x f32>,
                           out "C" %C: !sdfg.array<[N, M] x f32>) {
  sdfg.state @mm {
    sdfg.map [i = 0:N, j = 0:M] schedule(parallel if N > 4) {
      sdfg.tasklet () -> (%C[i, j]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [k = 0:K] {
        sdfg.tasklet (%a = %A[i, k], %b = %B[k, j]) -> (%C[i, j] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
  }
}
"""

TILED = """
sdfg.sdfg @main [N, K, M] (in "A" %A: !sdfg.array<[N, K] x f32>,
                           in "B" %B: !sdfg.array<[K, M] x f32>,
                           out "C" %C: !sdfg.array<[N, M] x f32>) {
  sdfg.state @mm {
    sdfg.map [ii = 0:N:4, jj = 0:M:4] schedule(parallel) {
      %acc = sdfg.alloc : !sdfg.array<[4, 4] x f32, register>
      sdfg.map [i = 0:min(4, N - ii), j = 0:min(4, M - jj)] schedule(simd) {
        sdfg.tasklet () -> (%acc[i, j]) {
          %0 = arith.constant 0.0 : f32
          sdfg.yield %0 : f32
        }
      }
      sdfg.for [k = 0:K] {
        sdfg.map [i = 0:min(4, N - ii), j = 0:min(4, M - jj)] {
          sdfg.tasklet (%a = %A[ii + i, k], %b = %B[k, jj + j], %c = %acc[i, j])
              -> (%acc[i, j]) {
            %0 = arith.mulf %a, %b : f32
            %1 = arith.addf %c, %0 : f32
            sdfg.yield %1 : f32
          }
        }
      }
      sdfg.copy %acc[0:min(4, N - ii), 0:min(4, M - jj)]
        -> %C[ii:min(N, ii + 4), jj:min(M, jj + 4)]
    }
  }
}
"""


def test_control_flow_of_programs(rng: np.random.Generator) -> None:
    text = """
    sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x i64>, inout "y" %y: !sdfg.array<[N] x i64>) {
      sdfg.for [s = 1:N:2] {
        sdfg.state @a {
          sdfg.tasklet (%a = %y[s - 1], %b = %x[s]) -> (%y[s]) {
            %0 = arith.addi %a, %b : i64
            sdfg.yield %0 : i64
          }
        }
      }
      sdfg.read_symbol n = %x[0]
      sdfg.assign k = 0
      sdfg.while n > 1 and k < 20 {
        sdfg.if n mod 2 == 0 {
          sdfg.assign n = n floordiv 2
        } else {
          sdfg.assign n = 3 * n + 1
        }
        sdfg.assign k = k + 1
      }
      sdfg.state @b {
        sdfg.tasklet () -> (%y[0]) {
          %0 = sdfg.index 100 * k + n
          %1 = arith.index_cast %0 : index to i64
          sdfg.yield %1 : i64
        }
      }
    }
    """
    x, y = rng.integers(0, 9, 6), rng.integers(0, 9, 6)
    x[0] = 6  # 6 3 10 5 16 8 4 2 1
    wanted = y.copy()
    for s in range(1, 6, 2):
        wanted[s] = wanted[s - 1] + x[s]
    wanted[0] = 801
    np.testing.assert_array_equal(run(text, arrays={"x": x, "y": y})["y"], wanted)


def test_control_flow_that_differs_between_points(rng: np.random.Generator) -> None:
    text = """
    sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, N] x f32>,
                         out "y" %y: !sdfg.array<[N] x f32>, out "z" %z: !sdfg.array<[N] x f32>) {
      sdfg.state @triangle {
        sdfg.map [i = 0:N] {
          sdfg.tasklet () -> (%y[i]) {
            %0 = arith.constant 0.5 : f32
            sdfg.yield %0 : f32
          }
          sdfg.for [j = i:N] {
            sdfg.tasklet (%a = %y[i], %b = %x[i, j]) -> (%y[i]) {
              %0 = arith.mulf %a, %b : f32
              sdfg.yield %0 : f32
            }
          }
          sdfg.if i mod 3 == 1 and i < N - 1 {
            sdfg.map [j = 0:i + 1] {
              sdfg.tasklet (%b = %x[j, i]) -> (%y[i] wcr max) { sdfg.yield %b : f32 }
            }
            sdfg.copy %y[i] -> %z[i]
          } else {
            sdfg.copy %x[0, i] -> %z[i]
          }
        }
      }
    }
    """
    x = normal(rng, 8, 8)
    results = run(text, arrays={"x": x}, strict=True)
    y = np.array([np.float32(0.5) * np.prod(x[i, i:]) for i in range(8)])
    z = x[0].copy()
    for i in (1, 4):
        y[i] = max(y[i], x[: i + 1, i].max())
        z[i] = y[i]
    np.testing.assert_allclose(results["y"], y, rtol=1e-5)
    np.testing.assert_allclose(results["z"], z, rtol=1e-5)


def test_symbols_read_per_point(rng: np.random.Generator) -> None:
    text = """
    sdfg.sdfg @main [N, M] (in "x" %x: !sdfg.array<[M] x f32>, in "at" %at: !sdfg.array<[N] x i32>,
                            out "y" %y: !sdfg.array<[N] x f32>) {
      sdfg.state @gather {
        sdfg.map [i = 0:N] {
          sdfg.read_symbol k = %at[i]
          sdfg.assign r = M - 1 - k
          sdfg.tasklet (%v = %x[r]) -> (%y[i]) { sdfg.yield %v : f32 }
        }
      }
    }
    """
    x, at = normal(rng, 9), rng.integers(0, 9, 20).astype(np.int32)
    np.testing.assert_array_equal(run(text, arrays={"x": x, "at": at})["y"], x[8 - at])


def test_calls_constants_and_weights(rng: np.random.Generator) -> None:
    text = """
    sdfg.sdfg private @scale [N, k] (in "a" %a: !sdfg.array<[N, 2] x f32>,
                                     in "f" %f: !sdfg.array<[2] x f32>,
                                     out "b" %b: !sdfg.array<[N, 2] x f32>) {
      sdfg.state @s {
        sdfg.map [i = 0:N, j = 0:2] {
          sdfg.tasklet (%x = %a[i, j], %y = %f[j]) -> (%b[i, j]) {
            %n = sdfg.index k
            %m = arith.index_cast %n : index to i64
            %z = arith.sitofp %m : i64 to f32
            %0 = arith.mulf %x, %y : f32
            %1 = arith.mulf %0, %z : f32
            sdfg.yield %1 : f32
          }
        }
      }
    }
    sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, 2] x f32>,
                         out "y" %y: !sdfg.array<[N, 2] x f32>) {
      %w = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[2] x f32>
      %c = sdfg.constant dense<[2.0, -3.0]> : tensor<2xf32> : !sdfg.array<[2] x f32>
      %t = sdfg.alloc : !sdfg.array<[N, 2] x f32>
      sdfg.call @scale(%x, %w, %t) [N = N, k = 2 * N]
      sdfg.call @scale(%t, %c, %y) [N = N, k = 1]
    }
    """
    x, w = normal(rng, 3, 2), normal(rng, 2)
    results = run(text, arrays={"x": x}, weights={"w": w}, strict=True)
    np.testing.assert_allclose(results["y"], x * w * 6 * [2, -3], rtol=1e-5)
    with pytest.raises(SDFGError, match="needs the weight 'w'"):
        interpret(parsed(text), "main", {"x": x})
    with pytest.raises(SDFGError, match=r"for 'w', got float64 of shape \[2\]"):
        interpret(parsed(text), "main", {"x": x}, weights={"w": w.astype(np.float64)})


def test_symbols_follow_from_shapes_or_are_given(rng: np.random.Generator) -> None:
    text = """
    sdfg.sdfg @main [N, M] (in "x" %x: !sdfg.array<[2 * N] x f32>,
                            out "y" %y: !sdfg.array<[N, M] x f32>) {
      sdfg.state @s {
        sdfg.map [i = 0:N, j = 0:M] {
          sdfg.tasklet (%v = %x[2 * i + 1]) -> (%y[i, j]) { sdfg.yield %v : f32 }
        }
      }
    }
    """
    x = normal(rng, 6)
    results = run(text, arrays={"x": x}, symbols={"N": 3, "M": 2})
    np.testing.assert_array_equal(results["y"], np.repeat(x[1::2, None], 2, axis=1))
    with pytest.raises(SDFGError, match="needs a value for symbol N, M"):
        interpret(parsed(text), "main", {"x": x})
    with pytest.raises(SDFGError, match=r"'x' is float32 of shape \[8\], got float32 of shape"):
        interpret(parsed(text), "main", {"x": x}, {"N": 4, "M": 1})
    with pytest.raises(SDFGError, match="needs an array for 'x'"):
        interpret(parsed(text), "main", {}, {"N": 4, "M": 1})
    with pytest.raises(SDFGError, match="has no program 'other'"):
        interpret(parsed(text), "other", {})


def test_control_flow_within_tasklets(rng: np.random.Generator) -> None:
    text = """
    sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x i64>, out "y" %y: !sdfg.array<[N] x i64>) {
      sdfg.state @s {
        sdfg.map [i = 0:N] {
          sdfg.tasklet (%v = %x[i]) -> (%y[i]) {
            %zero = arith.constant 0 : i64
            %one = arith.constant 1 : i64
            %n, %left = scf.while (%a = %v, %b = %zero) : (i64, i64) -> (i64, i64) {
              %more = arith.cmpi sgt, %a, %zero : i64
              scf.condition(%more) %b, %a : i64, i64
            } do {
            ^bb0(%b: i64, %a: i64):
              %c = arith.subi %a, %one : i64
              %d = arith.addi %b, %a : i64
              scf.yield %c, %d : i64, i64
            }
            %lo = arith.constant 0 : index
            %hi = arith.constant 3 : index
            %step = arith.constant 2 : index
            %sum = scf.for %k = %lo to %hi step %step iter_args(%t = %n) -> (i64) {
              %k64 = arith.index_cast %k : index to i64
              %u = arith.addi %t, %k64 : i64
              scf.yield %u : i64
            }
            %big = arith.cmpi sgt, %sum, %v : i64
            %r = scf.if %big -> (i64) {
              scf.yield %sum : i64
            } else {
              scf.yield %one : i64
            }
            sdfg.yield %r : i64
          }
        }
      }
    }
    """
    x = rng.integers(-3, 9, 12)
    sums = np.array([v * (v + 1) // 2 if v > 0 else 0 for v in x]) + 2
    wanted = np.where(sums > x, sums, 1)
    np.testing.assert_array_equal(run(text, arrays={"x": x}, strict=True)["y"], wanted)
