"""Writes what the package face_recognition, on dlib itself, says of the sample photographs, as CSV.

Needs the environment of requirements-face-recognition.txt: see the README beside this script.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import face_recognition

HEADER = ["photograph", "top", "right", "bottom", "left", *[f"e{index}" for index in range(128)]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=Path, required=True, help="the folder of sample photographs")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "face_recognition.csv")
    options = parser.parse_args()
    with open(options.output, "w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        for path in sorted(path for path in options.samples.rglob("*") if path.suffix in (".jpg", ".png")):
            image = face_recognition.load_image_file(path)
            locations = face_recognition.face_locations(image)
            for location, encoding in zip(locations, face_recognition.face_encodings(image, locations)):
                numbers = [f"{number:.6f}" for number in encoding]
                writer.writerow([path.relative_to(options.samples).as_posix(), *location, *numbers])


if __name__ == "__main__":
    main()
