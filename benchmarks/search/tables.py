"""Tables and closing lines of what was measured."""

from __future__ import annotations

import csv
import io
import statistics
from typing import List, Optional, Sequence

from methods import GRAPHS
from trial import Measured, Trial

HEADER = [
    "method",
    "setting",
    "recall@1",
    "recall@10",
    "of strangers",
    "µs",
    "µs in 32",
    "build s",
    "bytes in memory",
    "bytes in file",
    "add µs",
    "remove µs",
]


def number(value: Optional[float], digits: int = 3) -> str:
    """A number with about so many digits that tell; a dash for none."""
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 10 ** (digits - 1) else f"{value:.{digits}g}"


def cells(item: Measured) -> List[str]:
    chosen = item.chosen
    times = [1e6 * statistics.median(values) for values in (item.single, item.batch)]
    changes = [None if value is None else 1e6 * value for value in (item.add, item.remove)]
    return [
        item.method,
        "" if chosen.setting is None else f"{chosen.setting:g}",
        f"{chosen.one:.3f}",
        f"{chosen.ten:.3f}",
        "-" if chosen.strangers is None else f"{chosen.strangers:.3f}",
        *map(number, times),
        number(chosen.build["processor"]),
        number(chosen.build["bytes"], 4),
        number(item.saved, 4),
        *map(number, changes),
    ]


def title(trial: Trial) -> str:
    real = f"{trial.real:,} real and {trial.size - trial.real:,} drawn" if trial.real else "all drawn"
    queries = f"{trial.known} queries of people who are enrolled, {trial.queries - trial.known} of strangers"
    return f"{trial.size:,} x {trial.dimension} ({trial.model}): {real}; {queries}"


def ratio(trial: Trial, ours: Measured, peer: Measured, batch: bool = False) -> float:
    """Ours over the peer's time in the same round; the median of the rounds."""
    rounds = zip(ours.batch, peer.batch) if batch else zip(ours.single, peer.single)
    return statistics.median(own / other for own, other in rounds)


def goals(trial: Trial) -> List[str]:
    """A row of the table of goals: method and ratio of ours to the best peer, and of building, bytes and batches."""
    ours, peer = trial.best(True), trial.best(False)
    graphs = [item for item in trial.measured if item.method in GRAPHS]
    row = [f"{trial.size:,} x {trial.dimension}"]
    if ours is None:
        return [*row, *["-"] * 6]
    row += [ours.method, peer.method if peer else "-", number(ratio(trial, ours, peer)) if peer else "-"]
    if graphs:
        fastest = min(item.chosen.build["processor"] for item in graphs)
        smallest = min(item.chosen.build["bytes"] for item in graphs)
        row += [number(fastest / ours.chosen.build["processor"]), number(ours.chosen.build["bytes"] / smallest)]
    else:
        row += ["-", "-"]
    flat, batched = trial.of("faiss Flat"), trial.best(True, batch=True)
    return [*row, number(1 / ratio(trial, batched, flat, batch=True)) if flat and batched else "-"]


GOALS = [
    "gallery",
    "ours",
    "best peer",
    "ours / best peer",
    "graph's build / ours",
    "our bytes / graph's",
    "faiss Flat / ours, batch 32",
]


def summary(trials: Sequence[Trial]) -> List[str]:
    """A closing line for each gallery."""
    lines = []
    for trial in trials:
        ours, peer = trial.best(True), trial.best(False)
        place = f"{trial.size} x {trial.dimension}"
        if ours is None:
            lines.append(f"{place}: none of ours was measured at recall@1 0.99")
        elif peer is None:
            lines.append(f"{place}, recall@1 {ours.chosen.one:.3f}: {ours.method}; no peer was measured")
        else:
            value, names = ratio(trial, ours, peer), f"{ours.method} against {peer.method}"
            lines.append(f"{place}, recall@1 {ours.chosen.one:.3f}: ours / best peer {value:.2f} ({names})")
    return lines


def comma_separated(trials: Sequence[Trial]) -> str:
    """A row for each setting that was tried; of the chosen ones all that was measured. Times in microseconds."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    names = [
        "setting",
        "recall1",
        "recall10",
        "recall1_strangers",
        "tried_us",
        "build_cpu_s",
        "build_s",
        "memory_bytes",
    ]
    writer.writerow(
        ["model", "dimension", "size", "method", *names, "single_us", "batch32_us", "file_bytes", "add_us", "remove_us"]
    )
    for trial in trials:
        for item in trial.measured:
            for point in item.points:
                row = [point.setting, point.one, point.ten, point.strangers, 1e6 * point.seconds]
                row += [point.build[name] for name in ("processor", "wall", "bytes")]
                if point is item.chosen:
                    row += [1e6 * statistics.median(item.single), 1e6 * statistics.median(item.batch), item.saved]
                    row += [None if value is None else 1e6 * value for value in (item.add, item.remove)]
                else:
                    row += [None] * 5
                figures = ["" if value is None else f"{value:.6g}" for value in row]
                writer.writerow([trial.model, trial.dimension, trial.size, item.method, *figures])
    return stream.getvalue()
