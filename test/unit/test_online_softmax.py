"""Attention in one pass over tiles, against the nests it is made of and against NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.emitted import run_c
from unit.interpreting import Array, normal
from unit.text import parsed
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

from sdfg.backends.openmp.toolchain import Options
from sdfg.dialect.diagnostics import SDFGError
from sdfg.dialect.interpreter.interpret import interpret
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.weights import Weights
from sdfg.lowering.pipelines import finish, schedule
from sdfg.lowering.schedule.attention.choice import Choice
from sdfg.lowering.schedule.attention.masks import note_causal_masks
from sdfg.lowering.schedule.attention.online_softmax import OnlineSoftmaxPass
from sdfg.lowering.schedule.recipes.library import Library
from sdfg.lowering.schedule.set_machine import SetMachinePass

MACHINE = SetMachinePass(cores=2, vector_bytes=32)
GUARD = """%q = arith.divf %e, %l : f32
           %bad = arith.cmpf une, %q, %q : f32
           %zero = arith.constant 0.0 : f32
           %0 = arith.select %bad, %zero, %q : f32"""

MASK = """
    sdfg.map [p = 0:{rows}, q = 0:{columns}] {{
      sdfg.tasklet () -> (%mask[p, q]) {{
        %row = sdfg.index p
        %column = sdfg.index q
        %0 = arith.cmpi {hidden}, %column, %row : index
        %1 = arith.constant 0xff800000 : f32
        %2 = arith.constant 0.0 : f32
        %3 = arith.select %0, %1, %2 : f32
        sdfg.yield %3 : f32
      }}
    }}"""


def attention(
    heads: int,
    rows: int,
    columns: int,
    depth: int,
    width: int,
    *,
    guarded: bool,
    product: str = "mulf",
    hidden: str = "",
) -> ModuleOp:
    """
    Scores with a mask, softmax, and the product, head by head. With `hidden`, a predicate, the mask
    hides the columns of which that holds, compared with the row.
    """
    kind = f"!sdfg.array<[{rows}, {columns}] x f32>"
    argument = "" if hidden else f'in "mask" %mask: {kind},'
    computed = f"%mask = sdfg.alloc : {kind}" if hidden else ""
    filled = MASK.format(rows=rows, columns=columns, hidden=hidden) if hidden else ""
    quotient = GUARD if guarded else "%0 = arith.divf %e, %l : f32"
    return parsed(f"""
    sdfg.sdfg @main (in "Q" %Q: !sdfg.array<[{heads}, {rows}, {depth}] x f32>,
        in "K" %K: !sdfg.array<[{heads}, {columns}, {depth}] x f32>,
        in "V" %V: !sdfg.array<[{heads}, {columns}, {width}] x f32>,
        {argument}
        out "O" %O: !sdfg.array<[{rows}, {heads}, {width}] x f32>) {{
      %S = sdfg.alloc : !sdfg.array<[{heads}, {rows}, {columns}] x f32>
      %P = sdfg.alloc : !sdfg.array<[{heads}, {rows}, {columns}] x f32>
      {computed}
      sdfg.state @s {{
        {filled}
        sdfg.map [h = 0:{heads}] {{
          sdfg.map [i = 0:{rows}, j = 0:{columns}] {{
            %s = sdfg.alloc : !sdfg.array<[] x f32, register>
            sdfg.tasklet () -> (%s[]) {{ %0 = arith.constant 0.0 : f32 sdfg.yield %0 : f32 }}
            sdfg.map [k = 0:{depth}] {{
              sdfg.tasklet (%q = %Q[h, i, k], %b = %K[h, j, k]) -> (%s[] wcr sum) {{
                %0 = arith.mulf %q, %b : f32
                sdfg.yield %0 : f32
              }}
            }}
            sdfg.tasklet (%a = %s[], %b = %mask[i, j]) -> (%S[h, i, j]) {{
              %0 = arith.addf %a, %b : f32
              sdfg.yield %0 : f32
            }}
          }}
          sdfg.map [i = 0:{rows}] {{
            %E = sdfg.alloc : !sdfg.array<[{columns}] x f32, stack>
            %m = sdfg.alloc : !sdfg.array<[] x f32, register>
            %t = sdfg.alloc : !sdfg.array<[] x f32, register>
            sdfg.tasklet () -> (%m[]) {{ %0 = arith.constant 0xff800000 : f32 sdfg.yield %0 : f32 }}
            sdfg.map [r = 0:{columns}] {{
              sdfg.tasklet (%x = %S[h, i, r]) -> (%m[] wcr max) {{ sdfg.yield %x : f32 }}
            }}
            sdfg.tasklet () -> (%t[]) {{ %0 = arith.constant 0.0 : f32 sdfg.yield %0 : f32 }}
            sdfg.map [r = 0:{columns}] {{
              sdfg.tasklet (%x = %S[h, i, r], %b = %m[]) -> (%E[r], %t[] wcr sum) {{
                %0 = arith.subf %x, %b : f32
                %1 = math.exp %0 : f32
                sdfg.yield %1, %1 : f32, f32
              }}
            }}
            sdfg.map [r = 0:{columns}] {{
              sdfg.tasklet (%e = %E[r], %l = %t[]) -> (%P[h, i, r]) {{
                {quotient}
                sdfg.yield %0 : f32
              }}
            }}
          }}
          sdfg.map [i = 0:{rows}, d = 0:{width}] {{
            sdfg.tasklet () -> (%O[i, h, d]) {{ %0 = arith.constant 0.0 : f32 sdfg.yield %0 : f32 }}
            sdfg.map [r = 0:{columns}] {{
              sdfg.tasklet (%p = %P[h, i, r], %v = %V[h, r, d]) -> (%O[i, h, d] wcr sum) {{
                %0 = arith.{product} %p, %v : f32
                sdfg.yield %0 : f32
              }}
            }}
          }}
        }}
      }}
    }}""")


def data(rng: np.random.Generator, shape: tuple[int, ...], masked: str) -> dict[str, Array]:
    """Operands; the mask hides what lies behind the diagonal, leading tiles, or whole rows."""
    heads, rows, columns, depth, width = shape
    mask = np.zeros((rows, columns), np.float32)
    if masked == "triangle":
        mask[np.triu_indices(rows, 1, columns)] = -np.inf
    elif masked == "front":
        mask[:, : columns // 2] = -np.inf
    elif masked == "rows":
        mask[::3] = -np.inf
    elif masked == "finite":
        mask[rng.random(mask.shape) < 0.5] = np.finfo(np.float32).min
    return {
        "Q": 3 * normal(rng, heads, rows, depth),
        "K": normal(rng, heads, columns, depth),
        "V": normal(rng, heads, columns, width),
        "mask": mask,
    }


def reference(arrays: dict[str, Array], *, guarded: bool) -> Array:
    scores = np.einsum("hik,hjk->hij", *(arrays[n].astype(np.float64) for n in "QK"))
    scores += arrays["mask"]
    with np.errstate(invalid="ignore"):
        powers = np.exp(scores - scores.max(-1, keepdims=True))
        shares = powers / powers.sum(-1, keepdims=True)
    shares = np.where(np.isnan(shares), 0, shares) if guarded else shares
    return np.einsum("hij,hjd->ihd", shares, arrays["V"])


def applied(module: ModuleOp, *, rows: int, columns: int) -> ModuleOp:
    MACHINE.apply(Context(), module)
    OnlineSoftmaxPass(rows, columns).apply(Context(), module)
    module.verify()
    return module


MASKS = ("none", "triangle", "front", "rows", "finite")


@settings(max_examples=20, deadline=None)
@given(
    st.tuples(*(st.integers(1, n) for n in (2, 7, 9, 3, 4))),
    st.integers(1, 5),
    st.integers(1, 7),
    st.sampled_from(MASKS),
    st.booleans(),
    st.integers(0, 99),
)
def test_any_tiles(
    shape: tuple[int, ...], rows: int, columns: int, masked: str, guarded: bool, seed: int
) -> None:
    """Whatever the tiles, the results are those of NumPy, also NaN where nothing is left."""
    module = attention(*shape, guarded=guarded)
    arrays = data(np.random.default_rng(seed), shape, masked)
    applied(module, rows=rows, columns=columns)
    blocks = [n for n in module.walk() if isinstance(n, MapOp) and n.param_names == ("block",)]
    assert bool(blocks) == (shape[1] >= rows)
    found = interpret(module, "main", arrays, strict=True)["O"]
    np.testing.assert_allclose(found, reference(arrays, guarded=guarded), rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("hidden", ["sgt", "sge", "slt"])
def test_hidden_tiles(hidden: str) -> None:
    """Tiles behind the diagonal are left out where the mask says so, and only then."""
    shape = (2, 12, 16, 3, 5)
    module = applied(attention(*shape, guarded=True, hidden=hidden), rows=4, columns=4)
    left_out = "sdfg.for [tile = 0:min(" in str(module)
    assert left_out == (hidden == "sgt")
    arrays = data(np.random.default_rng(0), shape, "none")
    rows, columns = np.indices(arrays["mask"].shape)
    test = {"sgt": columns > rows, "sge": columns >= rows, "slt": columns < rows}[hidden]
    arrays["mask"][test] = -np.inf
    want = reference(arrays, guarded=True)
    found = interpret(module, "main", {n: arrays[n] for n in "QKV"}, strict=True)["O"]
    np.testing.assert_allclose(found, want, rtol=2e-5, atol=2e-5)


def with_constant(shape: tuple[int, ...], mask: Array, *, chooses: bool) -> ModuleOp:
    """The mask as a weight, which is added to scores, or else chooses between them and -inf."""
    element = "i1" if chooses else "f32"
    kind = f"!sdfg.array<[{shape[1]}, {shape[2]}] x {element}>"
    text = str(attention(*shape, guarded=True, hidden="sgt"))
    start = text.index("sdfg.map [p = 0")
    text = text[:start] + text[text.index("sdfg.map [h = 0") :]
    declared = f"%mask = sdfg.alloc : !sdfg.array<[{shape[1]}, {shape[2]}] x f32>"
    assert declared in text
    text = text.replace(declared, f'%mask = sdfg.constant #sdfg.weight<"mask"> : {kind}')
    if chooses:
        added = "arith.addf %a, %b : f32"
        assert added in text
        other = "%9 = arith.constant 0xff800000 : f32\n"
        text = text.replace("%0 = " + added, other + "%0 = arith.select %b, %a, %9 : f32")
    module = parsed(text)
    note_causal_masks(module, Weights.of({"mask": mask}))
    return module


DERIVED = """
sdfg.sdfg private @constants (in "lets" %l: !sdfg.array<[1, 8, 8] x i1>,
                              out "mask" %m: !sdfg.array<[1, 8, 8] x f32>) {{
  sdfg.state @s {{
    sdfg.map [i = 0:8, j = 0:8] {{
      sdfg.tasklet (%a = %l[0, {at}]) -> (%m[0, i, j]) {{
        %0 = arith.constant {shown} : f32
        %1 = arith.constant {hidden} : f32
        %2 = arith.select %a, %0, %1 : f32
        sdfg.yield %2 : f32
      }}
    }}
  }}
}}
sdfg.sdfg @main (in "x" %x: !sdfg.array<[1, 8, 8] x f32>,
                 out "y" %y: !sdfg.array<[1, 8, 8] x f32>) {{
  %m = sdfg.constant #sdfg.weight<"mask"> : !sdfg.array<[1, 8, 8] x f32>
  sdfg.state @s {{
    sdfg.map [i = 0:8, j = 0:8] {{
      sdfg.tasklet (%a = %x[0, i, j], %b = %m[0, i, j]) -> (%y[0, i, j]) {{
        %0 = arith.addf %a, %b : f32
        sdfg.yield %0 : f32
      }}
    }}
  }}
}}"""


@pytest.mark.parametrize(
    ("at", "shown", "hidden", "causal"),
    [
        ("i, j", "0.0", "-3.4e38", True),
        ("i, j", "0.0", "-1.0e4", False),
        ("i, j", "-3.4e38", "0.0", False),
        ("j, i", "0.0", "-3.4e38", False),
    ],
)
def test_masks_computed_of_masks(at: str, shown: str, hidden: str, causal: bool) -> None:
    module = parsed(DERIVED.format(at=at, shown=shown, hidden=hidden))
    note_causal_masks(module, Weights.of({"lets": np.tri(8, dtype=np.bool_)[None]}))
    assert ("sdfg.causal" in str(module)) == causal


ATTENTION = """
sdfg.recipe @mine for "attention" when "row > 1" {{
  sdfg.knob "rows" = "4 * lanes" in "8"
  sdfg.step "{}" {{{}}}
}}"""


@pytest.mark.parametrize(
    ("step", "options", "message"),
    [
        ("tile", 'loop = "row"', "names no transformation: tile"),
        ("online-softmax", 'rows = "rows"', "needs columns"),
        ("online-softmax", 'rows = "row", columns = "lines"', "uses lines"),
        ("online-softmax", 'rows = "1", columns = "1", depth = "1"', "has no option depth"),
    ],
)
def test_wrong_recipes(step: str, options: str, message: str) -> None:
    def choose() -> None:
        library = Library.read([("mine.mlir", ATTENTION.format(step, options))])
        Choice.of(library, {"row": 2, "lanes": 1})

    with pytest.raises(SDFGError, match=message):
        choose()


def test_recipe() -> None:
    library = Library.read(
        [("mine.mlir", ATTENTION.format("online-softmax", 'rows = "rows", columns = "row - 1"'))]
    )
    assert Choice.of(library, {"row": 1, "lanes": 1}) is None
    assert Choice.of(library, {"row": 7, "lanes": 2}) == Choice("mine", {"rows": 8}, 8, 6)


@pytest.mark.parametrize("chooses", [False, True])
@pytest.mark.parametrize("changed", [None, (3, 3), (3, 4), (0, 15)])
def test_tiles_hidden_by_a_constant(chooses: bool, changed: tuple[int, int] | None) -> None:
    """Only where each number of it says so."""
    shape = (2, 12, 16, 3, 5)
    lets = np.tri(*shape[1:3], dtype=np.bool_)
    if changed is not None:
        lets[changed] = not lets[changed]
    added = np.where(lets, np.float32(0), np.float32(-np.inf))
    mask = lets if chooses else added
    module = applied(with_constant(shape, mask, chooses=chooses), rows=4, columns=5)
    assert ("sdfg.for [tile = 0:min(" in str(module)) == (changed is None)
    arrays = data(np.random.default_rng(0), shape, "none") | {"mask": added}
    values = {n: arrays[n] for n in "QKV"}
    found = interpret(module, "main", values, weights=Weights.of({"mask": mask}), strict=True)["O"]
    np.testing.assert_allclose(found, reference(arrays, guarded=True), rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize(("masked", "guarded"), [("none", False), ("triangle", True)])
@pytest.mark.parametrize("columns", [0, 24])
def test_compiled(masked: str, guarded: bool, columns: int) -> None:
    """The C that comes out, with all recipes applied, for one tile and for three."""
    shape = (2, 70, 61, 16, 24)
    module = applied(attention(*shape, guarded=guarded), rows=16, columns=columns)
    arrays = data(np.random.default_rng(1), shape, masked)
    for one in (*schedule(MACHINE), *finish()):
        one.apply(Context(), module)
    module.verify()
    found = run_c(module, arrays, options=Options())["O"]
    np.testing.assert_allclose(found, reference(arrays, guarded=guarded), rtol=2e-5, atol=2e-5)


def test_stays() -> None:
    """Where scores are few, and where the product is not linear in what is normalized."""
    near = attention(1, 8, 8, 4, 4, guarded=False)
    assert "block" not in str(applied(near, rows=0, columns=0))
    far = str(applied(attention(1, 512, 512, 4, 4, guarded=False), rows=0, columns=0))
    assert 'recipe = "attention"' in far
    other = attention(1, 8, 8, 4, 4, guarded=False, product="addf")
    assert "block" not in str(applied(other, rows=4, columns=4))
