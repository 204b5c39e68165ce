"""Times the search of this library and of its peers, and writes .md, .csv and .svg into benchmarks/search/results.

docs/benchmark-search.md says how to read them. `make benchmark-search` installs the peers and calls this.
"""

from __future__ import annotations

import argparse
import datetime
import shlex
import shutil
import sys
import time
from pathlib import Path
from typing import Dict, List, Optional, Sequence

import tables
import vectors
from embeddings import DIMENSIONS, WORK
from methods import GRAPHS, METHODS
from plot import Axis, Line, svg
from trial import Plan, Trial, compare

from machine import machine, other_work, other_work_line, slug, versions
from rows import aligned, markdown

RESULTS = Path(__file__).resolve().parent / "results"
LARGE = 1_000_000
"""A batch of 32 queries of so many takes seconds."""

PACKAGES = ("faiss-cpu", "hnswlib", "usearch", "numpy")


def arguments(words: Optional[Sequence[str]] = None) -> argparse.Namespace:
    def names(text: str) -> List[str]:
        return [name for name in text.split(",") if name]

    def numbers(text: str) -> List[int]:
        return [int(name) for name in names(text)]

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=numbers, help="default: 1000,10000,100000,1000000; --quick: 1000,10000")
    parser.add_argument(
        "--models", type=names, default=list(DIMENSIONS), help=f"of {','.join(DIMENSIONS)}; default: all"
    )
    parser.add_argument("--methods", type=names, default=list(METHODS), help=f"of {','.join(METHODS)}; default: all")
    parser.add_argument("--rounds", type=int, help="default: 9, of the largest 5; --quick: 2")
    parser.add_argument(
        "--budget", type=float, default=400, metavar="SECONDS",
        help="leave out what should take longer to build, of the processor's time; default: 400",
    )  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="small and short; results go to build/search-benchmark")
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="where results go; default: benchmarks/search/results"
    )
    options = parser.parse_args(words)
    for given, known in ((options.methods, METHODS), (options.models, DIMENSIONS)):
        if set(given) - set(known):
            parser.error(f"there is no {', '.join(sorted(set(given) - set(known)))}")
    options.sizes = sorted(options.sizes or ([1000, 10_000] if options.quick else [1000, 10_000, 100_000, 1_000_000]))
    return options


def plan(options: argparse.Namespace, size: int) -> Plan:
    if options.quick:
        return Plan(options.rounds or 2, 0.02, 0.5, options.budget, 2, 100)
    return Plan(options.rounds or (5 if size >= LARGE else 9), 0.1, 5, options.budget, 2, 500)


def reckoned(trials: Sequence[Trial], size: int) -> Dict[str, float]:
    """How long building should take, from the last smaller gallery of the same model: graphs by N log N, and more."""
    if not trials:
        return {}
    last = trials[-1]
    growth = size / last.size
    found = {name: float("inf") for name in last.missing if name in GRAPHS}
    for item in last.measured:
        factor = 1.3 * growth if item.method in GRAPHS else growth
        found[item.method] = factor * item.chosen.build["processor"]
    return found


def measure(options: argparse.Namespace) -> List[Trial]:
    """All galleries, each model's from the smallest; prints each table when it is done."""
    trials: List[Trial] = []
    for model in options.models:
        own: List[Trial] = []
        for size in options.sizes:
            start = time.monotonic()
            folder = WORK / "vectors" / f"{model}-{size}"
            try:
                made = vectors.make(model, size).save(folder)
                own.append(compare(model, made, folder, options.methods, plan(options, size), reckoned(own, size)))
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            print(f"\n{tables.title(own[-1])} ({time.monotonic() - start:.0f} s)")
            print(aligned([tables.HEADER, *map(tables.cells, own[-1].measured)]))
            print("".join(f"missing: {line}\n" for line in missing([own[-1]])), end="", flush=True)
        trials += own
    return trials


def missing(trials: Sequence[Trial]) -> List[str]:
    return [
        f"{method} at {trial.size} x {trial.dimension}: {reason}"
        for trial in trials
        for method, reason in trial.missing.items()
    ]


def command() -> str:
    """What the user typed, or could have."""
    given = shlex.join(sys.argv[1:])
    return "make benchmark-search" + (f" OPTIONS={shlex.quote(given)}" if given else "")


def page(trials: Sequence[Trial], others: Sequence[float], pictures: Sequence[Path], day: str) -> str:
    """The results as one Markdown page."""
    parts = [
        f"# Search benchmark of {day}",
        "How to read it: [docs/benchmark-search.md](../../../docs/benchmark-search.md).",
    ]
    facts = [
        *machine(),
        other_work_line(others),
        f"versions: {', '.join(versions(PACKAGES))}",
        f"command: `{command()}`",
    ]
    parts.append("\n".join(f"- {fact}" for fact in facts))
    parts += ["## Against the goals", markdown([tables.GOALS, *map(tables.goals, trials)])]
    for trial, picture in zip(trials, pictures):
        parts += [f"## {tables.title(trial)}", markdown([tables.HEADER, *map(tables.cells, trial.measured)])]
        parts.append(f"![recall against time]({picture.name})")
    absent = missing(trials)
    if absent:
        parts += ["## Missing", "\n".join(f"- {line}" for line in absent)]
    parts += ["## Summary", "\n".join(f"- {line}" for line in tables.summary(trials))]
    return "\n\n".join(parts) + "\n"


def picture(trial: Trial) -> str:
    """Recall against time, a line a method."""
    lines = [Line(item.method, [(1e6 * point.seconds, point.one) for point in item.points]) for item in trial.measured]
    title = f"{trial.size:,} templates of {trial.dimension} numbers, one thread"
    return svg(title, Axis("microseconds a query", True), Axis("recall@1"), lines)


def write(trials: Sequence[Trial], others: Sequence[float], folder: Path) -> Path:
    """Writes the page, the table and the plots; returns the page's path."""
    day = datetime.date.today().isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{day}-{slug()}.md"
    pictures = [path.with_name(f"{path.stem}-{trial.size}x{trial.dimension}.svg") for trial in trials]
    for trial, place in zip(trials, pictures):
        place.write_text(picture(trial))
    path.write_text(page(trials, others, pictures, day))
    path.with_suffix(".csv").write_text(tables.comma_separated(trials))
    return path


def main() -> int:
    options = arguments()
    others = [other_work()]
    trials = measure(options)
    if not any(trial.measured for trial in trials):
        print("benchmark-search: nothing could be measured", file=sys.stderr)
        return 1
    others.append(other_work())
    trials = [trial for trial in trials if trial.measured]
    path = write(trials, others, options.output or (WORK / "results" if options.quick else RESULTS))
    print()
    print(aligned([tables.GOALS, *map(tables.goals, trials)]))
    print(f"{other_work_line(others)}\nwritten: {path}")
    print("\n".join(tables.summary(trials)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
