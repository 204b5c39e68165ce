"""Alignment of a face to a model's template, as docs/model-metadata.md states it."""

from __future__ import annotations

from typing import Dict, Tuple

import numpy as np


def template(facts: Dict[str, str]) -> np.ndarray:
    """The five template points (5, 2) of a model's metadata; a row of NaN for a point that is not used."""
    rows = [text.split(",") if text != "-" else ["nan", "nan"] for text in facts["facenet.align.points"].split()]
    return np.array(rows, dtype=np.float64)


def similarity(source: np.ndarray, target: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """The turn and scale (2, 2) and the shift (2) that take the points to the target with the least squared error."""
    used = ~np.isnan(target[:, 0])
    source, target = source[used], target[used]
    middle, aim = source.mean(axis=0), target.mean(axis=0)
    before, after = source - middle, target - aim
    size = (before**2).sum()
    cosine = (before * after).sum() / size
    sine = (before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]).sum() / size
    matrix = np.array([[cosine, -sine], [sine, cosine]])
    return matrix, aim - matrix @ middle


def crop(image: np.ndarray, landmarks: np.ndarray, points: np.ndarray, side: int) -> np.ndarray:
    """The aligned crop (side, side, 3) as float64 of 0...255, bilinear, black outside of the photograph.

    A face that shrinks is sampled on a grid n times finer and averaged over n x n.
    """
    matrix, shift = similarity(landmarks, points)
    inverse = np.linalg.inv(matrix)
    finer = max(1, int(np.ceil(np.sqrt(np.linalg.det(inverse)) - 1e-9)))
    ticks = (np.arange(side * finer) + 0.5) / finer
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1)
    samples = bilinear(image, (grid - shift) @ inverse.T - 0.5)
    return samples.reshape(side, finer, side, finer, 3).mean(axis=(1, 3))


def bilinear(image: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Values at places (..., 2) given as x, y in units of pixel centres."""
    padded = np.pad(image.astype(np.float64), ((1, 1), (1, 1), (0, 0)))
    places = np.clip(places + 1, 0, [padded.shape[1] - 1.001, padded.shape[0] - 1.001])
    whole = places.astype(int)
    x, y = np.moveaxis(places - whole, -1, 0)[..., None]
    column, row = np.moveaxis(whole, -1, 0)
    upper = padded[row, column] * (1 - x) + padded[row, column + 1] * x
    lower = padded[row + 1, column] * (1 - x) + padded[row + 1, column + 1] * x
    return upper * (1 - y) + lower * y
