"""Producers computed tile by tile change no result, whatever halo, borders and tiles."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.choices import Choices, Drawn, chance, pick
from unit.random_transformations import loops_of, random_transformation
from unit.text import parsed
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

from sdfg.dialect.diagnostics import SDFGError
from sdfg.dialect.interpreter.interpret import interpret
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.lowering.schedule.choose_fusions import ChooseFusionsPass
from sdfg.lowering.schedule.fuse_halos import FuseHalosPass
from sdfg.lowering.schedule.names import names_around
from sdfg.lowering.schedule.set_machine import SetMachinePass
from sdfg.lowering.schedule.transforms.nest import Nest, Refused
from sdfg.lowering.schedule.transforms.transformation import Transformation


@dataclass(frozen=True)
class Layers:
    """A filter of `width` rows, `step` apart, over rows that another such filter has made."""

    rows: int
    columns: int
    width: int
    step: int
    pad: int
    block: int
    """Columns that one iteration of the producers' loop writes."""

    @property
    def inner(self) -> int:
        """Rows between the two, borders included."""
        return self.step * (self.rows - 1) + self.width

    @property
    def outer(self) -> int:
        return self.inner - 2 * self.pad + self.width - 1

    def build(self) -> ModuleOp:
        n, c, held = self.rows, self.columns, self.inner
        first, end, blocks = self.pad, held - self.pad, self.columns // self.block
        column = f"{self.block} * b + l"
        return parsed(f"""
sdfg.sdfg @main (in "x" %x: !sdfg.array<[{self.outer}, {c}] x f32>,
                 out "y" %y: !sdfg.array<[{n}, {c}] x f32>) {{
  %s = sdfg.alloc "s" : !sdfg.array<[{self.outer}, {c}] x f32>
  %t = sdfg.alloc "t" : !sdfg.array<[{held}, {c}] x f32>
  sdfg.state @layers {{
    sdfg.map [b = 0:{blocks}, i = 0:{self.outer}, l = 0:{self.block}] {{
      sdfg.tasklet (%a = %x[i, {column}]) -> (%s[i, {column}]) {{
        %0 = arith.mulf %a, %a : f32
        sdfg.yield %0 : f32
      }}
    }}
    sdfg.map [p = 0:{first}, j = 0:{c}] {{
      sdfg.tasklet () -> (%t[p, j]) {{
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }}
    }}
    sdfg.map [p = {end}:{held}, j = 0:{c}] {{
      sdfg.tasklet () -> (%t[p, j]) {{
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }}
    }}
    sdfg.map [i = {first}:{end}, b = 0:{blocks}, l = 0:{self.block}] {{
      sdfg.tasklet () -> (%t[i, {column}]) {{
        %0 = arith.constant 0.5 : f32
        sdfg.yield %0 : f32
      }}
      sdfg.map [k = 0:{self.width}] {{
        sdfg.tasklet (%a = %s[i - {first} + k, {column}]) -> (%t[i, {column}] wcr sum) {{
          sdfg.yield %a : f32
        }}
      }}
    }}
    sdfg.map [i = 0:{n}, j = 0:{c}] {{
      sdfg.tasklet () -> (%y[i, j]) {{
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }}
      sdfg.map [k = 0:{self.width}] {{
        sdfg.tasklet (%a = %t[{self.step} * i + k, j]) -> (%y[i, j] wcr sum) {{
          sdfg.yield %a : f32
        }}
      }}
    }}
  }}
}}""")


LAYERS = st.builds(
    Layers,
    rows=st.integers(3, 20),
    columns=st.sampled_from((8, 12)),
    width=st.integers(1, 4),
    step=st.integers(1, 3),
    pad=st.integers(0, 1),
    block=st.sampled_from((1, 2, 4)),
)


def results(module: ModuleOp, layers: Layers) -> np.ndarray:
    x = np.random.default_rng(0).standard_normal((layers.outer, layers.columns), np.float32)
    return interpret(module, "main", {"x": x}, {}, strict=True)["y"]


def nests(module: ModuleOp) -> list[MapOp]:
    return [op for op in module.walk() if isinstance(op, MapOp) and "_tile" in op.param_names[0]]


@settings(max_examples=20)
@given(
    layers=LAYERS, sizes=st.tuples(st.integers(1, 9), st.sampled_from((1, 2, 4, 5))), data=st.data()
)
def test_random_tiles(layers: Layers, sizes: tuple[int, int], data: st.DataObject) -> None:
    loops = data.draw(st.sampled_from((("i",), ("j",), ("i", "j"))))
    containers = data.draw(st.sampled_from((("t",), ("t", "s"))))
    module = layers.build()
    wanted = results(module, layers)
    try:
        FuseHalosPass(containers, loops, sizes[: len(loops)]).apply(Context(), module)
    except SDFGError:
        module = layers.build()  # Refused before anything has changed.
    module.verify()
    np.testing.assert_allclose(results(module, layers), wanted, rtol=1e-5)


@settings(max_examples=20, deadline=None)
@given(layers=LAYERS, data=st.data())
def test_random_sequences(layers: Layers, data: st.DataObject) -> None:
    """Nests that were transformed before, as recipes do, and tiles that are transformed after."""
    choices = Drawn(data.draw)
    module = layers.build()
    wanted = results(module, layers)
    for k in range(choices.integer(1, 4)):
        copy = module.clone()
        if chance(choices, 40):
            loops = pick(choices, (("i",), ("j",), ("i", "j"), ("s0o",)))
            sizes = (choices.integer(1, 9), pick(choices, (1, 2, 4, 5)))[: len(loops)]
            step = FuseHalosPass(pick(choices, (("t",), ("t", "s"))), loops, sizes)
        else:
            step = random_transformation(choices, loops_of(copy), f"s{k}")
        if taken(copy, step, choices):
            copy.verify()
            np.testing.assert_allclose(results(copy, layers), wanted, rtol=1e-5, err_msg=str(step))
            module = copy


def taken(module: ModuleOp, step: FuseHalosPass | Transformation, choices: Choices) -> bool:
    """Whether a step is not refused; a transformation is for one of the nests."""
    try:
        if isinstance(step, FuseHalosPass):
            step.apply(Context(), module)
            return True
        (state,) = [op for op in module.walk() if isinstance(op, StateOp)]
        node = pick(choices, [op for op in state.body.block.ops if isinstance(op, MapOp)])
        nest = Nest.open(node, state, names_around(state))
        step.rewrite(nest)
        nest.close()
    except (SDFGError, Refused):
        return False
    return True


@pytest.mark.parametrize("containers", [("t",), ("t", "s")])
def test_chains_of_rows_are_fused(containers: tuple[str, ...]) -> None:
    layers = Layers(rows=13, columns=8, width=3, step=2, pad=1, block=4)
    module = layers.build()
    wanted = results(module, layers)
    FuseHalosPass(containers, ("i",), (4,)).apply(Context(), module)
    module.verify()
    assert len(nests(module)) == 1
    np.testing.assert_allclose(results(module, layers), wanted, rtol=1e-5)


@settings(max_examples=10)
@given(layers=LAYERS, cores=st.integers(1, 3))
def test_chosen_tiles(layers: Layers, cores: int) -> None:
    """On a machine with hardly any caches, whatever is chosen."""
    module = layers.build()
    wanted = results(module, layers)
    machine = SetMachinePass(cores, 16, 16, 256, 512, 1024, core_gbytes=1, start_ns=1)
    for step in (machine, ChooseFusionsPass()):
        step.apply(Context(), module)
    module.verify()
    np.testing.assert_allclose(results(module, layers), wanted, rtol=1e-5)


def test_tiles_are_chosen() -> None:
    module = Layers(rows=64, columns=8, width=3, step=1, pad=1, block=8).build()
    machine = SetMachinePass(1, 16, 16, 256, 1024, 1 << 20, core_gbytes=1)
    for step in (machine, ChooseFusionsPass()):
        step.apply(Context(), module)
    (nest,) = nests(module)
    assert "times the operations" in str(nest.attributes["fusion"])
