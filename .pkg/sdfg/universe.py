"""What `sdfg-opt` (and plain `xdsl-opt`) can see: one line per dialect, pass and target."""

from xdsl.ir import Dialect
from xdsl.universe import Universe


def _dialect() -> Dialect:
    from sdfg.dialect.dialect import SDFG

    return SDFG


SDFG_UNIVERSE = Universe(all_dialects={"sdfg": _dialect}, all_passes={}, all_targets={})
