"""The `sdfg` dialect: what a program is."""

import sdfg.dialect.xdsl_fixes  # noqa: F401  (reading any text depends on it)  # pyright: ignore[reportUnusedImport]
