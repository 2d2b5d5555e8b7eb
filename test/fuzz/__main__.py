"""
`python -m fuzz models|torch|files`: many random cases, and what fails, as small as possible.

The same seeds give the same cases. Exit code 1 says that something failed.
"""

import argparse
import os
import sys
import tempfile
import warnings
from collections.abc import Sequence

from fuzz import campaign
from fuzz.campaign import Kind


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("kind", choices=("models", "torch", "files"))
    parser.add_argument("--count", type=int, default=200, help="cases")
    parser.add_argument("--seed", type=int, default=0, help="of the whole run")
    parser.add_argument(
        "--only", type=int, nargs="+", help="seeds of cases, as failures print them"
    )
    parser.add_argument("--jobs", type=int, default=2, help="cases at the same time")
    parser.add_argument("--no-shrink", action="store_true", help="leave failures as they are")
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    warnings.simplefilter("ignore")
    first = chosen.seed * 1_000_000
    seeds = chosen.only or range(first, first + chosen.count)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        os.environ["SDFG_CACHE_DIR"] = folder  # no model comes twice
        os.environ["TMPDIR"] = tempfile.tempdir = folder  # what dies leaves its files behind
        kind = _kind(chosen.kind)
        failures = campaign.run(kind, seeds, chosen.jobs, shrink=not chosen.no_shrink)
    return 1 if failures else 0


def _kind(name: str) -> Kind:
    # PyTorch takes two seconds to load: only for those that need it.
    if name == "models":
        from fuzz.random_models import MODELS

        return MODELS
    if name == "files":
        from fuzz.broken_files import FILES

        return FILES
    from fuzz.random_torch import TORCH

    return TORCH


if __name__ == "__main__":
    sys.exit(main())
