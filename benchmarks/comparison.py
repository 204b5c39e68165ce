"""Times the engines on one network by turns (A B C, A B C, ...).

So what else the machine does meanwhile meets all of them alike.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Optional, Sequence

from cases import Case
from conversion import ConversionError, convert
from layers import np
from process import Worker, WorkerError, last_core, take_turns, worker_command


@dataclass(frozen=True)
class Plan:
    """How one comparison is done."""

    threads: int
    batch: int
    rounds: int
    seconds: float
    """For about how long an engine runs in a round."""


@dataclass
class Measurement:
    """What was measured of one engine. Times are seconds a picture."""

    engine: str
    first: float
    memory: float = 0.0
    error: Optional[float] = None
    wall: List[float] = field(default_factory=list)
    """The median of each round."""

    processor: List[float] = field(default_factory=list)
    """The same of the processor's time, all threads together."""

    least_wall: float = float("inf")
    least_processor: float = float("inf")

    def add(self, times: Sequence[Sequence[float]], batch: int) -> None:
        """Takes in the times of a round's runs."""
        wall, processor = ([value / batch for value in values] for values in zip(*times))
        self.wall.append(statistics.median(wall))
        self.processor.append(statistics.median(processor))
        self.least_wall = min(self.least_wall, *wall)
        self.least_processor = min(self.least_processor, *processor)

    def rounds(self, threads: int) -> List[float]:
        """What engines are compared by: the processor's time of one thread, the clock's of more."""
        return self.processor if threads == 1 else self.wall

    def figure(self, threads: int) -> float:
        return statistics.median(self.rounds(threads))


@dataclass
class Comparison:
    """The engines on one network."""

    case: Case
    plan: Plan
    measurements: List[Measurement]
    missing: Dict[str, str]
    """Engines without figures, and why."""

    def best_peer(self) -> Optional[Measurement]:
        """The fastest engine that is not ours."""
        peers = [item for item in self.measurements if item.engine != "facenet"]
        return min(peers, key=lambda item: item.figure(self.plan.threads)) if peers else None

    def ratio(self, measurement: Measurement) -> Optional[float]:
        """The median over the rounds of this engine's time over the best peer's."""
        peer = self.best_peer()
        if peer is None:
            return None
        pairs = zip(measurement.rounds(self.plan.threads), peer.rounds(self.plan.threads))
        return statistics.median(own / other for own, other in pairs)

    @property
    def ours(self) -> Optional[float]:
        """Our ratio."""
        own = [item for item in self.measurements if item.engine == "facenet"]
        return self.ratio(own[0]) if own else None


def compare(case: Case, engines: Sequence[str], plan: Plan) -> Comparison:
    """Starts a worker for each engine, checks their outputs against ONNX Runtime's, and times them by turns."""
    missing: Dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        workers = _start(case, engines, plan, Path(folder), missing)
        measurements = {engine: Measurement(engine, worker.first) for engine, worker in workers.items()}
        try:
            for engine, times in take_turns(workers, plan.rounds, plan.seconds, missing):
                measurements[engine].add(times, plan.batch)
                measurements[engine].memory = workers[engine].memory
            _check(measurements, Path(folder))
        finally:
            for worker in workers.values():
                worker.close()
    return Comparison(case, plan, [item for item in measurements.values() if item.engine not in missing], missing)


def _start(case: Case, engines: Sequence[str], plan: Plan, folder: Path, missing: Dict[str, str]) -> Dict[str, Worker]:
    """The workers that came to a first result."""
    pictures, core = case.input(plan.batch), last_core() if plan.threads == 1 else None
    workers = {}
    for engine in engines:
        try:
            if engine == "ncnn":
                convert(case)
            model = case.converted if engine == "ncnn" else case.file(plan.batch)
            outputs = folder / f"{engine}.npz"
            workers[engine] = Worker(worker_command(engine, model, pictures, plan.threads, outputs), core)
        except (WorkerError, ConversionError) as error:
            missing[engine] = str(error)
    return workers


def _check(measurements: Dict[str, Measurement], folder: Path) -> None:
    """Sets each engine's error: its largest difference from ONNX Runtime's results over the largest of those.

    Outputs are taken one by one, and the worst counts.
    """
    results = {}
    for engine in measurements:
        with np.load(folder / f"{engine}.npz") as stored:
            results[engine] = [stored[name].ravel() for name in stored.files]
    if "onnxruntime" in results:
        for engine, measurement in measurements.items():
            measurement.error = largest_error(results[engine], results["onnxruntime"])


def largest_error(results: Sequence[np.ndarray], expected: Sequence[np.ndarray]) -> float:
    """Infinite where numbers are missing."""
    if [result.size for result in results] != [result.size for result in expected]:
        return float("inf")
    return max(float(np.abs(one - other).max() / np.abs(other).max()) for one, other in zip(results, expected))
