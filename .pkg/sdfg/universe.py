"""What `sdfg-opt` (and plain `xdsl-opt`) can see: one line per dialect, pass and target."""

from xdsl.universe import Universe

SDFG_UNIVERSE = Universe(all_dialects={}, all_passes={}, all_targets={})
