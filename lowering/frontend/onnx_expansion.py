"""The rewriting of one operator of an ONNX graph into several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper


@dataclass
class Expansion:
    """The operators that one node becomes; all carry its name, as a place for messages."""

    graph: GraphProto
    node: NodeProto
    types: Mapping[str, Any]
    opset: int
    """The version of ONNX's own operator set."""
    prefix: str = ""
    """Before the names of new values; by default the node's name."""
    nodes: list[NodeProto] = field(default_factory=list[NodeProto])

    @property
    def attributes(self) -> dict[str, Any]:
        """Those given, as Python values."""
        return {a.name: helper.get_attribute_value(a) for a in self.node.attribute}

    def element(self, name: str) -> int:
        """The element type of a value; 0 if unknown."""
        return self.types[name].elem_type if name in self.types else 0

    def shape(self, name: str) -> list[int] | None:
        """The sizes of a value, 0 for a dynamic one; None if even their number is unknown."""
        kind = self.types.get(name)
        if kind is None or not kind.HasField("shape"):
            return None
        return [dim.dim_value for dim in kind.shape.dim]

    def static(self, name: str) -> list[int] | None:
        """The sizes of a value if all are known, else None."""
        kind = self.types.get(name)
        if kind is None or not kind.HasField("shape"):
            return None
        known = all(dim.HasField("dim_value") for dim in kind.shape.dim)
        return [dim.dim_value for dim in kind.shape.dim] if known else None

    def settled(self, number: int) -> bool:
        """Whether the value of an operand is known; so it is if there is none."""
        name = self.node.input[number] if number < len(self.node.input) else ""
        return not name or self.known(name) is not None

    def text(self, attribute: str, default: str) -> str:
        """An attribute that is a text."""
        value: bytes = self.attributes.get(attribute, default.encode())
        return value.decode()

    def known(self, name: str) -> np.ndarray[Any, Any] | None:
        """The value of an initializer or a constant, else None."""
        for tensor in self.graph.initializer:
            if tensor.name == name:
                return numpy_helper.to_array(tensor)
        for node in self.graph.node:
            if node.op_type == "Constant" and node.output[0] == name:
                value = helper.get_attribute_value(node.attribute[0])
                is_tensor = isinstance(value, TensorProto)
                return numpy_helper.to_array(value) if is_tensor else np.array(value)
        return None

    def constant(self, label: str, value: np.ndarray[Any, Any]) -> str:
        """A new initializer."""
        name = f"{self.prefix or self.node.name}.{label}"
        self.graph.initializer.append(numpy_helper.from_array(value, name))
        return name

    def compute(self, op_type: str, *operands: str, result: str = "", **attributes: Any) -> str:
        """A new node; returns its result, which has a name of its own unless one is given."""
        result = result or f"{self.prefix or self.node.name}.{len(self.nodes)}"
        self.nodes.append(
            helper.make_node(op_type, operands, [result], self.node.name, **attributes)
        )
        return result

    def replaced_by(self, operands: Sequence[str]) -> None:
        """The same node with other operands."""
        node = NodeProto()
        node.CopyFrom(self.node)
        node.input[:] = operands
        self.nodes.append(node)
