"""What the benchmark makes of its figures: costs, ratios, shares of the limits, reports."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from onnx import TensorProto, helper
from rich.console import Console
from unit.benchmarking import LIMITS, figures, report, small_files

from sdfg.tools.bench.cost import Cost, cost_of
from sdfg.tools.bench.html import to_html
from sdfg.tools.bench.limits import better
from sdfg.tools.bench.results import Figures
from sdfg.tools.bench.svg import LogAxis
from sdfg.tools.bench.table import failures, print_report, summary, warnings


def test_cost_counts_products_inputs_outputs_and_weights(tmp_path: Path) -> None:
    assert small_files(tmp_path).cost == Cost(2 * 3 * 4 * 5, 4 * (12 + 15 + 20))


def test_cost_of_a_table_is_what_is_looked_up(tmp_path: Path) -> None:
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "ids"], ["y"], axis=0)],
        "lookup",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, [2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 8])],
        [helper.make_tensor("table", TensorProto.FLOAT, [100, 8], [0.0] * 800)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    (tmp_path / "lookup.onnx").write_bytes(model.SerializeToString())
    assert cost_of(tmp_path / "lookup.onnx") == Cost(0, 2 * 8 + 64 + 64)


def test_bound_is_the_larger_of_work_and_traffic() -> None:
    assert LIMITS.bound(Cost(200, 100), 1) == 100 / 40
    assert LIMITS.bound(Cost(2000, 100), 2) == 2000 / 200
    assert LIMITS.bound(Cost(0, 2000), 1) == 2000 / 20  # more than one L2, within L3
    assert LIMITS.bound(Cost(0, 2000), 2) == 2000 / 40  # within the L2 of both cores
    assert LIMITS.bound(Cost(0, 20000), 1) == 20000 / 10


def test_of_two_measurements_the_higher_counts() -> None:
    assert better(LIMITS, LIMITS) == LIMITS


def test_ratio_is_to_the_best_peer_that_agrees() -> None:
    won, lost = report().rows
    assert won.ratio == 1.5
    assert lost.best_peer is not None
    assert (lost.best_peer.peer, lost.ratio) == ("openvino", 0.5)
    assert won.fraction_of_limit(LIMITS) == 500 / 40 / 2.0


def test_spread_is_half_of_the_quartiles_distance() -> None:
    assert figures("sdfg", 1.0).spread == 0.0


def test_json_has_raw_and_derived_figures() -> None:
    plain = json.loads(json.dumps(report().to_json()))
    assert plain["rows"][0]["ratio"] == 1.5
    assert plain["rows"][1]["figures"]["iree"]["failure"] == "not installed: iree"


def test_reasons_are_stated() -> None:
    assert failures(report()) == [
        "ONNX Runtime disagrees with sdfg: 0 instead of <1> (sums/2)",
        "OpenVINO, start-up: no such file (sums/2)",
        "IREE: not installed: iree (sums/2)",
    ]


def test_disturbed_reports_say_so() -> None:
    disturbed = report()
    disturbed.others = 0.25
    assert warnings(disturbed)[0] == "other processes took 25 % of the CPU time meanwhile"


def test_summary_is_a_line() -> None:
    won, lost = report().rows
    assert summary(won) == "gemm, 2 threads: sdfg 2000 ms, ONNX Runtime 3000 ms, ratio 1.50"
    lost.figures["sdfg"] = Figures("sdfg", failure="cannot")
    assert summary(lost) == "sums, 2 threads: sdfg cannot, OpenVINO 2000 ms"


def test_table_names_all(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(report(), Console(width=120))
    text = capsys.readouterr().out
    for expected in ("2000", "1.50", "0.50", "(!)", "not installed: iree"):
        assert expected in text


def test_page_is_well_formed_and_escaped() -> None:
    page = to_html(report())
    assert "a &lt;machine&gt;" in page
    assert "sums &amp; more" in page
    assert "<1>" not in page
    pictures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(pictures) == 4  # nothing was measured with one thread
    for picture in pictures:
        ElementTree.fromstring(picture)


def test_axis_is_logarithmic() -> None:
    axis = LogAxis(0.1, 1000, 0, 400)
    assert axis.at(1) == pytest.approx(100)
    assert axis.ticks() == [0.1, 1, 10, 100, 1000]
    assert LogAxis(1, 20, 0, 1).ticks() == [1, 2, 5, 10, 20]
