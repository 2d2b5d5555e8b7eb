"""
The four functions of a compiled model that others call: `init`, `run`, `exit` and `message`.

`run` takes the context, a pointer per container (those with the role `in` or `inout` first, then
those with the role `out`), and the symbols.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import files as f
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.openmp.failures import CONTEXT
from sdfg.backends.openmp.interface import DTYPES, element_type
from sdfg.backends.openmp.scope import Scope
from sdfg.backends.openmp.types import element_storage
from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.types import ArrayType

_MODEL = c.Name("model")
_SHARED = _MODEL.arrow("shared").address()
_OK, _BAD_ARGUMENT = c.Name("SDFG_OK"), c.Name("SDFG_BAD_ARGUMENT")
_CHECKS = 12
"""So many arguments are checked in one condition."""
RESERVED = frozenset({"model", "context"})
"""Names in `run` that are no containers and no symbols."""


@dataclass(frozen=True)
class Argument:
    """A container that the caller gives."""

    role: str
    label: str
    """As the model calls it."""
    kind: ArrayType
    parameter: f.Parameter
    """Its type is that of the elements inside: signed integers."""
    dtype: str
    """The type of the elements as interfaces call it."""
    stored: t.Scalar
    """Of an element inside."""

    @property
    def scalar(self) -> t.Scalar:
        """The type of an element as the caller sees it."""
        return t.scalar_of(self.dtype)

    @property
    def differs(self) -> bool:
        """Whether that is another one."""
        return self.scalar != self.stored

    @property
    def outside(self) -> f.Parameter:
        """The parameter as the caller sees it."""
        if not self.differs:
            return self.parameter
        to = t.const(self.scalar) if self.role == "in" else self.scalar
        return f.Parameter(self.parameter.name, t.pointer(to, restrict=True))

    @property
    def element(self) -> str:
        """The type of an element in words for the caller."""
        stored = str(self.kind.element_type)
        return stored if DTYPES.get(stored) == self.dtype else self.dtype


@dataclass(frozen=True)
class Abi:
    """The functions of one model, each defined and declared in the same words."""

    program: SdfgOp
    prefix: str
    arguments: tuple[Argument, ...]
    symbols: tuple[f.Parameter, ...]

    @staticmethod
    def of(program: SdfgOp, prefix: str, parameters: list[f.Parameter], scope: Scope) -> "Abi":
        """
        The ABI of `program`, whose containers are `parameters` and whose symbols `scope` knows.

        A container of the program that cannot come from outside stops compilation.
        """
        arguments: list[Argument] = []
        for (role, label, container), parameter in zip(program.arguments, parameters, strict=True):
            kind = container.type
            assert isinstance(kind, ArrayType)
            element = element_storage(kind.element_type, program)
            if not kind.is_dense or isinstance(element, t.Vector):
                fail(program, f"takes '{label}' of type {kind}: arrays of the caller are dense")
            dtype = element_type(program, label, kind)
            arguments.append(Argument(role, label, kind, parameter, dtype, element))
        arguments.sort(key=lambda argument: argument.role == "out")
        names = (scope.symbols[n] for n in program.symbol_names)
        symbols = tuple(f.Parameter(n.name, t.INT64) for n in names if isinstance(n, c.Name))
        return Abi(program, prefix, tuple(arguments), symbols)

    @property
    def context(self) -> t.Named:
        return t.Named(f"{self.prefix}_context")

    @property
    def parameters(self) -> tuple[f.Parameter, ...]:
        """Of `run`."""
        model = f.Parameter("model", t.pointer(self.context))
        return (model, *(a.outside for a in self.arguments), *self.symbols)

    def function(
        self, name: str, returns: t.CType, parameters: tuple[f.Parameter, ...], comment: str = ""
    ) -> f.Function:
        return f.Function(f"{self.prefix}_{name}", returns, parameters, comment=comment)

    @property
    def init(self) -> f.Function:
        parameters = (
            f.Parameter("context", t.pointer(t.pointer(self.context))),
            f.Parameter("weights", t.pointer(t.const(t.VOID))),
            f.Parameter("weights_bytes", t.SIZE),
            f.Parameter("threads", t.INT),
        )
        comment = "Begin. weights: the mapped weights file; threads: 0 for all cores. 0 is success."
        return self.function("init", t.INT, parameters, comment)

    @property
    def run(self) -> f.Function:
        lines = [
            f"Run the model. 0 is success; else {self.prefix}_message says what is wrong, and the",
            "outputs have no meaning.",
            *(f"{a.role} {a.label}: {a.element} [{a.kind.shape}]" for a in self.arguments),
        ]
        plain = tuple(
            f.Parameter(p.name, t.pointer(p.type.to)) if isinstance(p.type, t.Pointer) else p
            for p in self.parameters
        )
        return self.function("run", t.INT, plain, "\n".join(lines))

    @property
    def exit(self) -> f.Function:
        return self.function("exit", t.VOID, self.parameters[:1], "End: all memory is given back.")

    @property
    def message(self) -> f.Function:
        model = f.Parameter("model", t.pointer(t.const(self.context)))
        comment = "The last error of this context; never NULL."
        return self.function("message", t.pointer(t.const(t.CHAR)), (model,), comment)

    def header(self) -> f.HeaderFile:
        """The declarations, for C and C++."""
        kinds = {element_storage(a.kind.element_type, self.program) for a in self.arguments}
        half = [k for k in (t.FLOAT16, t.BFLOAT16) if k in kinds]
        items = (
            *(f.Include(name) for name in ("stdbool.h", "stddef.h", "stdint.h")),
            *(f.Typedef(t.UINT16, kind.name) for kind in half),
            f.Struct(self.context.name),
            *(self.init, self.run, self.exit, self.message),
        )
        return f.HeaderFile(f"{self.prefix.upper()}_H", items)

    # Definitions

    def struct(self) -> f.Struct:
        shared = f.Field("shared", t.Named("sdfg_context"))
        return f.Struct(self.context.name, (shared,), typedef=False)

    def define_run(self, body: list[s.Statement]) -> f.Function:
        """`run` with its beginning: the arguments are held to what they can be."""
        parameters = list(self.parameters)
        casts: list[s.Statement] = []
        for place, argument in enumerate(self.arguments, 1):
            if argument.differs:
                name, kind = argument.parameter.name, argument.parameter.type
                assert isinstance(kind, t.Pointer)
                parameters[place] = f.Parameter(f"{name}_{argument.dtype}", parameters[place].type)
                value = c.cast(t.pointer(kind.to), c.Name(f"{name}_{argument.dtype}"))
                casts.append(s.Declare(kind, name, value))
        start: list[s.Statement] = [
            s.Declare(t.pointer(t.Named("sdfg_context")), "context", _SHARED),
            *casts,
            *self.checks(),
        ]
        return f.Function(self.run.name, t.INT, tuple(parameters), (*start, *body, s.Return(_OK)))

    def checks(self) -> list[s.Statement]:
        """Sizes are not negative, and arrays that have elements are there."""
        symbols: dict[str, c.Expression] = {
            name: c.Name(parameter.name)
            for name, parameter in zip(self.program.symbol_names, self.symbols, strict=True)
        }
        scope = Scope.of_symbols(symbols)
        sizes = {
            symbolic.text_of(extent): scope.expression(extent)
            for argument in self.arguments
            for extent in argument.kind.dims
            if not extent.is_Integer
        }
        calls = [
            c.call("sdfg_check_size", CONTEXT, c.String(text), size) for text, size in sizes.items()
        ]
        for argument in self.arguments:
            count = scope.expression(argument.kind.size)
            array = c.Name(argument.parameter.name)
            if count != c.Integer(0):
                label = c.String(argument.label)
                calls.append(c.call("sdfg_check_array", CONTEXT, label, array, count))
        groups = [calls[k : k + _CHECKS] for k in range(0, len(calls), _CHECKS)]
        return [s.If(_all(group).logical_not(), (s.Return(_BAD_ARGUMENT),)) for group in groups]

    def define_life(self, needed: int) -> list[f.Function]:
        """`init`, which wants `needed` bytes of weights, `exit` and `message`."""
        target = t.pointer(self.context)
        made = c.cast(target, c.call("calloc", c.Integer(1), c.SizeOf(self.context)))
        weights = c.names("weights weights_bytes")
        begin = c.call("sdfg_context_init", _SHARED, *weights, c.Integer(needed), c.Name("threads"))
        init = (
            s.Declare(target, "model", made),
            s.Assign(CONTEXT.dereference(), _MODEL),
            s.If(_MODEL.eq(c.NULL), (s.Return(c.Name("SDFG_OUT_OF_MEMORY")),)),
            s.Return(begin),
        )
        release = (
            s.Evaluate(c.call("sdfg_context_exit", _SHARED)),
            s.Evaluate(c.call("free", _MODEL)),
        )
        shared = c.Ternary(_MODEL.eq(c.NULL), c.NULL, _SHARED)
        bodies: list[tuple[f.Function, tuple[s.Statement, ...]]] = [
            (self.init, init),
            (self.exit, (s.If(_MODEL.ne(c.NULL), release),)),
            (self.message, (s.Return(c.call("sdfg_context_message", shared)),)),
        ]
        return [f.Function(d.name, d.returns, d.parameters, body) for d, body in bodies]


def _all(conditions: Sequence[c.Expression]) -> c.Expression:
    return reduce(lambda a, b: a.logical_and(b), conditions)
