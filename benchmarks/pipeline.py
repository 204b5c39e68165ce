"""Times whole pipelines, from a JPEG of 1920 x 1080 pixels to faces and embeddings, by turns on one core."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Dict, List, Sequence, Tuple

from comparison import Measurement
from pipelines import PIPELINES
from places import BUILD, WORK
from process import Worker, WorkerError, last_core, take_turns

SIZE = (1920, 1080)
PLACES = {
    "obama.jpg": (0, 0, 640, 540),
    "obama2.jpg": (640, 0, 640, 540),
    "obama3.jpg": (1280, 0, 640, 540),
    "biden.jpg": (0, 540, 960, 540),
    "astronaut.png": (960, 540, 960, 540),
}
"""Where the sample photographs lie in the picture: left, top, width, height."""
TORCH = WORK / "torch" / "bin" / "python"
"""The environment that `make benchmark TORCH=1` makes."""


def compose() -> Path:
    """One photograph with five faces, put together from the samples unless it is there."""
    import cv2
    import numpy as np

    path = WORK / "inputs" / "pipeline.jpg"
    if path.is_file():
        return path
    canvas = np.zeros((SIZE[1], SIZE[0], 3), dtype=np.uint8)
    for name, (left, top, width, height) in PLACES.items():
        picture = cv2.imread(str(BUILD / "samples" / name))
        if picture is None:
            raise FileNotFoundError(f"build/samples/{name} cannot be read: run `make samples` first")
        factor = max(width / picture.shape[1], height / picture.shape[0])
        picture = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)[:height, :width]
        canvas[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), canvas, [cv2.IMWRITE_JPEG_QUALITY, 92])
    return path


def command(name: str, photograph: Path) -> List[str]:
    """How the worker of a pipeline is started."""
    python = str(TORCH) if name == "facenet-pytorch" else sys.executable
    return [python, str(Path(__file__).with_name("pipelines.py")), name, str(photograph)]


def absence(name: str) -> str:
    """Why a pipeline cannot be run; nothing if it can."""
    if name == "facenet-pytorch" and not TORCH.exists():
        return "PyTorch is not installed: `make benchmark TORCH=1` installs it, which takes several gigabytes"
    return ", ".join(f"{path.name} is not there" for path in PIPELINES[name][2] if not path.is_file())


def measure_pipelines(rounds: int, seconds: float) -> Tuple[List[Tuple[Measurement, int]], List[str]]:
    """Each pipeline's times and how many faces it found; and what is missing, and why."""
    missing = {name: reason for name in PIPELINES if (reason := absence(name))}
    photograph = compose()
    workers: Dict[str, Worker] = {}
    for name in PIPELINES:
        if name not in missing:
            try:
                workers[name] = Worker(command(name, photograph), last_core())
            except WorkerError as error:
                missing[name] = str(error)
    measurements = {name: Measurement(name, worker.first) for name, worker in workers.items()}
    try:
        for name, times in take_turns(workers, rounds, seconds, missing):
            measurements[name].add(times, 1)
            measurements[name].memory = workers[name].memory
    finally:
        for worker in workers.values():
            worker.close()
    found = [(item, workers[name].ready["faces"]) for name, item in measurements.items() if name not in missing]
    return found, [f"missing: pipeline {name}: {reason}" for name, reason in missing.items()]


def pipeline_rows(measured: Sequence[Tuple[Measurement, int]]) -> List[List[str]]:
    """The table, the header first. Times are milliseconds a photograph."""
    rows = [["pipeline", "faces", "CPU min", "CPU median", "wall min", "wall median", "memory MB", "first result s"]]
    for item, faces in measured:
        times = (item.least_processor, item.figure(1), item.least_wall, item.figure(2))
        numbers = [f"{1e3 * time:.1f}" for time in times]
        rows.append([PIPELINES[item.engine][0], str(faces), *numbers, f"{item.memory:.0f}", f"{item.first:.2f}"])
    return rows
