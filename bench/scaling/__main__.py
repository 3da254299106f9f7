"""`python -m bench.scaling`: the autoscaler's part of RESULTS.md, and the pictures of docs/scaling.md."""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from bench.results import table, write_part
from bench.scaling.pictures import PICTURES, draw
from bench.scaling.report import COST, Result, promises, report
from bench.scaling.running import by_policy
from bench.scaling.scenarios import SCENARIOS, drawn


def one_day(key: str, seed: int) -> Result:
    """A day of that kind, for the oracle and under the policy."""
    scenario = next(one for one in SCENARIOS if one.key == key)
    day = drawn(scenario, seed)
    return Result(scenario, day, by_policy(day.trace))


def _head(results: list[Result], seconds: float) -> str:
    documents = sum(one.day.trace.documents for one in results)
    shards = sum(len(one.day.trace.shards) for one in results)
    return (
        f"{len(results)} days, {documents / 1e9:.1f} billion documents in {shards:,} shards, each once for the oracle "
        f"and once under the policy, in {seconds:.0f} s. Median (5 to 95 % of the days), or median (≤ the worst)."
    )


def main() -> int:
    """Exit status 1 when a promise was not kept."""
    parser = argparse.ArgumentParser(prog="python -m bench.scaling", description=__doc__)
    parser.add_argument("--days", type=int, default=25, help="days of each kind (default: 25)")
    parser.add_argument("--only", nargs="+", choices=[one.key for one in SCENARIOS], help="only these kinds")
    parser.add_argument("--seed", type=int, default=0, help="the first day's (default: 0)")
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)), help="default: one a core")
    parser.add_argument("--misses", action="store_true", help="name the days that missed or cost too much")
    parser.add_argument("--print", action="store_true", help="print the tables; write no file and draw no picture")
    options = parser.parse_args()
    keys = options.only or [one.key for one in SCENARIOS]
    begun = time.monotonic()
    days = [(key, options.seed + number) for key in keys for number in range(options.days)]
    with ProcessPoolExecutor(options.processes) as pool:
        results = list(pool.map(one_day, *zip(*days, strict=True), chunksize=1))
    kept = promises(results)
    rows = [
        {"promised": name, "came": came, "kept": "yes" if good else "**no**"} for name, (came, good) in kept.items()
    ]
    promised = table(["promised", "came", "kept"], rows)
    text = f"{_head(results, time.monotonic() - begun)}\n\n{report(results)}\n\n{promised}"
    print(text)
    if options.misses:
        print("\n".join(str(one) for one in results if one.scenario.feasible and (not one.met or one.cost > COST)))
    if not options.print:
        write_part("scaling", text)
        for picture in PICTURES:
            draw(picture)
        print("written: bench/RESULTS.md, docs/pictures/scaling-*.svg", file=sys.stderr)
    return 0 if all(good for _, good in kept.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
