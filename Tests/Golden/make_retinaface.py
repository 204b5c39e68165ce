"""Writes the faces that RetinaFace finds through ONNX Runtime and a plain decoder: the golden answers of the detector.

Photographs are fed at their own size, nothing resized, nothing padded. One row a face, best score first.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
from PIL import Image

from retinaface_decoder import RetinaFace

FOLDER = Path(__file__).resolve().parent
HEADER = ["photograph", "width", "height", "left", "top", "right", "bottom", "score"]
HEADER += [f"{axis}{index}" for index in range(5) for axis in "xy"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, metavar="RETINAFACE.onnx")
    parser.add_argument("--data", type=Path, required=True, help="the folder that the list's paths begin in")
    parser.add_argument("--list", type=Path, default=FOLDER / "retinaface.txt")
    parser.add_argument("--output", type=Path, default=FOLDER / "retinaface.csv")
    options = parser.parse_args()
    finder = RetinaFace(options.model)
    with open(options.output, "w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        for name in options.list.read_text().split():
            image = np.asarray(Image.open(options.data / name).convert("RGB"))
            for box, score, points in zip(*finder.detect(image)):
                numbers = [f"{value:.3f}" for value in (*box, *points.ravel())]
                writer.writerow([name, image.shape[1], image.shape[0], *numbers[:4], f"{score:.6f}", *numbers[4:]])


if __name__ == "__main__":
    main()
