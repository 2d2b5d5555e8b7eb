"""Text of expressions and types: precedence, parentheses, declarators."""

from sdfg.backends.c_tree import expressions as e
from sdfg.backends.c_tree import types as t
from sdfg.backends.c_tree.dispatch import method_by_type
from sdfg.backends.c_tree.layout import break_mark
from sdfg.backends.c_tree.literals import float_text, integer_text, string_text
from sdfg.backends.c_tree.nodes import CType, Node

_PRECEDENCE = {
    **dict.fromkeys(("*", "/", "%"), 13),
    **dict.fromkeys(("+", "-"), 12),
    **dict.fromkeys(("<<", ">>"), 11),
    **dict.fromkeys(("<", "<=", ">", ">="), 10),
    **dict.fromkeys(("==", "!="), 9),
    **{"&": 8, "^": 7, "|": 6, "&&": 5, "||": 4},
}
_POSTFIX, _UNARY, _TERNARY = 15, 14, 3
_ARITHMETIC = frozenset("+-*/%")
_COMPARISON = frozenset(("<", "<=", ">", ">=", "==", "!="))
_LOGIC = frozenset(("&&", "||"))


class ExpressionPrinter:
    """Prints one expression; `depth` is the nesting at which a long line may be broken."""

    def __init__(self) -> None:
        self.depth = 0

    def nested(self, node: Node | int) -> str:
        """The text of what stands between brackets of some kind."""
        self.depth += 1
        result = self.text(e.Integer(node) if isinstance(node, int) else node)
        self.depth -= 1
        return result

    def listed(self, nodes: tuple[e.Expression, ...]) -> str:
        """The texts, separated by commas."""
        self.depth += 1
        result = f",{break_mark(self.depth)}".join(self.text(node) for node in nodes)
        self.depth -= 1
        return result

    def at_least(self, node: e.Expression, precedence: int) -> str:
        """The text, in parentheses if it binds more loosely than `precedence`."""
        if _precedence(node) < precedence:
            return f"({self.nested(node)})"
        return self.text(node)

    @method_by_type
    def text(self, node: Node) -> str:
        """The text of an expression, without parentheses around the whole."""
        raise TypeError(f"{type(node).__name__} has no text in C")

    @text.register
    def _(self, node: e.Name) -> str:
        return node.name

    @text.register
    def _(self, node: e.Integer) -> str:
        return integer_text(node.value, node.type)

    @text.register
    def _(self, node: e.Float) -> str:
        return float_text(node.value, node.type)

    @text.register
    def _(self, node: e.String) -> str:
        return string_text(node.value)

    @text.register
    def _(self, node: e.Unary) -> str:
        inner = self.at_least(node.value, _UNARY)
        if inner[0] == node.operator and node.operator in "-+&":  # --x is another operator
            inner = f"({inner})"
        return node.operator + inner

    @text.register
    def _(self, node: e.Binary) -> str:
        left = self.binary_operand(node.operator, node.left, right=False)
        right = self.binary_operand(node.operator, node.right, right=True)
        # An operator that binds loosely is a better place to break than one that binds tightly.
        mark = break_mark(self.depth, _PRECEDENCE[node.operator])
        return f"{left}{mark}{node.operator} {right}"

    def binary_operand(self, parent: str, node: e.Expression, *, right: bool) -> str:
        """An operand, in parentheses where C needs them or where compilers ask for them."""
        negation = isinstance(node, e.Unary) and node.operator == "!" and parent not in _LOGIC
        bare = not (negation or isinstance(node, e.Binary | e.Ternary))
        if isinstance(node, e.Binary):
            same_side = _PRECEDENCE[node.operator] - _PRECEDENCE[parent] >= int(right)
            bare = same_side and _reads_well(parent, node.operator)
        return self.text(node) if bare else f"({self.nested(node)})"

    @text.register
    def _(self, node: e.Ternary) -> str:
        mark = break_mark(self.depth, _TERNARY)
        condition = self.binary_operand("&&", node.condition, right=False)
        then, otherwise = (
            self.at_least(part, _TERNARY + 1) for part in (node.then, node.otherwise)
        )
        return f"{condition}{mark}? {then}{mark}: {otherwise}"

    @text.register
    def _(self, node: e.Call) -> str:
        return f"{self.at_least(node.function, _POSTFIX)}({self.listed(node.arguments)})"

    @text.register
    def _(self, node: e.Cast) -> str:
        return f"({self.declared(node.type, '')}){self.at_least(node.value, _UNARY)}"

    @text.register
    def _(self, node: e.Index) -> str:
        return f"{self.at_least(node.base, _POSTFIX)}[{self.nested(node.index)}]"

    @text.register
    def _(self, node: e.Member) -> str:
        arrow = "->" if node.through_pointer else "."
        return f"{self.at_least(node.base, _POSTFIX)}{arrow}{node.name}"

    @text.register
    def _(self, node: e.SizeOf) -> str:
        return f"sizeof({self.declared(node.type, '')})"

    @text.register
    def _(self, node: e.Initializer) -> str:
        return f"{{{self.listed(node.elements)}}}"

    @text.register
    def _(self, node: e.Compound) -> str:
        return f"({self.declared(node.type, '')}){{{self.listed(node.elements)}}}"

    def declared(self, ctype: CType, declarator: str) -> str:
        """
        A declaration of `declarator` with a type; a type name for the empty declarator.

        C writes types inside out: what is done to the name to get at the innermost type.
        """
        match ctype:
            case t.Scalar(name=name) | t.Named(name=name) | t.Vector(name=name):
                return f"{name} {declarator}" if declarator else name
            case t.Array(element=element, size=size):
                text = "" if size is None else self.nested(size)
                return self.declared(element, f"{declarator}[{text}]")
            case t.Pointer(to=to, restrict=restrict):
                return self._pointer(to, "restrict" if restrict else "", declarator)
            case t.Qualified(of=t.Pointer(to=to, restrict=restrict), qualifier=qualifier):
                return self._pointer(
                    to, f"{qualifier} restrict" if restrict else qualifier, declarator
                )
            case t.Qualified(of=of, qualifier=qualifier):
                return f"{qualifier} {self.declared(of, declarator)}"
            case _:
                raise TypeError(f"{type(ctype).__name__} has no text in C")

    def _pointer(self, to: CType, qualifiers: str, declarator: str) -> str:
        space = " " if qualifiers and declarator else ""
        text = f"*{qualifiers}{space}{declarator}"
        return self.declared(to, f"({text})" if isinstance(to, t.Array) else text)


def _precedence(node: e.Expression) -> int:
    match node:
        case e.Binary(operator=operator):
            return _PRECEDENCE[operator]
        case e.Ternary():
            return _TERNARY
        case e.Unary() | e.Cast():
            return _UNARY
        case e.Integer(value=value) if value < 0:
            return _UNARY
        case e.Float(value=value) if str(value).startswith("-"):
            return _UNARY
        case _:
            return _POSTFIX


def _reads_well(parent: str, child: str) -> bool:
    """
    Whether an operator within another is clear without parentheses.

    Stricter than precedence: `a & b == c`, `a + b << c`, `a && b || c` and the like make both
    compilers warn (-Wparentheses), and readers stop.
    """
    if parent in _ARITHMETIC:
        return child in _ARITHMETIC
    if parent in _COMPARISON:
        return child in _ARITHMETIC
    if parent in _LOGIC:
        return child == parent or child in _COMPARISON or child in _ARITHMETIC
    return child == parent and child in "&|^"
