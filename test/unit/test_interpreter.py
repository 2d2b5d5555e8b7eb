"""The interpreter runs programs at any stage of their mapping."""

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


@pytest.mark.parametrize("text", [MATMUL, TILED], ids=["plain", "tiled"])
@pytest.mark.parametrize("sizes", [(8, 5, 4), (7, 3, 9), (1, 1, 1), (3, 0, 2), (0, 3, 5)])
def test_mappings_change_no_result(
    text: str, sizes: tuple[int, int, int], rng: np.random.Generator
) -> None:
    n, k, m = sizes
    a, b = normal(rng, n, k), normal(rng, k, m)
    results = run(text, arrays={"A": a, "B": b}, strict=True)
    np.testing.assert_allclose(results["C"], a @ b, rtol=1e-5, atol=1e-5)


def test_views_strides_and_offsets(rng: np.random.Generator) -> None:
    text = """
    sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, 6] x f32>,
                         out "turned" %turned: !sdfg.array<[6, N] x f32>,
                         out "odd" %odd: !sdfg.array<[N, 3] x f32, strides [8, 2], offset 5>,
                         out "rows" %rows: !sdfg.array<[N, 6, 4] x f32>) {
      %t = sdfg.view %x : !sdfg.array<[6, N] x f32, strides [1, 6]>
      %o = sdfg.view %t : !sdfg.array<[N, 3] x f32, strides [6, 2], offset 1>
      %b = sdfg.view %x : !sdfg.array<[N, 6, 4] x f32, strides [6, 1, 0]>
      sdfg.state @copies {
        sdfg.copy %t[0:6, 0:N] -> %turned[0:6, 0:N]
        sdfg.copy %o[0:N, 0:3] -> %odd[0:N, 0:3]
        sdfg.map [i = 0:N, j = 0:6, k = 0:4] {
          sdfg.tasklet (%v = %b[i, j, k]) -> (%rows[i, j, k]) { sdfg.yield %v : f32 }
        }
      }
    }
    """
    x = normal(rng, 5, 6)
    results = run(text, arrays={"x": x}, strict=True)
    np.testing.assert_array_equal(results["turned"], x.T)
    np.testing.assert_array_equal(results["odd"], x[:, 1::2])
    np.testing.assert_array_equal(results["rows"], np.repeat(x[:, :, None], 4, axis=2))


def test_views_that_depend_on_the_point(rng: np.random.Generator) -> None:
    text = """
    sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, 6] x f32>,
                         out "y" %y: !sdfg.array<[N, 6] x f32>) {
      sdfg.state @rows {
        sdfg.map [i = 0:N] {
          %row = sdfg.view %x : !sdfg.array<[6] x f32, offset 6 * i>
          %t = sdfg.alloc : !sdfg.array<[6] x f32, stack>
          sdfg.map [j = 0:6] {
            sdfg.tasklet (%v = %row[5 - j]) -> (%t[j]) { sdfg.yield %v : f32 }
          }
          sdfg.copy %t[0:6:2] -> %y[i, 1:6:2]
          sdfg.copy %t[1:6:2] -> %y[i, 0:6:2]
        }
      }
    }
    """
    x = normal(rng, 4, 6)
    results = run(text, arrays={"x": x}, strict=True)
    wanted = np.empty_like(x)
    wanted[:, 1::2], wanted[:, 0::2] = x[:, ::-1][:, 0::2], x[:, ::-1][:, 1::2]
    np.testing.assert_array_equal(results["y"], wanted)


def test_indirect_accesses(rng: np.random.Generator) -> None:
    text = """
    sdfg.sdfg @main [N, M] (in "x" %x: !sdfg.array<[M, 3] x f32>,
                            in "at" %at: !sdfg.array<[N] x i64>,
                            out "y" %y: !sdfg.array<[N, 3] x f32>,
                            inout "z" %z: !sdfg.array<[M] x f32>) {
      sdfg.state @gather {
        sdfg.map [i = 0:N, j = 0:3] {
          sdfg.tasklet (%k = %at[i], %all: !sdfg.array<[M, 3] x f32> = %x[0:M, 0:3] volume 1)
              -> (%y[i, j]) {
            %n = arith.index_cast %k : i64 to index
            %m = sdfg.index M
            %inside = arith.cmpi slt, %n, %m : index
            sdfg.assert %inside, "index out of bounds"
            %c = sdfg.index 2 - j
            %v = sdfg.load %all[%n, %c] : !sdfg.array<[M, 3] x f32> -> f32
            sdfg.yield %v : f32
          }
        }
      }
      sdfg.state @swap {
        sdfg.tasklet (%all: !sdfg.array<[M] x f32> = %z[0:M] volume 2)
            -> (store %o: !sdfg.array<[M] x f32> = %z[0:M] volume 2) {
          %a = sdfg.index 0
          %b = sdfg.index M - 1
          %v = sdfg.load %all[%a] : !sdfg.array<[M] x f32> -> f32
          %w = sdfg.load %all[%b] : !sdfg.array<[M] x f32> -> f32
          sdfg.store %w, %o[%a] : f32, !sdfg.array<[M] x f32>
          sdfg.store %v, %o[%b] : f32, !sdfg.array<[M] x f32>
          sdfg.yield
        }
      }
    }
    """
    x, z, at = normal(rng, 7, 3), normal(rng, 7), rng.integers(0, 7, 12)
    results = run(text, arrays={"x": x, "z": z, "at": at}, strict=True)
    np.testing.assert_array_equal(results["y"], x[at][:, ::-1])
    np.testing.assert_array_equal(results["z"], [z[6], *z[1:6], z[0]])
    at[3] = 7
    with pytest.raises(SDFGError, match="does not hold: index out of bounds"):
        interpret(parsed(text), "main", {"x": x, "z": z, "at": at})


def test_vectors(rng: np.random.Generator) -> None:
    text = """
    sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, 16] x f32>, in "s" %s: !sdfg.array<[N] x f32>,
                         out "y" %y: !sdfg.array<[N, 16] x f32>, out "t" %t: !sdfg.array<[N] x f32>,
                         inout "u" %u: !sdfg.array<[8] x f32>) {
      sdfg.state @vectors {
        sdfg.map [i = 0:N] {
          %acc = sdfg.alloc : !sdfg.array<[2] x vector<8xf32>, register>
          sdfg.map [v = 0:2] schedule(unroll) {
            sdfg.tasklet (%a: vector<8xf32> = %x[i, 8 * v:8 * v + 8], %b = %s[i]) -> (%acc[v]) {
              %c = arith.constant dense<[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]> : vector<8xf32>
              %0 = vector.broadcast %b : f32 to vector<8xf32>
              %1 = vector.fma %a, %0, %c : vector<8xf32>
              sdfg.yield %1 : vector<8xf32>
            }
            sdfg.tasklet (%a = %acc[v]) -> (%y[i, 8 * v:8 * v + 8], %u[0:8] wcr sum) {
              sdfg.yield %a, %a : vector<8xf32>, vector<8xf32>
            }
          }
          sdfg.tasklet (%a = %acc[1], %b = %acc[0]) -> (%t[i]) {
            %first = vector.extract %a[0] : f32 from vector<8xf32>
            %0 = vector.insert %first, %b [7] : f32 into vector<8xf32>
            %1 = vector.shuffle %0, %a [0, 7, 8, 15] : vector<8xf32>, vector<8xf32>
            %2 = vector.reduction <add>, %1 : vector<4xf32> into f32
            sdfg.yield %2 : f32
          }
        }
      }
    }
    """
    x, s, u = normal(rng, 5, 16), normal(rng, 5), normal(rng, 8)
    results = run(text, arrays={"x": x, "s": s, "u": u}, strict=True)
    y = x * s[:, None] + np.tile(np.arange(1, 9, dtype=np.float32), 2)
    np.testing.assert_allclose(results["y"], y, rtol=1e-5, atol=1e-6)
    t = y[:, 0] + y[:, 8] + y[:, 8] + y[:, 15]
    np.testing.assert_allclose(results["t"], t, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(results["u"], u + y.reshape(-1, 8).sum(0), rtol=1e-5, atol=1e-5)


def test_streams() -> None:
    text = """
    sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x i64>, out "y" %y: !sdfg.array<[N] x i64>,
                         inout "total" %total: !sdfg.array<[] x i64>,
                         inout "q" %q: !sdfg.stream<i64, depth 8>) {
      %p = sdfg.alloc : !sdfg.stream<i64, depth 2 * N>
      sdfg.state @through {
        sdfg.map [i = 0:N] {
          sdfg.tasklet (%v = %x[i]) -> (%p[]) { sdfg.yield %v : i64 }
        }
        sdfg.copy %x[0:N:2] -> %p[]
        sdfg.copy %p[] -> %y[0:N]
        sdfg.consume (%e = %p) workers 2 {
          sdfg.tasklet (%v = %e[]) -> (%total[] wcr sum) { sdfg.yield %v : i64 }
        }
        sdfg.tasklet (%v = %q[]) -> (%q[]) {
          %0 = arith.muli %v, %v : i64
          sdfg.yield %0 : i64
        }
      }
    }
    """
    x = np.arange(3, 8)
    arrays = {"x": x, "total": np.array(100), "q": np.array([5, 6, 7])}
    results = run(text, arrays=arrays)
    np.testing.assert_array_equal(results["y"], x)
    assert results["total"] == 100 + 3 + 5 + 7
    np.testing.assert_array_equal(results["q"], [6, 7, 25])


def test_large_maps_run_in_parts(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    from sdfg.dialect.interpreter import maps

    a, b = normal(rng, 23, 31), normal(rng, 31, 17)
    whole = interpret(parsed(MATMUL), "main", {"A": a, "B": b})["C"]
    monkeypatch.setattr(maps, "LANES", 13)
    parts = interpret(parsed(MATMUL), "main", {"A": a, "B": b}, strict=True)["C"]
    np.testing.assert_allclose(parts, whole, rtol=1e-5, atol=1e-5)
