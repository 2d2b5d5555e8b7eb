"""
A module of mapped programs as C files: a function per program, and for the public one the ABI.

`main.h` declares the ABI, `main_parts.h` the functions of private programs, `main.c` holds the ABI
and the public program, and `main_1.c`, `main_2.c`, ... hold the private ones, so that they compile
in parallel.
"""

from collections.abc import Mapping, Sequence

from xdsl.dialects.builtin import ModuleOp

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import files as f
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.c_tree.names import Scope as Names
from sdfg.backends.c_tree.names import identifier
from sdfg.backends.c_tree.printer import print_file
from sdfg.backends.openmp import containers
from sdfg.backends.openmp.abi import RESERVED, Abi
from sdfg.backends.openmp.bodies import BodyEmitter
from sdfg.backends.openmp.programs import PrivateFunction, Programs, bind_arguments, reachable
from sdfg.backends.openmp.scope import Kernels, Scope, Uses
from sdfg.backends.openmp.tidy import without_unused
from sdfg.backends.openmp.workspace import bind_workspace, planned
from sdfg.dialect.attrs import WeightAttr
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.ops.containers import ConstantOp
from sdfg.dialect.ops.program import SdfgOp

_PART_STATEMENTS = 1200
"""About as many statements go into one file of private programs."""
_ABI = ("context", "init", "run", "exit", "message")

Files = dict[str, str]


def emit_module(module: ModuleOp, prefix: str | None = None) -> Files:
    """
    The C files of a mapped module: text by file name, in alphabetical order.

    `prefix` begins the names of all functions and files; by default it is the name of the public
    program. What has no form in C stops compilation.
    """
    entry = public_program(module)
    prefix = identifier(prefix or entry.sym_name.data)
    prefix = prefix.removesuffix("_") if prefix == "main_" else prefix
    private = reachable(entry, (op for op in module.ops if isinstance(op, SdfgOp)))
    functions = Names(frozenset(f"{prefix}_{name}" for name in _ABI))
    names = {p.sym_name.data: functions.unique(f"{prefix}_{p.sym_name.data}") for p in private}
    taken = frozenset(names.values()) | {f"{prefix}_{name}" for name in _ABI}
    programs = Programs(names, taken, functions)
    for program in private:
        programs.add(program)
    uses = Uses()
    source, header = _entry(entry, prefix, programs, uses, [entry, *private])
    files = {f"{prefix}.c": source, f"{prefix}.h": header, **_parts(prefix, programs, uses)}
    return {name: print_file(file) for name, file in sorted(files.items())}


def public_program(module: ModuleOp) -> SdfgOp:
    """The one program that others call. Anything but one stops compilation."""
    public = [op for op in module.ops if isinstance(op, SdfgOp) and not op.is_private]
    if len(public) != 1:
        names = ", ".join(p.sym_name.data for p in public) or "none"
        fail(module, f"needs one public program to become C, got {names}")
    return public[0]


def _entry(
    program: SdfgOp, prefix: str, programs: Programs, uses: Uses, all_programs: list[SdfgOp]
) -> tuple[f.SourceFile, f.HeaderFile]:
    """The file of the public program and of the ABI, and the header that declares the ABI."""
    kernels = Kernels(prefix, programs.known)
    scope = Scope({}, {}, Names(programs.taken | RESERVED), uses, kernels, public=True)
    parameters = bind_arguments(program, scope)
    symbols = [scope.bind_symbol(n) for n in program.symbol_names]
    abi = Abi.of(program, prefix, parameters, scope)
    workspace = bind_workspace(program, scope)
    body = BodyEmitter(programs.call).region(program.body, scope)
    if uses.threads or uses.fails or uses.memory or any(planned(program)):
        body = [*workspace, *body]
    checked = {n for a in abi.arguments for n in a.kind.symbols}
    unused = [n for n, s in zip(symbols, program.symbol_names, strict=True) if s not in checked]
    unused += [a.parameter.name for a in abi.arguments if a.kind.size == 0]
    body += [s.Evaluate(c.cast(t.VOID, c.Name(n))) for n in unused if n not in uses.values]
    needed = max((containers.weight_end(op) for p in all_programs for op in weights(p)), default=0)
    items: tuple[f.Item, ...] = (
        f.Include(f"{prefix}_parts.h", system=False),
        abi.struct(),
        *abi.define_life(needed),
        *kernels.items,
        abi.define_run(without_unused(body)),
    )
    return f.SourceFile(items), abi.header()


def weights(program: SdfgOp) -> list[ConstantOp]:
    """The constants of a program that live in the weights file and are used."""
    constants = [op for op in program.walk() if isinstance(op, ConstantOp)]
    used = [op for op in constants if op.result.uses.get_length()]
    return [op for op in used if isinstance(op.value, WeightAttr)]


def _parts(prefix: str, programs: Programs, uses: Uses) -> dict[str, f.SourceFile | f.HeaderFile]:
    """The files of the private programs, and the header that declares them."""
    private = list(programs.functions.values())
    vectors, partial = dict(uses.vectors), dict(uses.partial)
    for part in private:
        vectors |= part.uses.vectors
        partial |= part.uses.partial
    header = f.HeaderFile(
        f"{prefix.upper()}_PARTS_H",
        (
            f.Include(f"{prefix}.h", system=False),
            f.Include("sdfg_runtime.h", system=False),
            *(f.VectorTypedef(vector) for _, vector in sorted(vectors.items())),
            *(f.Expansion("SDFG_VECTOR_FUNCTIONS", (name,)) for name in calculating(vectors)),
            *(f.Expansion("SDFG_FIRST_FUNCTIONS", (name,)) for name in sorted(partial)),
            *(part.declaration for part in private),
        ),
    )
    files: dict[str, f.SourceFile | f.HeaderFile] = {f"{prefix}_parts.h": header}
    include = f.Include(f"{prefix}_parts.h", system=False)
    for number, group in enumerate(grouped(private), 1):
        items = (item for part in group for item in (*part.kernels, part.function))
        files[f"{prefix}_{number}.c"] = f.SourceFile((include, *items))
    return files


def calculating(vectors: Mapping[str, t.Vector]) -> list[str]:
    """The vector types that have functions of the runtime: those of floating-point numbers."""
    return sorted(v.name for v in vectors.values() if v.element.kind is t.Kind.FLOAT)


def grouped(private: Sequence[PrivateFunction]) -> list[list[PrivateFunction]]:
    """Functions in order, split into files of similar size."""
    groups: list[list[PrivateFunction]] = []
    size = _PART_STATEMENTS
    for part in private:
        if size >= _PART_STATEMENTS:
            groups.append([])
            size = 0
        groups[-1].append(part)
        functions = (
            item for item in (*part.kernels, part.function) if isinstance(item, f.Function)
        )
        size += sum(statement_count(function.body or ()) for function in functions)
    return groups


def statement_count(body: Sequence[s.Statement]) -> int:
    """The statements of a body, those in loops and branches included."""
    return sum(
        1 + sum(statement_count(getattr(x, part, ())) for part in ("body", "then", "otherwise"))
        for x in body
    )
