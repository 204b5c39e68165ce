"""Tables of what was measured: for the terminal, as Markdown, and as comma-separated values."""

from __future__ import annotations

import csv
import io
import math
import statistics
from dataclasses import asdict, dataclass, fields
from typing import Iterable, List, Optional, Sequence

from busy import Busy
from comparison import Comparison, Measurement
from startup import Start


@dataclass(frozen=True)
class Row:
    """One engine on one network; the names are the columns of the CSV file. Times are milliseconds a picture."""

    model: str
    threads: int
    batch: int
    engine: str
    cpu_minimum: float
    cpu_median: float
    wall_minimum: float
    wall_median: float
    ratio: Optional[float]
    share_of_peak: float
    memory: float
    first_result: float
    error: Optional[float]


def row(comparison: Comparison, measurement: Measurement, multiplications: int, peak: float) -> Row:
    """What the table says of one engine; peak is one core's, in floating point operations a second."""
    plan = comparison.plan
    rate = 2 * multiplications / measurement.figure(plan.threads)
    return Row(
        model=comparison.case.name,
        threads=plan.threads,
        batch=plan.batch,
        engine=measurement.engine,
        cpu_minimum=1e3 * measurement.least_processor,
        cpu_median=1e3 * measurement.figure(1),
        wall_minimum=1e3 * measurement.least_wall,
        wall_median=1e3 * measurement.figure(2),
        ratio=comparison.ratio(measurement),
        share_of_peak=rate / (peak * plan.threads),
        memory=measurement.memory,
        first_result=measurement.first,
        error=measurement.error,
    )


HEADER = [
    "model",
    "threads",
    "batch",
    "engine",
    "CPU min",
    "CPU median",
    "wall min",
    "wall median",
    "ratio",
    "of peak",
    "memory MB",
    "first result s",
    "error",
]


def cells(item: Row) -> List[str]:
    """A row as text."""
    times = (item.cpu_minimum, item.cpu_median, item.wall_minimum, item.wall_median)
    return [
        item.model,
        str(item.threads),
        str(item.batch),
        item.engine,
        *(f"{time:.2f}" for time in times),
        "-" if item.ratio is None else f"{item.ratio:.2f}",
        f"{item.share_of_peak:.0%}",
        f"{item.memory:.0f}",
        f"{item.first_result:.2f}",
        "-" if item.error is None else f"{item.error:.0e}",
    ]


def overview(comparisons: Sequence[Comparison]) -> List[List[str]]:
    """Ours beside the best peer, a row a comparison, the header first."""
    rows = [["model", "threads", "batch", "facenet ms", "best peer", "its ms", "ratio"]]
    for comparison in comparisons:
        peer, ratio, plan = comparison.best_peer(), comparison.ours, comparison.plan
        if peer is not None and ratio is not None:
            own = next(item for item in comparison.measurements if item.engine == "facenet")
            times = [f"{1e3 * item.figure(plan.threads):.2f}" for item in (own, peer)]
            facts = [comparison.case.name, str(plan.threads), str(plan.batch)]
            rows.append([*facts, times[0], peer.engine, times[1], f"{ratio:.2f}"])
    return rows


def comma_separated(rows: Iterable[Row]) -> str:
    """All rows, the header first."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, [item.name for item in fields(Row)], lineterminator="\n")
    writer.writeheader()
    for item in rows:
        numbers = {key: f"{value:.6g}" if isinstance(value, float) else value for key, value in asdict(item).items()}
        writer.writerow(numbers)
    return stream.getvalue()


def start_rows(starts: Sequence[Start]) -> List[List[str]]:
    """The table of starts, the header first."""
    rows = [["program", "min s", "median s", "memory MB"]]
    return rows + [
        [item.name, f"{min(item.seconds):.2f}", f"{item.median:.2f}", f"{item.memory:.0f}"] for item in starts
    ]


def busy_rows(items: Sequence[Busy]) -> List[List[str]]:
    """The table of two threads beside another program, the header first."""
    rows = [["model", "engine", "1 thread ms", "2 threads ms", "ratio"]]
    for item in items:
        times = [f"{1e3 * statistics.median(values):.2f}" for values in (item.one, item.two)]
        rows.append([item.model, item.engine, *times, f"{item.ratio:.2f}"])
    return rows


def missing_lines(comparisons: Sequence[Comparison]) -> List[str]:
    """What has no figures, and why."""
    lines = []
    for comparison in comparisons:
        case, plan = comparison.case, comparison.plan
        place = f"{case.name}, threads {plan.threads}, batch {plan.batch}"
        lines += [f"missing: {engine} on {place}: {reason}" for engine, reason in comparison.missing.items()]
    return lines


def geometric_mean(values: Sequence[float]) -> float:
    return math.exp(math.fsum(math.log(value) for value in values) / len(values))


def summary(comparisons: Sequence[Comparison]) -> List[str]:
    """A line for each kind of comparison; the last one is of one thread, batch 1, all networks that were measured."""
    lines = []
    for threads, batch in sorted({(item.plan.threads, item.plan.batch) for item in comparisons}, reverse=True):
        chosen = [item for item in comparisons if (item.plan.threads, item.plan.batch) == (threads, batch)]
        ratios = [(item.case.group, item.ours) for item in chosen if item.ours is not None]
        everything = [ratio for _, ratio in ratios]
        random = [ratio for group, ratio in ratios if group == "random"]
        what = f"{threads} thread{'' if threads == 1 else 's'}" + ("" if batch == 1 else f", batch {batch}")
        if 0 < len(random) < len(everything):
            share = f"{len(random)} of {len(everything)}"
            lines.append(f"the networks with random weights alone ({share}), {what}: {geometric_mean(random):.2f}")
        if everything:
            lines.append(f"geometric mean (ours / best peer), {what}: {geometric_mean(everything):.2f}")
    return lines
