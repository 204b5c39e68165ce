"""Writes what ONNX Runtime answers for 24 crops of faces: the golden vectors of the embedders.

For every model a file embeddings/MODEL.npy, float32 (24, D): the network's raw output, one row a crop of
embeddings/crops.csv, not normalised. README.md says how a crop and the network's input are made.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import List, Sequence

import numpy as np
import onnxruntime
from PIL import Image

FOLDER = Path(__file__).resolve().parent
CROPS = 24
SIDES = (160, 150, 112)


@dataclass(frozen=True)
class Case:
    """A model and how its input is made: (pixel - mean) * scale, RGB."""

    name: str
    path: Path
    side: int
    mean: Sequence[float]
    scale: Sequence[float]


def cases(models: Path, others: Path) -> List[Case]:
    """The models: ours as their metadata says, the others as stated by whoever published them."""
    found = []
    for name in ("facenet", "dlib", "edgeface-s"):
        path = models / f"{name}.onnx"
        facts = onnxruntime.InferenceSession(str(path)).get_modelmeta().custom_metadata_map
        mean, scale = [[float(text) for text in facts[f"facenet.input.{key}"].split(",")] for key in ("mean", "scale")]
        found.append(Case(name, path, int(facts["facenet.input.side"]), mean, scale))
    spread = [0.229, 0.224, 0.225]
    mean, scale = [255 * value for value in (0.485, 0.456, 0.406)], [1 / (255 * value) for value in spread]
    found.append(Case("mobilefacenet", others / "mobilefacenet" / "MobileFaceNet.onnx", 112, mean, scale))
    found.append(Case("mobilefacenet_y1", others / "mobilefacenet_y1" / "mobilefacenet_y1.onnx", 112, [0] * 3, [1] * 3))
    return found


def photographs(folder: Path) -> List[str]:
    """The first picture of 24 people, spread over the folder."""
    people = sorted(path for path in folder.iterdir() if path.is_dir())
    chosen = [people[index * len(people) // CROPS] for index in range(CROPS)]
    return [f"{person.name}/{min(path.name for path in person.glob('*.jpg'))}" for person in chosen]


def cut(image: np.ndarray, side: int) -> np.ndarray:
    """The middle (side, side, 3) of a 160x160 picture."""
    start = (image.shape[0] - side) // 2
    return np.ascontiguousarray(image[start : start + side, start : start + side])


def embed(case: Case, images: List[np.ndarray]) -> np.ndarray:
    """The network's output for each picture, one at a time."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(case.path), options, providers=["CPUExecutionProvider"])
    source = session.get_inputs()[0].name
    mean, scale = np.array(case.mean, dtype=np.float32), np.array(case.scale, dtype=np.float32)
    rows = []
    for image in images:
        pixels = (cut(image, case.side).astype(np.float32) - mean) * scale
        rows.append(session.run(None, {source: pixels.transpose(2, 0, 1)[None]})[0][0])
    return np.stack(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crops", type=Path, required=True, help="the folder of 160x160 crops, one folder a person")
    parser.add_argument("--models", type=Path, required=True, help="the folder of our models")
    parser.add_argument("--others", type=Path, required=True, help="the folder of the MobileFaceNets")
    options = parser.parse_args()
    output = FOLDER / "embeddings"
    output.mkdir(exist_ok=True)
    names = photographs(options.crops)
    images = [np.asarray(Image.open(options.crops / name).convert("RGB")) for name in names]
    with open(output / "crops.csv", "w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["crop", *[f"sha256_{side}" for side in SIDES]])
        for name, image in zip(names, images):
            writer.writerow([name, *[hashlib.sha256(cut(image, side).tobytes()).hexdigest() for side in SIDES]])
    for case in cases(options.models, options.others):
        vectors = embed(case, images)
        np.save(output / f"{case.name}.npy", vectors.astype("<f4"))
        print(f"{case.name}: {vectors.shape}, length {np.linalg.norm(vectors, axis=1).mean():.3f} on average")


if __name__ == "__main__":
    main()
