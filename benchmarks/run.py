"""Times this library and its peers on face networks, and writes benchmarks/results/DATE-PROCESSOR.md and .csv.

docs/benchmarks.md says how to read them. `make benchmark` installs the peers and calls this.
"""

from __future__ import annotations

import argparse
import datetime
import shlex
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Optional, Sequence

import networks
import report
from busy import Busy, measure_busy
from cases import Case, all_cases
from comparison import Comparison, Plan, compare
from counting import multiplications
from engines import ENGINES
from machine import machine, measured_peak, other_work, other_work_line, slug, versions
from pipeline import TORCH, measure_pipelines, pipeline_rows
from places import BUILD, ROOT, SHARED, WORK
from rows import aligned, markdown
from startup import Start, measure_starts

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass
class Results:
    """Everything that was measured, in the order it was."""

    command: str
    others: List[float]
    """How many processors were busy with other work at the start and at the end."""

    comparisons: List[Comparison] = field(default_factory=list)
    starts: List[Start] = field(default_factory=list)
    busy: List[Busy] = field(default_factory=list)
    pipelines: List[List[str]] = field(default_factory=list)
    notes: List[str] = field(default_factory=list)
    """What is missing, and why."""

    peak: float = 0.0
    counts: Dict[str, int] = field(default_factory=dict)
    """Multiply-adds a picture by network."""

    def rows(self, comparisons: Sequence[Comparison]) -> List[report.Row]:
        return [
            report.row(item, measurement, self.counts[item.case.name], self.peak)
            for item in comparisons
            for measurement in item.measurements
        ]


def names(text: str) -> List[str]:
    return [name for name in text.split(",") if name]


def numbers(text: str) -> List[int]:
    return [int(name) for name in names(text)]


def arguments(words: Optional[Sequence[str]] = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=names, help=f"of {','.join(case.name for case in all_cases())}; default: all")
    parser.add_argument("--engines", type=names, default=list(ENGINES), help=f"of {','.join(ENGINES)}; default: all")
    parser.add_argument("--threads", type=numbers, help="default: 1, and 2 where the batch is 1")
    parser.add_argument("--batch", type=numbers, help="default: 1, and 16 where the threads are 1")
    parser.add_argument("--rounds", type=int, help="default: 9 of the main comparison, fewer of the others")
    parser.add_argument("--seconds", type=float, default=0.25, help="how long an engine runs in a round; default: 0.25")
    parser.add_argument("--quick", action="store_true", help="few short rounds; results go to build/benchmark/results")
    parts = ("networks", "busy", "start", "pipeline")
    parser.add_argument("--only", choices=parts, help="one part alone; default: all four")
    parser.add_argument("--output", type=Path, metavar="DIR", help="where results go; default: benchmarks/results")
    return parser.parse_args(words)


def plans(options: argparse.Namespace) -> List[Plan]:
    """What is compared, the main comparison first."""
    pairs = [(1, 1), (2, 1), (1, 16)]
    if options.threads or options.batch:
        pairs = [(threads, batch) for threads in options.threads or [1] for batch in options.batch or [1]]
    found = []
    for threads, batch in pairs:
        rounds = options.rounds or (2 if options.quick else 9 if (threads, batch) == (1, 1) else 5 if batch == 1 else 3)
        found.append(Plan(threads, batch, rounds, 0.05 if options.quick else options.seconds))
    return found


def chosen_cases(options: argparse.Namespace, results: Results) -> List[Case]:
    """The networks that were asked for and are there; notes which are not."""
    cases = []
    for case in all_cases():
        if options.models and case.name not in options.models:
            continue
        if case.model.is_file():
            cases.append(case)
            continue
        place = "it lies in a folder shared/ beside the checkout" if SHARED in case.model.parents else "see make models"
        results.notes.append(f"missing: {case.name}: {case.model.name} is not there ({place})")
    return cases


def compare_all(options: argparse.Namespace, cases: Sequence[Case], results: Results) -> None:
    """Every network by every plan; prints each table when it is done."""
    for case in cases:
        results.counts[case.name] = multiplications(case.model, (1, 3, case.height, case.width))
    for plan in plans(options):
        for case in cases:
            if plan.batch > 1 and case.batched is None:
                continue
            results.peak = max(results.peak, measured_peak())
            comparison = compare(case, options.engines, plan)
            results.comparisons.append(comparison)
            size = f"{case.width}x{case.height}, {results.counts[case.name] / 1e6:.0f} million multiply-adds"
            print(f"\n{case.title}, {size}")
            print(aligned([report.HEADER, *map(report.cells, results.rows([comparison]))]))
            print("".join(f"{line}\n" for line in report.missing_lines([comparison])), end="", flush=True)


def measure(options: argparse.Namespace) -> Results:
    results = Results(command(), [other_work()])
    networks.place(WORK / "models")
    cases = chosen_cases(options, results)
    if options.only in (None, "networks"):
        compare_all(options, cases, results)
        results.notes += report.missing_lines(results.comparisons)
    if options.only in (None, "busy"):
        rounds, seconds = (2, 0.05) if options.quick else (options.rounds or 9, options.seconds)
        results.busy, missing = measure_busy(cases, options.engines, rounds, seconds)
        results.notes += [f"missing: {name}: {reason}" for name, reason in missing.items()]
        print("\ntwo threads while another program keeps one of two cores busy, against one thread")
        print(aligned(report.busy_rows(results.busy)), flush=True)
    facenet = [case for case in cases if case.name == "facenet"]
    if options.only in (None, "start") and facenet:
        results.starts, missing = measure_starts(facenet[0], options.engines, 2 if options.quick else 7)
        results.notes += [f"missing: start of {name}: {reason}" for name, reason in missing.items()]
        print("\nfrom the start of a process to its first FaceNet embedding")
        print(aligned(report.start_rows(results.starts)), flush=True)
    if options.only in (None, "pipeline"):
        measured, notes = measure_pipelines(2 if options.quick else 7, 0.4)
        results.pipelines, results.notes = pipeline_rows(measured), results.notes + notes
        print("\nfrom a 1920x1080 JPEG to faces and embeddings")
        print(aligned(results.pipelines), flush=True)
    results.others.append(other_work())
    return results


def command() -> str:
    """What the user typed, or could have."""
    given = shlex.join(sys.argv[1:])
    return (
        "make benchmark" + (" TORCH=1" if TORCH.exists() else "") + (f" OPTIONS={shlex.quote(given)}" if given else "")
    )


def page(results: Results, day: str) -> str:
    """The results as one Markdown page."""
    parts = [f"# Benchmark of {day}", "How to read it: [docs/benchmarks.md](../../docs/benchmarks.md)."]
    facts = [*machine(), f"peak of one core: {results.peak / 1e9:.0f} GFLOP/s in single precision, measured in between"]
    facts += [other_work_line(results.others)]
    facts += [f"versions: {', '.join(versions())}", f"command: `{results.command}`"]
    parts.append("\n".join(f"- {fact}" for fact in facts))
    if results.comparisons:
        rows = [report.cells(item) for item in results.rows(results.comparisons)]
        parts += ["## Against the best peer", markdown(report.overview(results.comparisons))]
        parts += ["## Every engine", markdown([report.HEADER, *rows])]
    if results.busy:
        parts += ["## Two threads while one of two cores is busy", markdown(report.busy_rows(results.busy))]
    if results.starts:
        parts += ["## Start to the first FaceNet embedding", markdown(report.start_rows(results.starts))]
    if results.pipelines:
        parts += ["## From a JPEG to faces and embeddings", markdown(results.pipelines)]
    if results.notes:
        parts += ["## Missing", "\n".join(f"- {note}" for note in results.notes)]
    parts += ["## Summary", "\n".join(f"- {line}" for line in report.summary(results.comparisons))]
    return "\n\n".join(parts) + "\n"


def write(results: Results, folder: Path) -> Path:
    """Writes the page and the table; returns the page's path."""
    day = datetime.date.today().isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{day}-{slug()}.md"
    path.write_text(page(results, day))
    path.with_suffix(".csv").write_text(report.comma_separated(results.rows(results.comparisons)))
    return path


def main() -> int:
    options = arguments()
    unknown = set(options.engines) - set(ENGINES) | set(options.models or ()) - {case.name for case in all_cases()}
    if unknown:
        print(f"benchmark: there is no {', '.join(sorted(unknown))}: see --help", file=sys.stderr)
        return 2
    if not (BUILD / "lib" / "libfacenet.so").exists():
        print("benchmark: build/lib/libfacenet.so is not there: run `make build` first", file=sys.stderr)
        return 2
    results = measure(options)
    folder = options.output or (WORK / "results" if options.quick else RESULTS)
    path = write(results, folder)
    print()
    for note in results.notes:
        print(note)
    print(other_work_line(results.others))
    print(f"written: {path.relative_to(ROOT) if ROOT in path.parents else path}")
    print("\n".join(report.summary(results.comparisons)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
