"""Measures an embedder on LFW through ONNX Runtime: accuracy by folds, and thresholds by false-accept rate."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import Dict, Iterator, List, Tuple

import numpy as np
import onnxruntime
from PIL import Image

from alignment import crop, template

sys.path.append(str(Path(__file__).resolve().parents[2] / "Tests" / "Golden"))
from retinaface_decoder import RetinaFace

BATCH = 16
Pair = Tuple[str, str, bool]


class Embedder:
    """A model of this project, fed and compared as its metadata says."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.facts = self.session.get_modelmeta().custom_metadata_map
        self.side = int(self.facts["facenet.input.side"])
        self.points = template(self.facts)
        self.squared = self.facts["facenet.metric"] == "squared-l2-unit"

    def embed(self, crops: np.ndarray) -> np.ndarray:
        """Embeddings (N, D) of RGB crops (N, side, side, 3) of 0...255, of unit length if the metric wants it."""
        mean, scale = [np.array(self.facts[f"facenet.input.{key}"].split(","), dtype=float) for key in ("mean", "scale")]
        pixels = crops if self.facts["facenet.input.color"] == "RGB" else crops[..., ::-1]
        pixels = ((pixels - mean) * scale).astype(np.float32).transpose(0, 3, 1, 2)
        values = self.session.run(None, {self.session.get_inputs()[0].name: pixels})[0].astype(np.float64)
        return values / np.linalg.norm(values, axis=1, keepdims=True) if self.squared else values

    def distances(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Distances of rows, by the model's metric."""
        squared = ((first - second) ** 2).sum(axis=-1)
        return squared if self.squared else np.sqrt(squared)


def read_pairs(path: Path) -> Iterator[List[Pair]]:
    """The folds of pairs.txt."""
    lines = [line.split() for line in path.read_text().splitlines()]
    folds, count = map(int, lines[0])
    photograph = "{0}/{0}_{1:04d}.jpg".format
    for fold in range(folds):
        pairs = []
        for row in lines[1 + fold * 2 * count : 1 + (fold + 1) * 2 * count]:
            first, second = (row[0], row[1]), (row[-2] if len(row) == 4 else row[0], row[-1])
            pairs.append((photograph(first[0], int(first[1])), photograph(second[0], int(second[1])), len(row) == 3))
        yield pairs


def read_landmarks(path: Path) -> Dict[str, np.ndarray]:
    """Five points (5, 2) a photograph."""
    names = ["reye", "leye", "nose", "rmouth", "lmouth"]
    with open(path, newline="") as stream:
        return {
            row["image"]: np.array([[float(row[f"{name}_{axis}"]) for axis in "xy"] for name in names])
            for row in csv.DictReader(stream)
        }


def embed_all(embedder: Embedder, folder: Path, landmarks: Dict[str, np.ndarray], detector: Path) -> np.ndarray:
    """Embeddings of all photographs; the detector's points, where there is one, replace the file's."""
    finder = RetinaFace(detector) if detector else None
    names, rows = list(landmarks), []
    for start in range(0, len(names), BATCH):
        crops = []
        for name in names[start : start + BATCH]:
            image, points = np.asarray(Image.open(folder / name).convert("RGB")), landmarks[name]
            if finder:
                found = finder.detect(image)[2]
                # LFW names the person at the centre of the photograph.
                points = min(found, key=lambda face: np.abs(face.mean(axis=0) - 125).sum())
            crops.append(crop(image, points, embedder.points, embedder.side))
        rows.append(embedder.embed(np.stack(crops)))
    return np.concatenate(rows)


def best_threshold(distances: np.ndarray, same: np.ndarray) -> float:
    """The middle of the thresholds that judge the most pairs rightly."""
    candidates = np.sort(distances)
    right = [((distances < candidate) == same).sum() for candidate in candidates]
    return float(np.mean(candidates[np.flatnonzero(right == np.max(right))]))


def report_folds(folds: List[Tuple[np.ndarray, np.ndarray]], fixed: float) -> None:
    """Prints the accuracy of each fold at the threshold that is best on the others, and at the model's own."""
    scores, thresholds = [], []
    for index, (distances, same) in enumerate(folds):
        others = [fold for other, fold in enumerate(folds) if other != index]
        thresholds.append(best_threshold(*map(np.concatenate, zip(*others))))
        scores.append(((distances < thresholds[-1]) == same).mean())
    distances, same = map(np.concatenate, zip(*folds))
    error = np.std(scores) / np.sqrt(len(scores))
    print(f"{len(distances)} pairs: accuracy {np.mean(scores):.4f} +- {error:.4f} at {np.mean(thresholds):.3f}")
    print(f"at the model's threshold {fixed}: {((distances < fixed) == same).mean():.4f}")


def report_rates(embedder: Embedder, vectors: np.ndarray, people: np.ndarray, fixed: float) -> None:
    """Prints thresholds by false-accept rate over all pairs of photographs of different people, and the model's own."""
    apart, together = [], []
    for index in range(len(vectors) - 1):
        distances = embedder.distances(vectors[index], vectors[index + 1 :])
        same = people[index + 1 :] == people[index]
        apart.append(distances[~same])
        together.append(distances[same])
    different, alike = np.sort(np.concatenate(apart)), np.concatenate(together)
    print(f"{len(different)} pairs of different people, {len(alike)} pairs of one person")
    for rate in (1e-1, 1e-2, 1e-3, 1e-4):
        threshold = different[int(rate * len(different))]
        print(f"false-accept rate {rate:g}: threshold {threshold:.3f}, accepts {(alike < threshold).mean():.4f} of one person")
    rate, accepted = (different < fixed).mean(), (alike < fixed).mean()
    print(f"false-accept rate {rate:.1e} at the model's threshold {fixed}, accepts {accepted:.4f} of one person")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, metavar="MODEL.onnx")
    parser.add_argument("--data", type=Path, required=True, help="a folder with images/, pairs.txt and landmarks.csv")
    parser.add_argument("--detector", type=Path, metavar="RETINAFACE.onnx", help="find the landmarks with it")
    options = parser.parse_args()
    embedder = Embedder(options.model)
    landmarks = read_landmarks(options.data / "landmarks.csv")
    vectors = embed_all(embedder, options.data / "images", landmarks, options.detector)
    rows = {name: row for row, name in enumerate(landmarks)}
    folds = []
    for pairs in read_pairs(options.data / "pairs.txt"):
        first, second = (vectors[[rows[pair[side]] for pair in pairs]] for side in (0, 1))
        folds.append((embedder.distances(first, second), np.array([pair[2] for pair in pairs])))
    fixed = float(embedder.facts["facenet.threshold"])
    report_folds(folds, fixed)
    report_rates(embedder, vectors, np.array([name.split("/")[0] for name in landmarks]), fixed)


if __name__ == "__main__":
    main()
