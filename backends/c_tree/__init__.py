"""
A small typed C tree and its one printer.

Emitters build values of these classes and never write C text themselves:

    from sdfg.backends.c_tree import expressions as e, files as f, statements as s, types as t
    from sdfg.backends.c_tree.printer import print_file

    x, y, n, i = e.names("x y n i")
    body = (
        s.Comment("relu_3"),
        s.Pragma("omp parallel for", (s.Clause("schedule", ("static",)),)),
        s.For("i", 0, n, 1, (s.Assign(y[i], e.call("sdfg_maximum_f32", x[i], e.FLOAT_ZERO)),)),
        s.Return(e.integer(0)),
    )
    function = f.Function(
        "relu", t.INT, (f.Parameter("x", t.pointer(t.const(t.FLOAT), restrict=True)), ...), body
    )
    text = print_file(f.SourceFile((f.Include("stdint.h"), function)))

- `types`: scalars, pointers, arrays, structs, SIMD vectors (aligned and unaligned)
- `expressions`: immutable; Python's arithmetic operators and `[...]` build nodes, comparisons are
  methods (`a.lt(b)`), Python integers become literals
- `statements`: declarations, assignments, loops, pragmas, comments
- `files`: functions, struct definitions, includes, source files and `extern "C"` headers
- `names`: identifiers from names of the model
- `printer`: `print_file`, `print_statement`, `print_expression`
"""
