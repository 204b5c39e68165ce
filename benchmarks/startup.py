"""From the start of a process to its first FaceNet embedding, loading included, and the memory that takes.

Ours is a C program on the library. The peers are Python programs, which is how most of their users meet them, so that
their time holds Python's own start and the import of the package and of NumPy; ours in Python stands beside them. ncnn
reads what was converted before. One thread on one core, one picture; files are in the system's cache.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Dict, List, Sequence, Tuple

from cases import Case
from conversion import ConversionError, convert
from layers import np
from machine import compiled
from places import BUILD, WORK
from process import Worker, WorkerError, last_core, worker_command


@dataclass
class Start:
    """What was measured of one program."""

    name: str
    seconds: List[float] = field(default_factory=list)
    memory: float = 0.0

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def programs(case: Case, engines: Sequence[str]) -> List[Tuple[str, List[str]]]:
    """The programs by name, ours first."""
    pictures = case.input(1)
    found = []
    if "facenet" in engines:
        library = BUILD / "lib"
        flags = [f"-I{library / 'include'}", f"-L{library}", "-lfacenet", f"-Wl,-rpath,{library}"]
        program = compiled("start", flags)
        numbers = WORK / "inputs" / "start.bin"
        numbers.write_bytes(np.load(pictures).tobytes())
        rest = [str(numbers), "1", "3", str(case.height), str(case.width)]
        found.append(("facenet in C", [str(program), str(case.model), *rest]))
        shipped = BUILD / "models" / "facenet.onnx"
        if shipped.is_file():
            found.append(("facenet in C, the recipe's model with 8-bit weights", [str(program), str(shipped), *rest]))
    for engine in engines:
        model = case.converted if engine == "ncnn" else case.model
        found.append((f"{engine} in Python", worker_command(engine, model, pictures, 1)))
    return found


def measure_starts(case: Case, engines: Sequence[str], rounds: int) -> Tuple[List[Start], Dict[str, str]]:
    """Starts every program once a round, by turns; also returns those that failed, and why."""
    missing: Dict[str, str] = {}
    if "ncnn" in engines:
        try:
            convert(case)
        except ConversionError as error:
            missing["ncnn in Python"] = str(error)
    commands = [(name, command) for name, command in programs(case, engines) if name not in missing]
    starts = {name: Start(name) for name, _ in commands}
    for _ in range(rounds):
        for name, command in commands:
            if name not in missing:
                try:
                    _start_once(starts[name], command)
                except WorkerError as error:
                    missing[name] = str(error)
    return [start for name, start in starts.items() if name not in missing], missing


def _start_once(start: Start, command: Sequence[str]) -> None:
    worker = Worker(command, last_core())
    worker.close()
    start.seconds.append(worker.first)
    start.memory = max(start.memory, worker.memory)
