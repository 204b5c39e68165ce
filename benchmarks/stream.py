#!/usr/bin/env python3
"""Pictures a second of `facenet identify GALLERY -` on one core: a film of 640x480 pixels with three moving faces.

The faces are those of the sample photographs; two of the people are enrolled. Prints the processor time a picture, which
other programs on the machine do not change, and the pictures a second that it allows.

Usage: taskset -c 1 build/venv/bin/python benchmarks/stream.py [--pictures N] [--program FILE]
"""

from __future__ import annotations

import argparse
import io
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import List

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "build" / "samples"
PEOPLE = {"Obama": "obama.jpg", "Biden": "biden.jpg", "": "astronaut.png"}


def run(*command: str) -> str:
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True).stdout


def heads(program: str) -> List[Image.Image]:
    """The head of each person, 200 x 200 pixels."""
    found = []
    for name in PEOPLE.values():
        left, top, right, bottom = json.loads(run(program, "detect", str(SAMPLES / name), "--json"))["faces"][0]["box"]
        x, y, half = (left + right) / 2, (top + bottom) / 2, max(right - left, bottom - top)
        picture = Image.open(SAMPLES / name).convert("RGB")
        box = (int(x - half), int(y - half), int(x + half), int(y + half))
        found.append(picture.crop(box).resize((200, 200), Image.Resampling.LANCZOS))
    return found


def film(faces: List[Image.Image], pictures: int) -> bytes:
    """JPEG pictures one after the other, in which each head moves on its own."""
    stream = io.BytesIO()
    for time in range(pictures):
        picture = Image.new("RGB", (640, 480), (70, 80, 90))
        for index, face in enumerate(faces):
            left = 10 + 210 * index + 8 * math.sin(time / 15 + index)
            picture.paste(face, (int(left), int(120 + 40 * math.sin(time / 23 + 2 * index))))
        picture.save(stream, "JPEG", quality=85)
    return stream.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(description="Pictures a second of a stream with three faces.")
    parser.add_argument("--pictures", type=int, default=500)
    parser.add_argument("--program", default=str(ROOT / "build" / "bin" / "facenet"))
    options = parser.parse_args()
    stream = film(heads(options.program), options.pictures)
    with tempfile.TemporaryDirectory() as folder:
        gallery = folder + "/film.gallery"
        run(options.program, "gallery", "create", gallery)
        for name, photograph in PEOPLE.items():
            if name:
                run(options.program, "gallery", "enrol", gallery, name, str(SAMPLES / photograph))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [options.program, "identify", gallery, "-", "--threads", "1"]
        done = subprocess.run(command, input=stream, stdout=subprocess.PIPE, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == options.pictures and all(len(line["faces"]) == 3 for line in lines)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    times = sorted(line["milliseconds"] for line in lines)
    print(f"{len(lines)} pictures of 640x480 pixels, three faces each, {len(os.sched_getaffinity(0))} core(s)")
    print(f"processor time {1000 * seconds / len(lines):.1f} ms a picture with the start: {len(lines) / seconds:.0f} a second")
    print(f"wall time a picture: median {times[len(times) // 2]:.1f} ms, largest {times[-1]:.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
