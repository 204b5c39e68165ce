"""A worker as seen from outside: started on one core or on all, asked, and ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Dict, Iterator, List, Optional, Sequence, Set, Tuple

FOLDER = Path(__file__).resolve().parent
MARK = "benchmark "


class WorkerError(Exception):
    """Why an engine has no figures, in one sentence."""


@contextmanager
def pinned(core: Optional[int]) -> Iterator[None]:
    """Processes started inside may run on this core alone; None stands for all that we may."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, before if core is None else {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cores() -> Set[int]:
    """The cores that we may run on."""
    return os.sched_getaffinity(0)


def last_core() -> int:
    """The core for work of one thread: what else the machine does tends to the first."""
    return max(cores())


class Worker:
    """A child process that has loaded one network in one engine, and answers."""

    def __init__(self, command: Sequence[str], core: Optional[int]) -> None:
        self.errors: IO[bytes] = tempfile.TemporaryFile()
        started = time.monotonic()
        with pinned(core):
            self.child = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.errors,
                text=True,
            )
        try:
            self.ready = self._answer()
            """What it said with its first result."""
        except WorkerError:
            self.close()
            raise
        self.first = time.monotonic() - started
        """Seconds from its start to its first result."""
        self.memory: float = self.ready["memory"]
        """The most memory it has had in use so far, in megabytes."""

    def measure(self, count: int) -> List[List[float]]:
        """The seconds of so many runs: [by the clock, of the processor]."""
        answer = self.ask(str(count))
        self.memory = answer["memory"]
        times: List[List[float]] = answer["times"]
        return times

    def ask(self, line: str) -> Dict[str, Any]:
        """What it answers to a line of its input."""
        assert self.child.stdin is not None
        try:
            self.child.stdin.write(f"{line}\n")
            self.child.stdin.flush()
        except BrokenPipeError:
            raise WorkerError(self._reason()) from None
        return self._answer()

    def _answer(self) -> Dict[str, Any]:
        assert self.child.stdout is not None
        for line in self.child.stdout:
            if line.startswith(MARK):
                answer: Dict[str, Any] = json.loads(line[len(MARK) :])
                return answer
        raise WorkerError(self._reason())

    def _reason(self) -> str:
        """The last thing it said, without the paths of this machine."""
        status = self.child.wait()
        self.errors.seek(0)
        lines = self.errors.read().decode("utf-8", "replace").strip().splitlines()
        said = lines[-1] if lines else f"it ended with status {status}"
        for folder in (FOLDER.parent, Path(sys.prefix), Path.home()):
            said = said.replace(str(folder.resolve()) + "/", "")
        return said if len(said) <= 200 else said[:197] + "..."

    def close(self) -> None:
        """Ends the process and waits for its end."""
        assert self.child.stdin is not None and self.child.stdout is not None
        try:
            self.child.stdin.close()
        except BrokenPipeError:
            pass
        self.child.stdout.close()
        self.child.wait()
        self.errors.close()


def take_turns(
    workers: Dict[str, Worker], rounds: int, seconds: float, missing: Dict[str, str]
) -> Iterator[Tuple[str, List[List[float]]]]:
    """Lets the workers run for about so many seconds each, by turns, and yields whose turn it was and its times.

    A first round, which is not yielded, warms up and says how many runs fill the time. A worker that fails is entered
    into missing with its reason, and takes no further turns.
    """
    counts: Dict[str, int] = {}
    for turn in range(rounds + 1):
        for name, worker in workers.items():
            if name in missing:
                continue
            try:
                times = worker.measure(counts.get(name, 2))
            except WorkerError as error:
                missing[name] = str(error)
                continue
            if turn:
                yield name, times
            else:
                counts[name] = max(1, round(seconds / min(wall for wall, _ in times)))


def worker_command(engine: str, model: Path, pictures: Path, threads: int, outputs: Optional[Path] = None) -> List[str]:
    """How a worker of an engine is started."""
    command = [sys.executable, str(FOLDER / "worker.py"), engine, str(model), str(pictures), f"--threads={threads}"]
    return command + ([f"--outputs={outputs}"] if outputs else [])
