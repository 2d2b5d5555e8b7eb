"""What all command line tools share: how an error looks and how a tool ends."""

import signal
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import wraps
from typing import NoReturn, ParamSpec

from sdfg.dialect.diagnostics import SDFGError

P = ParamSpec("P")

FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130
TERMINATED = 143


def print_error(message: str) -> None:
    """Write `error: <message>` to stderr; further lines of `message` (hints) follow as they are."""
    print(f"error: {message}", file=sys.stderr)


def usage_error(message: str) -> NoReturn:
    """End the tool because its command line makes no sense."""
    print_error(message)
    sys.exit(WRONG_USAGE)


def reporting(command: Callable[P, None]) -> Callable[P, None]:
    """
    Let `command` end the way a user can read.

    `SDFGError` and files that cannot be read or written become one message on stderr and exit
    code 1; Ctrl-C becomes exit code 130, SIGTERM 143, both after cleaning up. Anything else is a
    bug of ours and keeps its traceback.
    """

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with _termination_as_exit():
                command(*args, **kwargs)
        except SDFGError as error:
            print_error(str(error))
            sys.exit(FAILED)
        except OSError as error:
            if error.filename is None:
                raise
            print_error(f"{error.filename}: {error.strerror}")
            sys.exit(FAILED)
        except KeyboardInterrupt:
            print_error("interrupted")
            sys.exit(INTERRUPTED)

    return guarded


@contextmanager
def _termination_as_exit() -> Generator[None]:
    """SIGTERM unwinds the stack, so that temporary files and child processes are cleaned up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(TERMINATED))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
