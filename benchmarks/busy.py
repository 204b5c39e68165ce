"""Two threads while another program keeps the second core busy, against one thread: what a second thread costs where its
core is wanted by others.

Wall time of one picture. One thread runs on the last core, the other program on the first; two threads may run on both.
An engine that cuts its work into equal parts waits for the one that shares its core; one whose threads take parts as
they come loses little.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Dict, Iterator, List, Sequence, Tuple

from cases import Case
from conversion import ConversionError, convert
from process import Worker, WorkerError, cores, last_core, pinned, take_turns, worker_command

NETWORKS = ("facenet", "mobilefacenet")
ENGINES = ("facenet", "onnxruntime", "openvino", "ncnn")
"""Those that divide a network among threads of their own."""

SPIN = "while True: pass"


@dataclass
class Busy:
    """One engine on one network: seconds a picture, the median of each round."""

    model: str
    engine: str
    one: List[float] = field(default_factory=list)
    """One thread on a core of its own."""
    two: List[float] = field(default_factory=list)
    """Two threads, one core shared."""

    @property
    def ratio(self) -> float:
        """The median over the rounds of two threads over one."""
        return statistics.median(two / one for one, two in zip(self.one, self.two))


@contextmanager
def other_program(core: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Keeps a core busy for as long as this lasts."""
    with pinned(core):
        child = subprocess.Popen([sys.executable, "-c", SPIN])
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def measure_busy(
    cases: Sequence[Case], engines: Sequence[str], rounds: int, seconds: float
) -> Tuple[List[Busy], Dict[str, str]]:
    """Measures the networks and engines that are both asked for and meant; also returns what failed, and why."""
    missing: Dict[str, str] = {}
    found: List[Busy] = []
    if len(cores()) != 2:
        return found, {"the busy core": f"it takes two cores, there are {len(cores())}"}
    for case in (case for case in cases if case.name in NETWORKS):
        chosen = [engine for engine in ENGINES if engine in engines]
        workers: Dict[str, Worker] = {}
        try:
            for engine in chosen:
                _start(case, engine, workers, missing)
            with other_program(min(cores())):
                found += measured(case.name, workers, rounds, seconds, missing)
        finally:
            for worker in workers.values():
                worker.close()
    return found, missing


def _start(case: Case, engine: str, workers: Dict[str, Worker], missing: Dict[str, str]) -> None:
    """A worker of one thread and one of two, both or none."""
    pair: List[Worker] = []
    try:
        if engine == "ncnn":
            convert(case)
        model = case.converted if engine == "ncnn" else case.model
        for threads, core in ((1, last_core()), (2, None)):
            pair.append(Worker(worker_command(engine, model, case.input(1), threads), core))
    except (WorkerError, ConversionError) as error:
        missing[f"{engine} on {case.name}"] = str(error)
        for worker in pair:
            worker.close()
        return
    workers[f"{engine} 1"], workers[f"{engine} 2"] = pair


def measured(
    model: str, workers: Dict[str, Worker], rounds: int, seconds: float, missing: Dict[str, str]
) -> List[Busy]:
    """Lets the pairs of workers take turns."""
    broken: Dict[str, str] = {}
    found: Dict[str, Busy] = {}
    for name, times in take_turns(workers, rounds, seconds, broken):
        engine, threads = name.split()
        item = found.setdefault(engine, Busy(model, engine))
        (item.one if threads == "1" else item.two).append(statistics.median(wall for wall, _ in times))
    for name, reason in broken.items():
        engine = name.split()[0]
        missing[f"{engine} on {model}"] = reason
        found.pop(engine, None)
    return list(found.values())
