"""``python -m tests.fuzz --minutes 30``: random tests for a while; the exit status is 1 if something is wrong.

From the root of the repository, with the package installed or built in place. Each finding is printed once for each
cause, made small, as a script that runs; ``--seed``, ``--first`` and ``--count`` repeat it.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def import_package() -> None:
    """Import fastgrad: the one built in place, or else the installed one, not the folder of its sources."""
    path = sys.path[:]
    if not list((ROOT / "fastgrad").glob("_core*.so")) and not list((ROOT / "fastgrad").glob("_core*.pyd")):
        sys.path[:] = [p for p in path if Path(p).resolve() != ROOT]
    try:
        import fastgrad  # noqa: F401
    finally:
        sys.path[:] = path


def main(arguments: list[str] | None = None) -> int:
    import_package()
    from .kinds import KINDS
    from .watch import outcomes

    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long, over all kinds in turn")
    parser.add_argument("--seed", type=int, default=None, help="default: drawn, and printed")
    parser.add_argument("--kinds", default=",".join(KINDS), help=f"some of {','.join(KINDS)}")
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--count", type=int, default=None, help="how many cases of each kind, instead of minutes")
    options = parser.parse_args(arguments)
    kinds = options.kinds.split(",")
    if unknown := [k for k in kinds if k not in KINDS]:
        parser.error(f"--kinds must be some of {', '.join(KINDS)}, got {', '.join(unknown)}")
    seed = time.time_ns() % 1_000_000 if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)

    deadline = time.monotonic() + 60 * options.minutes
    end = None if options.count is None else options.first + options.count

    def cases(last: tuple[int, str] | None) -> Iterator[tuple[int, str]]:
        following = ((n, kind) for n in itertools.count(options.first) for kind in kinds)
        for case in following:
            if last is not None:
                last = None if case == last else last
            elif case[0] == end or (end is None and time.monotonic() > deadline):
                return
            else:
                yield case

    ended: dict[str, Counter[str]] = {kind: Counter() for kind in kinds}
    causes: Counter[str] = Counter()
    for outcome in outcomes(cases, seed):
        ended[outcome.kind][outcome.ended] += 1
        if outcome.cause is not None:
            causes[f"{outcome.kind}: {outcome.cause}"] += 1
        if outcome.report is not None:
            again = f"--kinds {outcome.kind} --seed {seed} --first {outcome.number} --count 1"
            print(f"\n==== {again}\n{outcome.report}", flush=True)
    if causes:
        print("\nfindings by cause:")
        for cause, count in causes.most_common():
            print(f"{count:6d}  {cause}")
    for kind, counts in ended.items():
        parts = ", ".join(f"{count} {name}" for name, count in counts.most_common())
        print(f"{kind}: {counts.total()} run ({parts})")
    return 1 if causes else 0


if __name__ == "__main__":
    sys.exit(main())
