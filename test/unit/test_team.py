"""The threads of a model: nothing is done twice or left out, with any way to wait."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from unit.emitted import parsed, run_c, sources

from sdfg.backends.openmp.cache import Cache
from sdfg.backends.openmp.toolchain import (
    Options,
    Program,
    compile_library,
    compile_program,
    copy_artifact,
)
from sdfg.backends.runtime import CompiledModel

SOURCES = Path(__file__).parent / "c"
THREAD = ("-fsanitize=thread", "-g1", "-O1")


# A sum per row, as a program calls it for several rows at once: enough loops for threads to meet.
PROGRAM = """
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, 8, 32] x f32>, out "y" %y: !sdfg.array<[N, 8, 32] x f32>) {
  sdfg.for [t = 0:20] {
    sdfg.state @s {
      sdfg.map [i = 0:N, j = 0:8] schedule(parallel if t < 19) {
        sdfg.map [k = 0:32] schedule(simd) {
          sdfg.tasklet (%a = %x[i, j, k]) -> (%y[i, j, k]) {
            %t = sdfg.index t
            %0 = arith.index_cast %t : index to i32
            %1 = arith.sitofp %0 : i32 to f32
            %2 = arith.addf %a, %1 : f32
            sdfg.yield %2 : f32
          }
        }
      }
    }
  }
}
"""  # noqa: E501
PLACES = """
sdfg.sdfg @main [N, M] (in "x" %x: !sdfg.array<[N, M, 5, 4] x i32>, out "y" %y: !sdfg.array<[N, M, 5, 4] x i32>) {
  sdfg.state @s {
    sdfg.map [h = 0:N, i = 1:M:2, j = 0:5, k = 0:4, l = 0:1] schedule(parallel) {
      sdfg.tasklet (%a = %x[h, i, j, k]) -> (%y[h, i, j, k]) {
        %n = sdfg.index 1000 * h + 100 * i + 10 * j + k + l
        %0 = arith.index_cast %n : index to i32
        %1 = arith.addi %a, %0 : i32
        sdfg.yield %1 : i32
      }
    }
  }
}
"""  # noqa: E501
FORKS = """
import os, sys
import numpy as np, torch
from sdfg.backends.runtime import CompiledModel

def right(model):
    x = np.random.default_rng(os.getpid()).random((7, 8, 32)).astype(np.float32)
    product = torch.ones(300, 300) @ torch.ones(300, 300)  # on the threads of OpenMP
    return bool((model(x) == x + 19).all()) and product[0, 0] == 300

with CompiledModel.load(sys.argv[1], threads=2) as model:
    assert right(model)
    child = os.fork()
    if child == 0:
        x = np.ones((9, 8, 32), np.float32)
        ok = bool((model(x) == 20).all())  # without torch, whose OpenMP does not survive a fork
        model.close()
        os._exit(0 if ok else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert right(model)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    program, interface = sources(parsed(PROGRAM))
    built = compile_library(program, cache=Cache(folder / "cache"))
    assert built.warnings == ()
    copy_artifact(built, folder / interface.library)
    (folder / "main.json").write_text(interface.to_json())
    return folder


@pytest.mark.parametrize("openmp", [False, True], ids=["own", "openmp"])
@pytest.mark.parametrize("sizes", [(0, 5), (3, 0), (1, 2), (3, 9), (40, 7)])
def test_places_of_points(sizes: tuple[int, int], openmp: bool) -> None:
    n, m = sizes
    x = np.random.default_rng(9).integers(0, 9, (n, m, 5, 4)).astype(np.int32)
    h, i, j, k = np.indices(x.shape)
    expected = np.where(i % 2 == 1, x + 1000 * h + 100 * i + 10 * j + k, 0)
    module = parsed(PLACES)
    given, symbols = {"x": x}, {"N": n, "M": m}
    for threads in (1, 3):
        y = run_c(module, given, symbols, options=Options(openmp=openmp), threads=threads, runs=1)
        np.testing.assert_array_equal(y["y"][:, 1::2], expected[:, 1::2])


@pytest.mark.parametrize("bound", ["0", "1"])
def test_callers_at_once(folder: Path, bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDFG_BIND_THREADS", bound)
    failures: list[Any] = []

    def work(threads: int) -> None:
        random = np.random.default_rng(threads)
        with CompiledModel.load(folder / "main.json", threads=threads) as model:
            for _ in range(30):
                x = random.random((int(random.integers(0, 40)), 8, 32)).astype(np.float32)
                if not np.array_equal(model(x), x + np.float32(19)):
                    failures.append((threads, x.shape))

    callers = [threading.Thread(target=work, args=(threads,)) for threads in (1, 2, 3, 8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert failures == []


def test_beside_torch_and_after_fork(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKS, str(folder / "main.json")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="needs Linux")
def test_one_cpu_needs_no_threads(folder: Path) -> None:
    script = f"""
import os
from sdfg.backends.runtime import CompiledModel
os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1])
before = len(os.listdir("/proc/self/task"))
model = CompiledModel.load({str(folder / "main.json")!r})
print(len(os.listdir("/proc/self/task")) - before)
"""
    variables = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    for setting, more in (({}, 0), ({"SDFG_NUM_THREADS": "3", "OMP_NUM_THREADS": "2"}, 2)):
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**variables, **setting},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.stdout == f"{more}\n", done.stderr


@pytest.mark.parametrize("waits", [(), ("-DSDFG_WAIT_PORTABLE",)], ids=["futex", "condition"])
def test_races(tmp_path: Path, waits: tuple[str, ...]) -> None:
    _run(tmp_path, Options(native=False, extra=(*THREAD, *waits)))


@pytest.mark.parametrize("waits", [(), ("-DSDFG_WAIT_PORTABLE",)], ids=["futex", "condition"])
def test_memory_and_children(tmp_path: Path, waits: tuple[str, ...]) -> None:
    _run(tmp_path, Options(native=False, sanitize=True, extra=waits), "fork")


def test_threads_that_never_wait_awake(tmp_path: Path) -> None:
    _run(
        tmp_path, Options(extra=("-DSDFG_IDLE_NANOSECONDS=0", "-DSDFG_JOIN_NANOSECONDS=0")), "fork"
    )


def test_threads_of_openmp(tmp_path: Path) -> None:
    _run(tmp_path, Options(openmp=True))


def test_a_thread_leaves_a_cpu(tmp_path: Path) -> None:
    _run(tmp_path, Options(), source="leave_cpu.c")


def _run(folder: Path, options: Options, *arguments: str, source: str = "team_stress.c") -> None:
    text = (SOURCES / source).read_text(encoding="utf-8")
    program = Program(Path(source).stem, {source: text})
    built = compile_program(program, options, cache=Cache(folder))
    assert built.warnings == ()
    done = subprocess.run(
        [built.path, *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "ok\n"), done.stdout + done.stderr
