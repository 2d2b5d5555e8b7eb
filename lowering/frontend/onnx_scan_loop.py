"""`Scan` as a `Loop`: rows are taken at the number of the iteration, results are stacked."""

from collections.abc import Sequence
from typing import Any

from onnx import GraphProto, NodeProto, TensorProto, helper

from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_terms import Term, constant, integers, required


def scan(e: Expansion) -> bool:
    """
    ```
    y, z = Scan(s, x) { ... }
    ->
    y, z = Loop(size of x, s) { row = x[i]; ... }; z moved to its axis, or turned around
    ```

    torch-mlir takes the number of iterations from the type, which does not know it.
    """
    attributes, given = e.attributes, list(e.node.input)
    body = GraphProto()
    body.CopyFrom(attributes["body"])
    scanned: int = attributes["num_scan_inputs"]
    states = len(given) - scanned
    ranks = [_rank(value) for value in body.output[states:]]
    sources = [required(e, states + k) for k in range(scanned)]
    shapes = [e.shape(source.name) for source in sources]
    axes = list(attributes.get("scan_output_axes", [0] * len(ranks)))
    if None in shapes or any(rank is None and axis for rank, axis in zip(ranks, axes, strict=True)):
        return False
    places = attributes.get("scan_input_axes", [0] * scanned)
    at = [place % len(s or ()) for place, s in zip(places, shapes, strict=True)]
    count = sources[0].apply("Shape", kind=TensorProto.INT64, start=at[0], end=at[0] + 1)
    prefix = f"{e.node.name}.loop"
    taken = _rows(e, sources, at, count, [value.name for value in body.input[states:]])
    nodes = [*taken, *body.node, helper.make_node("Identity", [f"{prefix}.more"], [f"{prefix}.on"])]
    make = helper.make_tensor_value_info
    number = make(f"{prefix}.number", TensorProto.INT64, [])
    more, on = (make(f"{prefix}.{what}", TensorProto.BOOL, []) for what in ("more", "on"))
    inner = helper.make_graph(
        nodes,
        body.name,
        [number, more, *body.input[:states]],
        [on, *body.output],
        list(body.initializer),
    )
    names = [f"{e.node.name}.stacked.{k}" for k in range(len(body.output))]
    results = [*e.node.output[:states], *names[states:]]
    results += [""] * (len(body.output) - len(results))
    always = constant(e, True, TensorProto.BOOL)
    loop = helper.make_node(
        "Loop", [count.reshaped().name, always.name, *given[:states]], results, body=inner
    )
    loop.name = e.node.name
    e.nodes.append(loop)
    turned = attributes.get("scan_output_directions", [0] * len(ranks))
    for k, name in enumerate(e.node.output[states:]):
        if name:
            stacked = Term(e, names[states + k], body.output[states + k].type.tensor_type.elem_type)
            _placed(stacked, ranks[k] or 0, axes[k], turned[k]).gives(name)
    return True


def _rows(
    e: Expansion, sources: Sequence[Term], axes: Sequence[int], count: Term, names: Sequence[str]
) -> list[NodeProto]:
    """Nodes that take the row of an iteration from each source."""
    backwards = e.attributes.get("scan_input_directions", [0] * len(sources))
    last, prefix = (count.reshaped() - 1).name, f"{e.node.name}.loop"
    found: list[NodeProto] = []
    for k, (source, axis) in enumerate(zip(sources, axes, strict=True)):
        index = f"{prefix}.number"
        if backwards[k]:
            index = f"{prefix}.from_end.{k}"
            found.append(helper.make_node("Sub", [last, f"{prefix}.number"], [index]))
        found.append(helper.make_node("Gather", [source.name, index], [names[k]], axis=axis))
    return found


def _rank(value: Any) -> int | None:
    kind = value.type.tensor_type
    return len(kind.shape.dim) if kind.HasField("shape") else None


def _placed(stacked: Term, rank: int, axis: int, turned: int) -> Term:
    """Rows along the first axis, brought to another one, the last row first if `turned`."""
    e = stacked.expansion
    if turned:
        bounds = (integers(e, -1), integers(e, -(2**62)), integers(e, 0), integers(e, -1))
        stacked = stacked.apply("Slice", *bounds)
    axis %= rank + 1
    if not axis:
        return stacked
    order = [*range(1, axis + 1), 0, *range(axis + 1, rank + 1)]
    return stacked.apply("Transpose", perm=order)
