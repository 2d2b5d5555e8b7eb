"""What an operation says, apart from names: equal for those that do the same."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from xdsl.ir import Block, Operation, SSAValue

LABELS = frozenset({"label", "sym_name", "arg_names"})
"""Attributes that only name something."""


@dataclass(frozen=True)
class Structure:
    """
    What an operation and everything in it says: operations, types, attributes, and who uses what.

    Values, labels and places in the model are left out.
    """

    key: tuple[int, ...]
    """Equal for two operations of one `Structures` exactly if they say the same."""
    externals: tuple[SSAValue, ...]
    """The values from outside that are used, in the order of their first use."""


@dataclass
class Structures:
    """Numbers what operations say. It holds no operation, only what cannot change."""

    numbers: dict[Hashable, int] = field(default_factory=dict[Hashable, int])

    def of(self, op: Operation) -> Structure:
        """That of `op`. Linear in its size."""
        values: dict[SSAValue, int] = {}
        externals: list[SSAValue] = []
        key: list[int] = []

        def define(block: Block) -> None:
            for argument in block.args:
                values[argument] = len(values)

        def visit(node: Operation) -> None:
            for operand in node.operands:
                if operand not in values:
                    values[operand] = len(values)
                    externals.append(operand)
            operands = tuple([values[operand] for operand in node.operands])
            for result in node.results:
                values[result] = len(values)
            key.append(self.number(_own(node, operands)))
            for region in node.regions:
                for block in region.blocks:
                    define(block)
                    for child in block.ops:
                        visit(child)
                    key.append(-1)  # the end of a block

        visit(op)
        key.extend(self.number(value.type) for value in externals)
        return Structure(tuple(key), tuple(externals))

    def number(self, said: Hashable) -> int:
        """The same number for the same values."""
        return self.numbers.setdefault(said, len(self.numbers))


def _own(op: Operation, operands: tuple[int, ...]) -> Hashable:
    """What `op` itself says."""
    attributes = frozenset([item for item in op.attributes.items() if item[0] not in LABELS])
    arguments = tuple([tuple([b.arg_types for b in r.blocks]) for r in op.regions])
    properties = frozenset(op.properties.items())
    return (op.name, operands, op.result_types, attributes, arguments, properties)
