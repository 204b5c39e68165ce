"""All methods on one gallery: each built and set to the wanted recall, then timed by turns."""

from __future__ import annotations

import json
import math
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from methods import GRAPHS, OURS
from vectors import Vectors
from searcher import BATCH

from process import Worker, WorkerError, last_core

FOLDER = Path(__file__).resolve().parent
WANTED = 0.99
"""The recall@1 that a method's fastest setting must reach."""

BEYOND = 0.9995
"""A setting that reaches this much is the last that is tried."""


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    rounds: int
    seconds: float
    """How long a method searches in a round."""

    recall_seconds: float
    """How long a method may take to show its recall at one setting."""

    budget: float
    """The processor's seconds that building may take, reckoned from a smaller gallery."""

    threads: int
    """Threads for building graphs."""

    changes: int


@dataclass
class Point:
    """One setting of a method: what it finds and about what it costs."""

    setting: Optional[float]
    one: float
    ten: float
    strangers: Optional[float]
    seconds: float
    """Of a query on its own."""

    build: Dict[str, float]


@dataclass
class Measured:
    """One method on one gallery; seconds are the processor's."""

    method: str
    dimension: int
    size: int
    chosen: Point
    points: List[Point]
    """Every setting that was tried."""

    single: List[float] = field(default_factory=list)
    """Seconds of a query on its own, a round each."""

    batch: List[float] = field(default_factory=list)
    """Seconds of a query among 32, a round each."""

    saved: Optional[float] = None
    """Bytes a vector of the file."""

    add: Optional[float] = None
    remove: Optional[float] = None

    @property
    def ours(self) -> bool:
        return self.method in OURS

    @property
    def reaches(self) -> bool:
        return self.chosen.one >= WANTED


@dataclass
class Trial:
    """One gallery and what was measured on it."""

    model: str
    dimension: int
    size: int
    real: int
    queries: int
    known: int
    measured: List[Measured] = field(default_factory=list)
    missing: Dict[str, str] = field(default_factory=dict)
    """Methods without figures, and why."""

    def of(self, method: str) -> Optional[Measured]:
        return next((item for item in self.measured if item.method == method), None)

    def best(self, ours: bool, batch: bool = False) -> Optional[Measured]:
        """The fastest of ours or of the peers whose recall is the wanted one."""
        able = [item for item in self.measured if item.ours == ours and item.reaches]
        return min(able, key=lambda item: statistics.median(item.batch if batch else item.single), default=None)


def ask(worker: Worker, what: str, **question: Any) -> Dict[str, Any]:
    return worker.ask(json.dumps({"do": what, **question}))


def compare(
    model: str, vectors: Vectors, folder: Path, methods: Sequence[str], plan: Plan, reckoned: Dict[str, float]
) -> Trial:
    """Measures the methods on vectors that lie in a folder; `reckoned` says how long building them should take."""
    size, dimension = vectors.gallery.shape
    trial = Trial(model, dimension, size, vectors.real, len(vectors.queries), vectors.known)
    workers: Dict[str, Worker] = {}
    try:
        for method in methods:
            if reckoned.get(method, 0) > plan.budget:
                trial.missing[method] = late(reckoned[method], plan.budget)
                continue
            try:
                command = [sys.executable, str(FOLDER / "searcher.py"), method, str(folder)]
                workers[method] = Worker(command, last_core())
                trial.measured.append(prepared(workers[method], method, trial, plan))
            except WorkerError as error:
                trial.missing[method] = str(error)
        by_turns(trial, workers, plan)
        for item in trial.measured:
            finish(item, workers[item.method], trial, plan)
    finally:
        for worker in workers.values():
            worker.close()
    return trial


def late(reckoned: float, budget: float) -> str:
    """Why a method is not built."""
    if math.isinf(reckoned):
        return "it has no figures of a smaller gallery, which would tell how long building takes"
    return f"building should take {reckoned:.0f} s, more than the {budget:.0f} s allowed"


def finish(item: Measured, worker: Worker, trial: Trial, plan: Plan) -> None:
    """Measures what changes the index, or leaves a file, when all times were taken."""
    try:
        item.saved = ask(worker, "save")["bytes"]
        changes = ask(worker, "change", count=plan.changes)
        item.add, item.remove = changes["add"], changes["remove"]
    except WorkerError as error:
        trial.missing[f"saving and changes of {item.method}"] = str(error)


def prepared(worker: Worker, method: str, trial: Trial, plan: Plan) -> Measured:
    """Builds, tries the settings, and leaves the method at the fastest whose recall is the wanted one."""
    threads = plan.threads if method in GRAPHS else 1
    points: List[Point] = []
    build: Dict[str, float] = {}
    built: Optional[float] = None
    for setting in worker.ready["settings"]:
        if worker.ready["rebuilds"] or not points:
            build, built = ask(worker, "build", setting=setting, threads=threads), setting
        found = ask(worker, "recall", setting=setting, seconds=plan.recall_seconds, known=trial.known)
        seconds = ask(worker, "time", batch=1, seconds=plan.seconds)["seconds"]
        points.append(Point(setting, found["one"], found["ten"], found["strangers"], seconds, build))
        if found["one"] >= BEYOND:
            break
    able = [point for point in points if point.one >= WANTED]
    chosen = min(able, key=lambda point: point.seconds) if able else max(points, key=lambda point: point.one)
    if worker.ready["rebuilds"] and built != chosen.setting:
        ask(worker, "build", setting=chosen.setting, threads=threads)
    ask(worker, "recall", setting=chosen.setting, seconds=0, known=trial.known)
    return Measured(method, trial.dimension, trial.size, chosen, points)


def by_turns(trial: Trial, workers: Dict[str, Worker], plan: Plan) -> None:
    """Times the methods A B C A B C; the first round does not count. One that fails is taken out, with its reason."""
    for turn in range(plan.rounds + 1):
        for item in list(trial.measured):
            try:
                single = ask(workers[item.method], "time", batch=1, seconds=plan.seconds)["seconds"]
                batch = ask(workers[item.method], "time", batch=BATCH, seconds=plan.seconds)["seconds"]
            except WorkerError as error:
                trial.missing[item.method] = str(error)
                trial.measured.remove(item)
                continue
            if turn:
                item.single.append(single)
                item.batch.append(batch)
