"""MLANN written down plainly: the oracle of the library's, and what the study of examined distances runs on.

A. V. Savchenko, "Maximum-likelihood approximate nearest neighbor method in real-time image recognition", Pattern
Recognition 61 (2017). References are rows of unit vectors (N, d), probes likewise (Q, d); distances are squared L2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

import numpy as np
from population import Array


def squared_distances(left: Array, right: Array) -> Array:
    """Between unit vectors, (Q, d) and (N, d): (Q, N)."""
    return 2 - 2 * left @ right.T


@dataclass(frozen=True)
class Noise:
    """How a probe differs from its reference: by normal noise of this variance a dimension."""

    variance: float
    dimension: int
    shifted: bool = True
    """Whether the noise is taken to lengthen distances on average too; on real photographs it mostly does not."""


def terms(measured: Array, table: Array, noise: Optional[Noise]) -> Array:
    """What one pivot adds to the negative log-likelihood of each reference, up to constants.

    measured is the probe's distance to the pivot and table the references', arrays that broadcast. With noise of
    variance s a dimension, the distance to a pivot has the mean table + d s and the variance 4 s table + 2 d s^2: the
    distance-proportional form. Without `noise` all variances are equal.
    """
    if noise is None:
        return (measured - table) ** 2
    variance = 4 * noise.variance * table + 2 * noise.dimension * noise.variance**2
    shift = noise.dimension * noise.variance if noise.shifted else 0.0
    return (measured - table - shift) ** 2 / variance + np.log(variance)


def farthest_first(references: Array, count: int, orthonormal: bool = True) -> Array:
    """Pivots: first the reference farthest from the mean, then always the one whose nearest pivot is farthest.

    Orthonormalised one after the other (Gram-Schmidt), they lose least: squared distances of unit vectors are then
    those of the projection onto the pivots.
    """
    chosen = [int(np.argmax(((references - references.mean(axis=0)) ** 2).sum(axis=1)))]
    nearest = squared_distances(references, references[chosen])[:, 0]
    while len(chosen) < count:
        chosen.append(int(np.argmax(nearest)))
        nearest = np.minimum(nearest, squared_distances(references, references[chosen[-1:]])[:, 0])
    pivots = references[chosen]
    return np.linalg.qr(pivots.T)[0].T if orthonormal else pivots


def principal(references: Array, count: int) -> Array:
    """Pivots: the axes along which the references vary most."""
    centred = references - references.mean(axis=0)
    return np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :count].T


def random_references(references: Array, count: int, seed: int = 1) -> Array:
    """Pivots: references drawn at random."""
    return references[np.random.default_rng(seed).choice(len(references), count, replace=False)]


def likelihoods(references: Array, probes: Array, pivots: Array, noise: Optional[Noise] = None) -> Array:
    """The negative log-likelihood that each probe is each reference, by its distances to the pivots: (Q, N)."""
    table, measured = squared_distances(pivots, references), squared_distances(probes, pivots)
    total = np.zeros((len(probes), len(references)))
    for pivot in range(len(pivots)):
        total += terms(measured[:, pivot, None], table[pivot], noise)
    return total


def examined_with_pivots(total: Array, nearest: Array, pivots: int) -> Array:
    """How many distances each probe needs until it has met its nearest reference: the pivots', then by likelihood."""
    own = np.take_along_axis(total, nearest[:, None], axis=1)
    return pivots + 1 + (total < own).sum(axis=1)


def full_matrix_order(references: Array, probes: Array, most: int, noise: Optional[Noise] = None) -> Array:
    """The references each probe examines, in order, (Q, most); each of them is a pivot for the rest."""
    table = squared_distances(references, references)
    distances = squared_distances(probes, references)
    everyone = np.arange(len(probes))
    total = np.zeros(distances.shape)
    order = np.empty((len(probes), most), np.int64)
    # Nothing is known at first: the reference that is nearest to all others is as good as any.
    chosen = np.full(len(probes), table.sum(axis=1).argmin())
    for step in range(most):
        order[:, step] = chosen
        total += terms(distances[everyone, chosen][:, None], table[chosen], noise)
        total[everyone, chosen] = np.inf
        chosen = total.argmin(axis=1)
    return order
