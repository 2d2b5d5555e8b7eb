"""Many random cases in processes that may die, hang or take all memory; failures made smaller."""

import re
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as CaseTimeoutError
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Protocol

from pebble import ProcessExpired, ProcessPool

from fuzz.judge import Verdict

FORK = get_context("fork")
"""Children find all that is imported in memory."""
_SMALLER = 40
"""Cases to try while one is made smaller."""
_MEMORY = 12 << 30
"""Bytes of address space of a process: what asks for more gets an error."""
_TASKS = 100
"""Cases after which a process is replaced by a new one, as memory is not all given back."""


class Case(Protocol):
    """What is judged; it must be picklable."""

    def text(self) -> str:
        """To read."""
        ...

    def smaller(self) -> Iterator[Any]:
        """Cases that are simpler in one way."""
        ...


@dataclass(frozen=True)
class Kind:
    """A kind of cases."""

    name: str
    make: Callable[[int], Any]
    """The case of a seed, None if it has none."""
    judge: Callable[[Any, int], Verdict]
    """What becomes of it; the seed chooses how thoroughly."""
    seconds: float
    """That a case may take; it may be the point that it takes no longer."""
    memory: int = _MEMORY


@dataclass(frozen=True)
class Failure:
    """A case that shows a bug."""

    seed: int
    verdict: Verdict
    case: Any = None

    @property
    def sign(self) -> str:
        """What failures of the same bug probably have in common."""
        text = self.verdict.message.strip() or "?"
        if self.verdict.kind == "wrong":
            return f"wrong {self.seed}"
        lines = [line for line in text.splitlines() if not line.startswith(("hint:", "log:"))]
        return f"{self.verdict.kind} {re.sub(r'[0-9a-f]*[0-9]+', '#', ' '.join(lines))[:160]}"


def run(kind: Kind, seeds: Sequence[int], jobs: int, *, shrink: bool = True) -> list[Failure]:
    """Judge all seeds, print what fails and how many of what there are; returns the failures."""
    started, counts = time.monotonic(), Counter[str]()
    reasons, failures = Counter[str](), dict[str, list[Failure]]()
    with ProcessPool(jobs, max_tasks=_TASKS, context=FORK) as pool:
        for number, (seed, verdict) in enumerate(_verdicts(pool, kind, seeds)):
            counts[verdict.kind] += 1
            reasons.update(_plain(reason) for reason in verdict.refusals)
            if verdict.failed:
                found = Failure(seed, verdict)
                known = failures.setdefault(found.sign, [])
                known.append(found)
                if len(known) == 1:
                    print(f"seed {seed}: {verdict.kind}: {verdict.message[:300]}", flush=True)
            if number % 500 == 499:
                print(f"[{number + 1} cases, {time.monotonic() - started:.0f} s]", flush=True)
        for same in failures.values():
            smallest = minimised(pool, kind, same[0].seed, same[0].verdict) if shrink else same[0]
            print(f"\n== {kind.name}: {smallest.verdict.kind}, {len(same)} times, to get it again:")
            print(f"==   python -m fuzz {kind.name} --only {smallest.seed}")
            print(f"{smallest.verdict.message}\n{smallest.case.text() if smallest.case else ''}")
    print(f"\n{len(seeds)} {kind.name} in {time.monotonic() - started:.0f} s: ", end="")
    print(", ".join(f"{count} {name}" for name, count in counts.most_common()))
    for reason, count in reasons.most_common(60):
        print(f"  {count} x refused: {reason}")
    return [found for same in failures.values() for found in same]


def _plain(reason: str) -> str:
    """A reason without the names and numbers of one model."""
    lines = [line.strip() for line in reason.splitlines() if line.startswith("  ")] or [reason]
    return re.sub(r"\bn?\d+_?|\bv\d+\b", "", lines[0])[:140]


def _verdicts(pool: Any, kind: Kind, seeds: Sequence[int]) -> Iterator[tuple[int, Verdict]]:
    """What becomes of each, in order; not all of them wait in the pool at once."""
    waiting: list[tuple[int, Any]] = []
    for seed in seeds:
        task = (kind, seed)
        waiting.append((seed, pool.schedule(_judge_seed, args=task, timeout=kind.seconds)))
        if len(waiting) > 64:
            first, future = waiting.pop(0)
            yield first, _outcome(future, kind)
    for first, future in waiting:
        yield first, _outcome(future, kind)


def _outcome(future: Any, kind: Kind) -> Verdict:
    try:
        return future.result()
    except CaseTimeoutError:
        return Verdict("slow", f"takes more than {kind.seconds:.0f} s")
    except ProcessExpired as error:
        return Verdict("died", f"exit code {error.exitcode}")
    except Exception as error:  # of the harness itself, or of what it compares with
        return Verdict("harness", f"{type(error).__name__}: {error}"[:500])


def _limit(kind: Kind) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (kind.memory, kind.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _judge_seed(kind: Kind, seed: int) -> Verdict:
    _limit(kind)
    case = kind.make(seed)
    return Verdict("skipped") if case is None else kind.judge(case, seed)


def _judge_case(kind: Kind, case: Any, seed: int) -> Verdict:
    _limit(kind)
    return kind.judge(case, seed)


def _candidates(case: Any) -> list[Any]:
    return list(case.smaller())


def minimised(pool: Any, kind: Kind, seed: int, verdict: Verdict) -> Failure:
    """The smallest case found that fails in the same way as that of `seed`."""
    case, left = kind.make(seed), _SMALLER
    found = Failure(seed, verdict, case)
    while left > 0:
        try:
            candidates = pool.schedule(_candidates, args=(found.case,), timeout=60).result()
        except Exception:  # what the reference evaluator raises: this is as small as it gets
            return found
        for candidate in candidates:
            left -= 1
            task = (kind, candidate, seed)
            outcome = _outcome(pool.schedule(_judge_case, args=task, timeout=kind.seconds), kind)
            if outcome.kind == verdict.kind:
                found = Failure(seed, outcome, candidate)
                break
            if left <= 0:
                return found
        else:
            return found
    return found
