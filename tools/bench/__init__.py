"""The benchmark: workloads, the peers that run them, what is measured, and the report."""
