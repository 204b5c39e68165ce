"""What is searched and for what: templates, queries, and which templates are nearest in truth.

People come in one order: the real ones, shuffled, where LFW is at hand, and then drawn ones. Every second photograph of
a real person is a query, the others are templates; a drawn person has two templates, and some have a query. Three of
four queries show somebody who is enrolled, one shows a stranger: one real person in eight is never enrolled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import List, Optional

import numpy as np
from embeddings import Labelled, labelled
from population import Array, load

QUERIES = 1000
NEAREST = 10
STRANGERS = 8
"""One real person in so many is never enrolled."""

TEMPLATES = 2
"""A drawn person's."""


@dataclass(frozen=True)
class Vectors:
    """A gallery and queries, unit vectors float32, (N, d) and (Q, d); the key of a template is its row."""

    gallery: Array
    queries: Array
    known: int
    """So many queries, the first, show somebody who is enrolled; the others show strangers."""

    real: int
    """So many templates, the first, are of real photographs."""

    truth: Array
    """The rows of each query's nearest templates, nearest first, (Q, 10)."""

    def save(self, folder: Path) -> Vectors:
        """Writes the arrays into a folder; returns the same vectors with the gallery mapped instead of in memory."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("gallery", "queries", "truth"):
            np.save(folder / f"{name}.npy", getattr(self, name))
        return replace(self, gallery=np.load(folder / "gallery.npy", mmap_mode="r"))


def make(model: str, size: int, queries: int = QUERIES) -> Vectors:
    """The vectors of a gallery of `size` templates."""
    real = _shuffled(labelled(model))
    strangers = [photographs[0] for photographs in real[::STRANGERS]]
    enrolled = [photographs for place, photographs in enumerate(real) if place % STRANGERS]
    templates = [vector for photographs in enrolled for vector in photographs[::2]][:size]
    counted = np.cumsum([len(photographs[::2]) for photographs in enrolled])
    within = [photographs for photographs, end in zip(enrolled, counted) if end <= size]
    probes = [vector for photographs in within for vector in photographs[1::2]]

    population = load(model)
    gallery = np.empty((size, population.dimension), np.float32)
    if templates:
        gallery[: len(templates)] = templates
    missing, place = size - len(templates), len(templates)
    for part in population.parts(-(-missing // TEMPLATES), TEMPLATES + 1, seed=1):
        rows = part[:, :TEMPLATES].reshape(-1, population.dimension)[: size - place]
        gallery[place : place + len(rows)] = rows
        place += len(rows)

    known = queries * 3 // 4
    # At most half of them are of real people where drawn ones are enrolled, so that both kinds are among the queries.
    chosen = probes[: known // 2 if missing > known else known]
    drawn = min(missing // TEMPLATES, known - len(chosen))
    if drawn:
        chosen += [*population.draw(drawn, TEMPLATES + 1, seed=1)[:, TEMPLATES]]
    others = max(1, len(chosen) // 3)
    unknown = [*strangers[: others // 2], *population.draw(others, 1, seed=2)[:, 0]][:others]
    everything = np.array([*chosen, *unknown], np.float32)
    return Vectors(gallery, everything, len(chosen), len(templates), nearest(gallery, everything, NEAREST))


def _shuffled(data: Optional[Labelled]) -> List[Array]:
    """Each real person's photographs, the people in a random order that is always the same."""
    if data is None:
        return []
    order = np.argsort(data.people, kind="stable")
    people = np.split(data.vectors[order], np.cumsum(np.bincount(data.people))[:-1])
    return [people[place] for place in np.random.default_rng(1).permutation(len(people))]


def nearest(gallery: Array, queries: Array, count: int, block: int = 50_000) -> Array:
    """The rows of the `count` nearest unit vectors to each query, nearest first: the truth, found one by one.

    Products in float32 choose twice as many of each block, and distances in float64 decide.
    """
    candidates = []
    for start in range(0, len(gallery), block):
        products = queries @ gallery[start : start + block].T
        kept = min(2 * count, products.shape[1])
        candidates.append(start + np.argpartition(-products, kept - 1, axis=1)[:, :kept])
    found = np.empty((len(queries), count), np.int64)
    for row, places in enumerate(np.concatenate(candidates, axis=1)):
        distances = ((gallery[places].astype(np.float64) - queries[row]) ** 2).sum(axis=1)
        found[row] = places[np.lexsort((places, distances))[:count]]
    return found


def recall(found: Array, truth: Array, count: int) -> float:
    """Of the `count` nearest in truth, the share that is among the first `count` found; both (Q, at least count)."""
    same = found[:, :count, None] == truth[:, None, :count]
    return float(same.any(axis=1).mean())
