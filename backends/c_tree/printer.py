"""
The one place where C text is made.

Deterministic: the same tree gives the same bytes. Four spaces of indentation, lines of 100
columns where there is a place to break them.
"""

from itertools import pairwise

from sdfg.backends.c_tree import expressions as e
from sdfg.backends.c_tree import files as f
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree.dispatch import method_by_type
from sdfg.backends.c_tree.expression_printer import ExpressionPrinter
from sdfg.backends.c_tree.layout import LAST_RESORT, break_mark, fill, plain
from sdfg.backends.c_tree.literals import comment_text
from sdfg.backends.c_tree.nodes import CType, Item, Statement

_BREAK_AT_EQUALS = break_mark(0, LAST_RESORT)
_COMPACT = (f.Include, f.Define, f.Typedef, f.VectorTypedef, f.Expansion)
"""Items without blank lines between those of one kind."""


def print_file(file: f.SourceFile | f.HeaderFile) -> str:
    """The text of a file, ending in a newline."""
    printer = Printer()
    if isinstance(file, f.HeaderFile):
        printer.header(file)
    else:
        printer.items(file.items)
    return printer.text


def print_statement(statement: Statement) -> str:
    """The text of a statement, without the last newline."""
    printer = Printer()
    printer.statement(statement)
    return printer.text.removesuffix("\n")


def print_expression(expression: e.Expression) -> str:
    """The text of an expression on one line."""
    return plain(ExpressionPrinter().text(expression))


class Printer:
    """Collects the lines of one file."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._level = 0

    @property
    def text(self) -> str:
        """Everything printed so far."""
        return "".join(f"{line}\n" for line in self._lines)

    def line(self, text: str) -> None:
        """A line of text, broken where it is too long."""
        self._lines.extend(fill(text, self._level))

    def directive(self, text: str) -> None:
        """A line for the preprocessor, continued with backslashes."""
        self._lines.extend(fill(text, self._level, ending=" \\"))

    def blank(self) -> None:
        """One empty line, never two and none at a beginning."""
        if self._lines and self._lines[-1] and not self._lines[-1].endswith("{"):
            self._lines.append("")

    def body(self, statements: s.Body) -> None:
        """Statements, indented by one level."""
        self._level += 1
        for statement in statements:
            self.statement(statement)
        self._level -= 1

    def braced(self, head: str, statements: s.Body) -> None:
        """`head { statements }`."""
        self.line(f"{head} {{".lstrip())
        self.body(statements)
        self.line("}")

    def comment(self, text: str) -> None:
        """A comment of one or more lines; nothing for an empty text."""
        lines = comment_text(text)
        if lines == [""]:
            return
        if len(lines) == 1:
            self.line(f"/* {lines[0]} */")
            return
        for start, line in zip(["/*", *[" *"] * (len(lines) - 1)], lines, strict=True):
            self.line(f"{start} {line}".rstrip())
        self.line(" */")

    # Statements ---------------------------------------------------------------------------------

    @method_by_type
    def statement(self, statement: Statement) -> None:
        """Print a statement."""
        raise TypeError(f"{type(statement).__name__} has no text in C")

    @statement.register
    def _(self, statement: s.Declare) -> None:
        prefix = "static " if statement.static else ""
        self.line(prefix + _declaration(statement))

    @statement.register
    def _(self, statement: s.Assign) -> None:
        target, value = _text(statement.target), _text(statement.value)
        self.line(f"{target} {statement.operator}={_BREAK_AT_EQUALS}{value};")

    @statement.register
    def _(self, statement: s.Evaluate) -> None:
        self.line(f"{_text(statement.expression)};")

    @statement.register
    def _(self, statement: s.For) -> None:
        variable, mark = statement.variable, break_mark(0)
        start = _declared(statement.type, f"{variable} = {_text(e.operand(statement.start))}")
        step = e.operand(statement.step)
        down = isinstance(step, e.Integer) and step.value < 0
        stop = _text(
            e.Name(variable).ge(statement.stop) if down else e.Name(variable).lt(statement.stop)
        )
        self.braced(f"for ({start};{mark}{stop};{mark}{_advance(variable, step)})", statement.body)

    @statement.register
    def _(self, statement: s.While) -> None:
        self.braced(f"while ({_text(statement.condition)})", statement.body)

    @statement.register
    def _(self, statement: s.If) -> None:
        self.line(f"if ({_text(statement.condition)}) {{")
        self.body(statement.then)
        otherwise = statement.otherwise
        while len(otherwise) == 1 and isinstance(other := otherwise[0], s.If):
            self.line(f"}} else if ({_text(other.condition)}) {{")
            self.body(other.then)
            otherwise = other.otherwise
        if otherwise:
            self.line("} else {")
            self.body(otherwise)
        self.line("}")

    @statement.register
    def _(self, statement: s.Block) -> None:
        self.braced("", statement.body)

    @statement.register
    def _(self, statement: s.Return) -> None:
        value = "" if statement.value is None else f" {_text(statement.value)}"
        self.line(f"return{value};")

    @statement.register
    def _(self, statement: s.Break) -> None:
        self.line("break;")

    @statement.register
    def _(self, statement: s.Continue) -> None:
        self.line("continue;")

    @statement.register
    def _(self, statement: s.Comment) -> None:
        self.comment(statement.text)

    @statement.register
    def _(self, statement: s.Blank) -> None:
        self.blank()

    @statement.register
    def _(self, statement: s.Pragma) -> None:
        parts = [f"#pragma {statement.directive}", *map(_clause, statement.clauses)]
        self.directive(break_mark(0).join(parts))

    # Top level ----------------------------------------------------------------------------------

    def items(self, items: tuple[Item, ...]) -> None:
        """Items, blank lines between those that are of different kinds or have a body."""
        for previous, item in pairwise((None, *items)):
            assert item is not None
            compact = isinstance(item, _COMPACT)
            if previous is not None and not (compact and type(item) is type(previous)):
                if not isinstance(previous, f.FileComment):
                    self.blank()
            self.item(item)

    def header(self, file: f.HeaderFile) -> None:
        """A header: guard, includes, `extern "C"`."""
        includes = tuple(item for item in file.items if isinstance(item, f.Include))
        others = tuple(item for item in file.items if not isinstance(item, f.Include))
        leading = 1 if others and isinstance(others[0], f.FileComment) else 0
        self.items(others[:leading])
        self.line(f"#ifndef {file.guard}")
        self.line(f"#define {file.guard}")
        self.blank()
        self.items(includes)
        self.blank()
        for line in ("#ifdef __cplusplus", 'extern "C" {', "#endif"):
            self.line(line)
        self.blank()
        self.items(others[leading:])
        self.blank()
        for line in ("#ifdef __cplusplus", "}", "#endif"):
            self.line(line)
        self.blank()
        self.line(f"#endif /* {file.guard} */")

    @method_by_type
    def item(self, item: Item) -> None:
        """Print an item of the top level."""
        raise TypeError(f"{type(item).__name__} has no text in C")

    @item.register
    def _(self, item: f.Include) -> None:
        self.line(f"#include <{item.path}>" if item.system else f'#include "{item.path}"')

    @item.register
    def _(self, item: f.Define) -> None:
        if item.value is None:
            self.line(f"#define {item.name}")
        else:
            value = ExpressionPrinter().at_least(item.value, 15)
            self.directive(f"#define {item.name} {value}")

    @item.register
    def _(self, item: f.Typedef) -> None:
        self.line(f"typedef {_declared(item.type, item.name)};")

    @item.register
    def _(self, item: f.VectorTypedef) -> None:
        name, element = item.vector.name.removesuffix("_u"), item.vector.element
        attributes = f"vector_size({item.vector.bytes})"
        self.line(f"typedef {element.name} {name} __attribute__(({attributes}));")
        attributes += f", aligned({element.bits // 8}), may_alias"
        self.line(f"typedef {element.name} {name}_u __attribute__(({attributes}));")

    @item.register
    def _(self, item: f.Expansion) -> None:
        self.line(f"{item.macro}({', '.join(item.arguments)})")

    @item.register
    def _(self, item: f.Struct) -> None:
        self.comment(item.comment)
        if item.typedef:
            self.line(f"typedef struct {item.name} {item.name};")
        if not item.fields:
            if not item.typedef:
                self.line(f"struct {item.name};")
            return
        self.line(f"struct {item.name} {{")
        self._level += 1
        for field in item.fields:
            note = f" /* {' '.join(comment_text(field.comment))} */" if field.comment else ""
            self.line(f"{_declared(field.type, field.name)};{note}")
        self._level -= 1
        self.line("};")

    @item.register
    def _(self, item: f.Function) -> None:
        self.comment(item.comment)
        mark = break_mark(1)
        parameters = f",{mark}".join(_declared(p.type, p.name) for p in item.parameters)
        words = [item.linkage] if item.linkage else []
        words += [f"__attribute__(({', '.join(item.attributes)}))"] if item.attributes else []
        head = " ".join([*words, _declared(item.returns, f"{item.name}({parameters or 'void'})")])
        if item.body is None:
            self.line(f"{head};")
        else:
            self.line(head)
            self.braced("", item.body)

    @item.register
    def _(self, item: f.Variable) -> None:
        declare = s.Declare(item.type, item.name, item.value, alignment=item.alignment)
        self.line(f"{item.linkage} {_declaration(declare)}")

    @item.register
    def _(self, item: f.FileComment) -> None:
        self.comment(item.text)


def _text(expression: e.Expression) -> str:
    return ExpressionPrinter().text(expression)


def _declared(ctype: CType, declarator: str) -> str:
    return ExpressionPrinter().declared(ctype, declarator)


def _declaration(declare: s.Declare) -> str:
    alignment = "" if declare.alignment is None else f"_Alignas({declare.alignment}) "
    value = "" if declare.value is None else f" ={_BREAK_AT_EQUALS}{_text(declare.value)}"
    return f"{alignment}{_declared(declare.type, declare.name)}{value};"


def _advance(variable: str, step: e.Expression) -> str:
    match step:
        case e.Integer(value=1):
            return f"++{variable}"
        case e.Integer(value=-1):
            return f"--{variable}"
        case e.Integer(value=value) if value < 0:
            return f"{variable} -= {_text(e.Integer(-value, step.type))}"
        case _:
            return f"{variable} += {_text(step)}"


def _clause(clause: s.Clause) -> str:
    texts = [a if isinstance(a, str) else _text(a) for a in clause.arguments]
    if not texts:
        return clause.name
    modifier = f"{clause.modifier} : " if clause.modifier else ""
    return f"{clause.name}({modifier}{', '.join(texts)})"
