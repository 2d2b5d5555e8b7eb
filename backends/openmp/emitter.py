"""
A module of mapped programs as C files: a function per program, and for the public one the ABI.

`main.h` declares the ABI, `main_parts.h` the functions of private programs, `main.c` holds the ABI
and the public program, and `main_1.c`, `main_2.c`, ... hold the private ones, so that they compile
in parallel.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, IntegerAttr, ModuleOp

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import files as f
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.c_tree.names import Scope as Names
from sdfg.backends.c_tree.names import identifier
from sdfg.backends.c_tree.printer import print_file
from sdfg.backends.openmp.bodies import BodyEmitter, place
from sdfg.backends.openmp.scope import Block, Scope, Uses
from sdfg.backends.openmp.types import element_storage
from sdfg.dialect import symbolic
from sdfg.dialect.attrs import WeightAttr
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.ops.program import AllocOp, CallOp, ConstantOp, SdfgOp
from sdfg.dialect.types import ArrayType

_PART_STATEMENTS = 400
"""About as many statements go into one file of private programs."""
_ALIGNMENT = 64


@dataclass(frozen=True)
class PrivateFunction:
    """A private program as C, and what a call of it must pass."""

    program: SdfgOp
    function: f.Function
    arguments: tuple[int, ...]
    """Which of the program's containers are parameters."""
    symbols: tuple[str, ...]
    uses: Uses


@dataclass
class ModuleEmitter:
    """Emits one module. A new instance per module: nothing is shared."""

    module: ModuleOp
    prefix: str = ""
    functions: dict[str, PrivateFunction] = field(default_factory=dict[str, PrivateFunction])
    vectors: dict[str, t.Vector] = field(default_factory=dict[str, t.Vector])

    def emit(self) -> dict[str, str]:
        """All files: text by name."""
        programs = [op for op in self.module.ops if isinstance(op, SdfgOp)]
        public = [p for p in programs if not p.is_private]
        if len(public) != 1:
            names = ", ".join(p.sym_name.data for p in public) or "none"
            fail(self.module, f"needs one public program to become C, got {names}")
        (entry,) = public
        self.prefix = self.prefix or model_name(entry)
        for program in called_first(programs):
            if program.is_private:
                self.functions[program.sym_name.data] = self.private(program)
        main = self.entry(entry)
        files = {f"{self.prefix}.h": self.header(entry), f"{self.prefix}.c": main}
        files |= self.parts()
        texts = {name: print_file(file) for name, file in files.items()}
        return dict(sorted(texts.items()))

    # Private programs

    def private(self, program: SdfgOp) -> PrivateFunction:
        uses, names = Uses(), Names(frozenset({"context", "lane"}))
        scope = Scope({}, {}, names, uses)
        containers = self.bind_arguments(program, scope)
        symbols = {n: scope.bind_symbol(n) for n in program.symbol_names}
        body = BodyEmitter(self.call).region(program.body, scope)
        used = tuple(k for k, p in enumerate(containers) if p.name in uses.values)
        passed = tuple(n for n in program.symbol_names if symbols[n] in uses.values)
        parameters = [containers[k] for k in used]
        parameters += [f.Parameter(symbols[n], t.INT64) for n in passed]
        if uses.context:
            context = t.Pointer(t.Named("sdfg_context"))
            parameters.insert(0, f.Parameter("context", context))
        self.vectors |= uses.vectors
        function = f.Function(
            f"{self.prefix}_{identifier(program.sym_name.data)}",
            t.VOID,
            tuple(parameters),
            tuple(body),
            comment=place(program, program.sym_name.data),
            attributes=('visibility("hidden")',),
        )
        return PrivateFunction(program, function, used, passed, uses)

    def bind_arguments(self, program: SdfgOp, scope: Scope) -> list[f.Parameter]:
        """Parameters for the containers; `restrict`, because containers of a run do not overlap."""
        parameters: list[f.Parameter] = []
        for role, label, container in program.arguments:
            kind = container.type
            if not isinstance(kind, ArrayType):
                fail(program, f"takes the stream '{label}', which has no form in C")
            element = element_storage(kind.element_type, program)
            if isinstance(element, t.Vector):
                scope.uses.vectors[element.name] = element
            name = scope.names.unique(label)
            scope.blocks[container] = Block(name, element)
            pointee = t.const(element) if role == "in" else element
            parameters.append(f.Parameter(name, t.pointer(pointee, restrict=True)))
        return parameters

    def call(self, op: CallOp, scope: Scope) -> list[s.Statement]:
        """A call of a private program, behind the comment that names its layer."""
        callee = self.functions.get(op.callee.string_value())
        if callee is None:
            fail(op, f"calls '{op.callee.string_value()}', which is no private program")
        arguments: list[c.Expression] = []
        if callee.uses.context:
            scope.uses.context = True
            arguments.append(c.Name("context"))
        if scope.parallel and callee.uses.context:
            fail(op, "calls a program that may be parallel from within a parallel map")
        scope.uses.checks |= callee.uses.checks
        for k in callee.arguments:
            arguments.append(scope.block(op.containers[k], op).pointer)
        values = op.symbol_values
        arguments += [scope.expression(values[n]) for n in callee.symbols]
        run = s.Evaluate(c.Call(c.Name(callee.function.name), tuple(arguments)))
        label = op.attributes.get("label")
        return [s.Comment(place(op, label.data if label else "")), run]  # pyright: ignore

    # The public program

    def entry(self, program: SdfgOp) -> f.SourceFile:
        uses, names = Uses(context=True), Names(frozenset({"model", "context", "status", "lane"}))
        scope = Scope({}, {}, names, uses)
        parameters = self.bind_arguments(program, scope)
        symbols = [scope.bind_symbol(n) for n in program.symbol_names]
        constants = self.bind_constants(program, scope)
        workspace = self.bind_workspace(program, scope)
        body: list[s.Statement] = []
        emitter = BodyEmitter(self.call)
        for op in program.body.block.ops:
            if isinstance(op, AllocOp) and op.result in scope.blocks:
                continue
            before = uses.checks
            uses.checks = False
            body += emitter.emit(op, scope)
            if uses.checks:
                body.append(self.stop_on_failure())
            uses.checks |= before
        self.vectors |= uses.vectors
        unused = [p.name for p in parameters if p.name not in uses.values]
        unused += [n for n in symbols if n not in uses.values]
        run = self.run_function(
            program,
            parameters,
            symbols,
            [
                *constants,
                *workspace,
                *body,
                *(s.Evaluate(c.cast(t.VOID, c.Name(n))) for n in unused),
            ],
            uses,
        )
        items: list[f.Item] = [
            f.Include(f"{self.prefix}_parts.h", system=False),
            *self.tables(program, scope),
            f.Struct(
                f"{self.prefix}_context",
                (f.Field("shared", t.Named("sdfg_context")),),
                typedef=False,
            ),
            *self.life(program),
            run,
        ]
        return f.SourceFile(tuple(items))

    def stop_on_failure(self) -> s.Statement:
        failed = c.Name("context").arrow("failure").ne(0)
        report = c.call("sdfg_report_failure", c.Name("context"))
        return s.If(failed, (s.Return(report),))

    def run_function(
        self,
        program: SdfgOp,
        parameters: list[f.Parameter],
        symbols: list[str],
        body: list[s.Statement],
        uses: Uses,
    ) -> f.Function:
        model = f.Parameter("model", t.Pointer(t.Named(f"{self.prefix}_context")))
        context = c.Name("model").arrow("shared").address()
        pointer = t.Pointer(t.Named("sdfg_context"))
        start: list[s.Statement] = [
            s.Declare(pointer, "context", context),
            s.Assign(c.Name("context").arrow("failure"), c.NULL),
        ]
        return f.Function(
            f"{self.prefix}_run",
            t.INT,
            (model, *parameters, *(f.Parameter(n, t.INT64) for n in symbols)),
            (*start, *body, s.Return(c.Name("SDFG_OK"))),
            comment=place(program, program.sym_name.data),
        )

    def bind_constants(self, program: SdfgOp, scope: Scope) -> list[s.Statement]:
        """Pointers to weights in the mapped file; small constants are tables of this file."""
        body: list[s.Statement] = []
        for op in program.body.block.ops:
            if not isinstance(op, ConstantOp) or not op.result.uses.get_length():
                continue
            kind = op.result.type
            assert isinstance(kind, ArrayType)
            element = element_storage(kind.element_type, op)
            if isinstance(op.value, WeightAttr):
                name = scope.names.unique(op.value.key.data)
                base = c.Name("context").arrow("weights") + weight_offset(op)
                pointer = t.pointer(t.const(element))
                body.append(s.Declare(pointer, name, c.cast(pointer, base)))
            else:
                name = scope.names.unique(op.result.name_hint or "constant")
            scope.blocks[op.result] = Block(name, element)
        return body

    def tables(self, program: SdfgOp, scope: Scope) -> list[f.Item]:
        """The small constants, in the file."""
        items: list[f.Item] = []
        for op in program.body.block.ops:
            if not isinstance(op, ConstantOp) or isinstance(op.value, WeightAttr):
                continue
            block = scope.blocks.get(op.result)
            if isinstance(block, Block):
                items.append(table(op, block))
        return items

    def bind_workspace(self, program: SdfgOp, scope: Scope) -> list[s.Statement]:
        """One arena for the transient containers of the program: its size, then a pointer each."""
        blocks: list[tuple[Block, c.Expression]] = []
        known = set(program.symbol_names)
        for op in program.body.block.ops:
            kind = op.results[0].type if isinstance(op, AllocOp) else None
            if not isinstance(op, AllocOp) or not isinstance(kind, ArrayType):
                continue
            if kind.storage.kind.data != "heap" or kind.symbols - known:
                continue  # a size that is known later is allocated later
            element = element_storage(kind.element_type, op)
            label = op.label.data if op.label is not None else op.result.name_hint or "t"
            block = Block(scope.names.unique(label), element)
            scope.blocks[op.result] = block
            blocks.append((block, padded_bytes(kind, element, scope)))
        if not blocks:
            return []
        offset = c.Name(scope.names.unique("offset"))
        sizes = [(b, size) for b, size in blocks]
        if all(isinstance(size, c.Integer) for _, size in sizes):
            return self.fixed_workspace(sizes)
        body: list[s.Statement] = [
            s.Declare(t.INT64, offset.name, c.Integer(0)),
            *reserve(c.total(size for _, size in sizes)),
        ]
        for block, size in sizes:
            body.append(workspace_pointer(block, offset))
            body.append(s.Assign(offset, size, "+"))
        return body[:-1]

    def fixed_workspace(self, sizes: list[tuple[Block, c.Expression]]) -> list[s.Statement]:
        numbers = [size.value for _, size in sizes if isinstance(size, c.Integer)]
        body = reserve(c.Integer(sum(numbers), t.INT64))
        offset = 0
        for (block, _), size in zip(sizes, numbers, strict=True):
            body.append(workspace_pointer(block, c.Integer(offset)))
            offset += size
        return body

    # The rest of the ABI

    def life(self, program: SdfgOp) -> list[f.Function]:
        """`init`, `exit` and `message`."""
        kind = t.Named(f"{self.prefix}_context")
        model, shared = c.Name("model"), c.Name("model").arrow("shared").address()
        needed = max((weight_end(op) for op in weights(program)), default=0)
        made = c.call("calloc", c.Integer(1), c.SizeOf(kind))
        handle = c.Name("context")
        initialise = c.call(
            "sdfg_context_init",
            shared,
            c.Name("weights"),
            c.Name("weights_bytes"),
            c.Integer(needed),
            c.Name("threads"),
        )
        init = f.Function(
            f"{self.prefix}_init",
            t.INT,
            self.init_parameters(),
            (
                s.Declare(t.Pointer(kind), "model", c.cast(t.Pointer(kind), made)),
                s.Assign(handle.dereference(), model),
                s.If(model.eq(c.NULL), (s.Return(c.Name("SDFG_OUT_OF_MEMORY")),)),
                s.Return(initialise),
            ),
        )
        leave = f.Function(
            f"{self.prefix}_exit",
            t.VOID,
            (f.Parameter("model", t.Pointer(kind)),),
            (
                s.If(
                    model.ne(c.NULL),
                    (
                        s.Evaluate(c.call("sdfg_context_exit", shared)),
                        s.Evaluate(c.call("free", model)),
                    ),
                ),
            ),
        )
        null = c.cast(t.Pointer(t.const(t.Named("sdfg_context"))), c.NULL)
        message = f.Function(
            f"{self.prefix}_message",
            t.Pointer(t.const(t.CHAR)),
            (f.Parameter("model", t.Pointer(t.const(kind))),),
            (
                s.Return(
                    c.call(
                        "sdfg_context_message",
                        c.Ternary(model.eq(c.NULL), null, shared),
                    )
                ),
            ),
        )
        return [init, leave, message]

    def init_parameters(self) -> tuple[f.Parameter, ...]:
        kind = t.Named(f"{self.prefix}_context")
        return (
            f.Parameter("context", t.Pointer(t.Pointer(kind))),
            f.Parameter("weights", t.Pointer(t.const(t.VOID))),
            f.Parameter("weights_bytes", t.SIZE),
            f.Parameter("threads", t.INT),
        )

    def header(self, program: SdfgOp) -> f.HeaderFile:
        """The ABI, for C and C++."""
        kind = t.Named(f"{self.prefix}_context")
        scope = Scope({}, {}, Names(frozenset({"model"})), Uses())
        run: list[f.Parameter] = [f.Parameter("model", t.Pointer(kind))]
        for parameter in self.bind_arguments(program, scope):
            assert isinstance(parameter.type, t.Pointer)
            run.append(f.Parameter(parameter.name, t.Pointer(parameter.type.to)))
        run += [f.Parameter(scope.bind_symbol(n), t.INT64) for n in program.symbol_names]
        const_model = t.Pointer(t.const(kind))
        functions = [
            f.Function(
                f"{self.prefix}_init",
                t.INT,
                self.init_parameters(),
                comment="Begin: map the weights file first. 0 is success. threads <= 0: all cores.",
            ),
            f.Function(
                f"{self.prefix}_run",
                t.INT,
                tuple(run),
                comment=abi_comment(program),
            ),
            f.Function(f"{self.prefix}_exit", t.VOID, (f.Parameter("model", t.Pointer(kind)),)),
            f.Function(
                f"{self.prefix}_message",
                t.Pointer(t.const(t.CHAR)),
                (f.Parameter("model", const_model),),
                comment="The last error of this context; never NULL.",
            ),
        ]
        items = (
            f.Include("stddef.h"),
            f.Include("stdint.h"),
            f.Include("stdbool.h"),
            *self.storage_typedefs(program),
            f.Struct(f"{self.prefix}_context"),
            *functions,
        )
        return f.HeaderFile(f"{self.prefix.upper()}_H", items)

    def storage_typedefs(self, program: SdfgOp) -> list[f.Item]:
        used = {
            element_storage(a.type.element_type, program)
            for a in program.body.block.args
            if isinstance(a.type, ArrayType)
        }
        return [f.Typedef(t.UINT16, kind.name) for kind in (t.FLOAT16, t.BFLOAT16) if kind in used]

    def parts(self) -> dict[str, f.SourceFile | f.HeaderFile]:
        """The files of the private programs, and the header that declares them."""
        functions = [p.function for p in self.functions.values()]
        header = f.HeaderFile(
            f"{self.prefix.upper()}_PARTS_H",
            (
                f.Include(f"{self.prefix}.h", system=False),
                f.Include("sdfg_runtime.h", system=False),
                *(f.VectorTypedef(v) for _, v in sorted(self.vectors.items())),
                *(fn.declaration for fn in functions),
            ),
        )
        files: dict[str, f.SourceFile | f.HeaderFile] = {f"{self.prefix}_parts.h": header}
        for number, group in enumerate(grouped(functions), 1):
            include = f.Include(f"{self.prefix}_parts.h", system=False)
            files[f"{self.prefix}_{number}.c"] = f.SourceFile((include, *group))
        return files


def model_name(entry: SdfgOp) -> str:
    """The prefix of everything that a model defines."""
    name = identifier(entry.sym_name.data)
    return "main" if name == "main_" else name


def abi_comment(program: SdfgOp) -> str:
    """What the header says of `run`: every container with its type."""
    lines = [f"Run the model. 0 is success, else {model_name(program)}_message says what failed."]
    for role, label, container in program.arguments:
        kind = container.type
        if isinstance(kind, ArrayType):
            lines.append(f"{role} {label}: {kind.element_type} [{kind.shape}]")
    return "\n".join(lines)


def called_first(programs: list[SdfgOp]) -> list[SdfgOp]:
    """Programs in an order in which each comes behind those it calls."""
    by_name = {p.sym_name.data: p for p in programs}
    order: list[SdfgOp] = []
    active: set[str] = set()

    def visit(program: SdfgOp) -> None:
        name = program.sym_name.data
        if program in order:
            return
        if name in active:
            fail(program, "calls itself, which has no form in C")
        active.add(name)
        for op in program.walk():
            if isinstance(op, CallOp) and (callee := by_name.get(op.callee.string_value())):
                visit(callee)
        order.append(program)

    for program in programs:
        visit(program)
    return order


def statement_count(function: f.Function) -> int:
    def count(body: Iterable[s.Statement]) -> int:
        return sum(
            1
            + count(getattr(x, "body", ()))
            + count(getattr(x, "then", ()))
            + count(getattr(x, "otherwise", ()))
            for x in body
        )

    return count(function.body or ())


def grouped(functions: list[f.Function]) -> list[list[f.Function]]:
    """Functions in order, split into files of similar size."""
    groups: list[list[f.Function]] = []
    size = _PART_STATEMENTS
    for function in functions:
        if size >= _PART_STATEMENTS:
            groups.append([])
            size = 0
        groups[-1].append(function)
        size += statement_count(function)
    return groups


def weights(program: SdfgOp) -> list[ConstantOp]:
    """The constants that live in the weights file."""
    found = [op for op in program.walk() if isinstance(op, ConstantOp)]
    return [op for op in found if isinstance(op.value, WeightAttr)]


def weight_offset(op: ConstantOp) -> int:
    """Place of a weight in the data section of the weights file, in bytes."""
    offset = op.attributes.get("offset")
    if not isinstance(offset, IntegerAttr):
        fail(op, "has no place in the weights file", hint="set the attribute `offset` in bytes")
    return offset.value.data  # pyright: ignore


def weight_end(op: ConstantOp) -> int:
    kind = op.result.type
    assert isinstance(kind, ArrayType)
    element = element_storage(kind.element_type, op)
    bits = element.bits if isinstance(element, t.Scalar) else element.bytes * 8
    return weight_offset(op) + int(kind.size) * bits // 8


def padded_bytes(kind: ArrayType, element: t.Scalar | t.Vector, scope: Scope) -> c.Expression:
    """Bytes of a container, rounded up so that the next one is aligned."""
    width = element.bits // 8 if isinstance(element, t.Scalar) else element.bytes
    size = kind.size * width
    padded = symbolic.ceil_div(size, symbolic.integer(_ALIGNMENT)) * _ALIGNMENT
    return scope.expression(padded)


def reserve(size: c.Expression) -> list[s.Statement]:
    status = c.Name("status")
    call = c.call("sdfg_context_reserve", c.Name("context"), size)
    failed = s.If(status.ne(c.Name("SDFG_OK")), (s.Return(status),))
    return [s.Declare(t.const(t.INT), "status", call), failed]


def workspace_pointer(block: Block, offset: c.Expression) -> s.Statement:
    pointer = t.Pointer(block.element)
    base = c.Name("context").arrow("arena").member("base")
    address = base if offset == c.Integer(0) else base + offset
    return s.Declare(pointer, block.name, c.cast(pointer, address))


def table(op: ConstantOp, block: Block) -> f.Variable:
    """A small constant as a table of numbers."""
    value = op.value
    assert isinstance(value, DenseIntOrFPElementsAttr)
    kind = block.element
    assert isinstance(kind, t.Scalar)
    numbers: list[c.Expression] = []
    for number in value.get_values():  # pyright: ignore
        if kind.kind is t.Kind.FLOAT:
            numbers.append(c.Float(float(number), kind))  # pyright: ignore
        elif kind.kind is t.Kind.STORAGE:
            fail(op, f"is a table of {kind.name}", hint="keep it in the weights file")
        else:
            numbers.append(c.Integer(int(number), kind))  # pyright: ignore
    size = len(numbers)
    return f.Variable(
        t.const(t.Array(kind, size)), block.name, c.Initializer(tuple(numbers)), alignment=64
    )


def emit_module(module: ModuleOp) -> dict[str, str]:
    """The C files of a mapped module: text by file name, in alphabetical order."""
    return ModuleEmitter(module).emit()
