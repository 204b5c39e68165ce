"""Compares encodings with those of the package face_recognition, on dlib itself, for pairs of LFW.

Needs the environment of Tests/Golden/requirements-face-recognition.txt, `make build`, and the models retinaface and dlib.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import face_recognition as theirs
import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[2] / "bindings" / "python"))
from facenet.compat import face_recognition as ours

TOLERANCE = 0.6


def read_pairs(folder: Path, count: int) -> List[Tuple[Path, Path, bool]]:
    """The first so many pairs of one person and of two."""
    rows = [line.split("\t") for line in (folder / "pairs.txt").read_text().splitlines()[1:]]
    same = [(row[0], row[1], row[0], row[2], True) for row in rows if len(row) == 3][:count]
    different = [(*row, False) for row in rows if len(row) == 4][:count]

    def path(name: str, number: str) -> Path:
        return folder / "images" / name / f"{name}_{int(number):04d}.jpg"

    return [(path(a, i), path(b, j), is_same) for a, i, b, j, is_same in same + different]


def encode(package: Any, photograph: Path, seconds: List[float]) -> Optional[np.ndarray]:
    """The encoding of the face nearest the middle; adds the processor time of finding and of encoding."""
    image = package.load_image_file(str(photograph))
    begin = time.process_time()
    locations = package.face_locations(image)
    found = time.process_time()
    seconds[0] += found - begin
    if not locations:
        return None
    height, width = image.shape[:2]
    nearest = min(locations, key=lambda box: abs(box[0] + box[2] - height) + abs(box[1] + box[3] - width))
    (encoding,) = package.face_encodings(image, [nearest])
    seconds[1] += time.process_time() - found
    return encoding


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a folder with images/ and pairs.txt")
    parser.add_argument("--pairs", type=int, default=150, help="so many of one person and so many of two")
    options = parser.parse_args()
    pairs = read_pairs(options.data, options.pairs)
    photographs = sorted({path for a, b, _ in pairs for path in (a, b)})
    encodings: Dict[str, Dict[Path, np.ndarray]] = {}
    for package in (theirs, ours):
        seconds = [0.0, 0.0]
        found = [(path, encode(package, path, seconds)) for path in photographs]
        encodings[package.__name__] = {path: encoding for path, encoding in found if encoding is not None}
        a, b = (1000 * value / len(photographs) for value in seconds)
        print(f"{package.__name__}: {a:.1f} ms to find, {b:.1f} ms to encode: processor time a photograph")
    dlib, mine = encodings[theirs.__name__], encodings[ours.__name__]
    both = [path for path in photographs if path in dlib and path in mine]
    apart = np.array([np.linalg.norm(dlib[path] - mine[path]) for path in both])
    print(f"{len(both)} faces found by both; two encodings of one photograph are {np.median(apart):.3f} apart", end="")
    print(f" (median; 95 of 100 at most {np.percentile(apart, 95):.3f}, all at most {apart.max():.3f})")
    for name, one, other in (("theirs, theirs", dlib, dlib), ("theirs, ours", dlib, mine), ("ours, ours", mine, mine)):
        verdicts = [
            (bool(np.linalg.norm(one[a] - other[b]) <= TOLERANCE), is_same)
            for a, b, is_same in pairs
            if {a, b} <= set(both)
        ]
        right = sum(verdict == is_same for verdict, is_same in verdicts)
        print(f"{name}: {right} of {len(verdicts)} verdicts right at {TOLERANCE}")


if __name__ == "__main__":
    main()
