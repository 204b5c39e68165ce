"""Ours and the peers, each through its Python package, behind one interface."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Callable, Dict, Optional, Sequence

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2] / "bindings/python")]

from population import Array  # noqa: E402

SPARE = 1000
"""How much room is made at once where a method must be told."""

CONSTRUCTION = 100
"""How many candidates a graph keeps while it is built."""

EFFORTS = (10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)


class Method:
    """An index of vectors of length d. The keys of what it is built with count from 0."""

    ours = False
    graph = False
    settings: Sequence[Optional[float]] = (None,)
    """What recall can be bought with, cheapest first."""

    rebuilds = False
    """Whether a setting is one of building."""

    index: Any = None
    """What was built last."""

    def build(self, vectors: Array, setting: Optional[float], threads: int) -> None:
        """Builds anew. vectors float32 (N, d); threads are for graphs, which take long."""
        raise NotImplementedError

    def adjust(self, setting: Optional[float]) -> None:
        """Takes another setting, where that needs no building."""

    def search(self, queries: Array, nearest: int) -> Array:
        """The keys of the nearest, (Q, nearest), with one thread."""
        raise NotImplementedError

    def add(self, vector: Array, key: int) -> None:
        """Adds one vector (1, d)."""
        raise NotImplementedError

    def remove(self, key: int) -> None:
        """Removes one vector."""
        raise NotImplementedError

    def save(self, path: Path) -> None:
        raise NotImplementedError


class Ours(Method):
    """`facenet.Index`."""

    ours = True

    def __init__(self, kind: str, recalls: Sequence[Optional[float]]) -> None:
        import facenet

        if not hasattr(facenet, "Index"):
            raise RuntimeError("this build of the Python package facenet has no Index")
        self.make: Any = facenet.Index
        self.kind = kind
        self.settings = recalls
        self.rebuilds = len(recalls) > 1

    def build(self, vectors: Array, setting: Optional[float], threads: int) -> None:
        self.index = self.make(vectors.shape[1], kind=self.kind, recall=setting or 0.99, seed=1)
        self.index.add(vectors, np.arange(len(vectors)))

    def search(self, queries: Array, nearest: int) -> Array:
        return self.index.search(queries, nearest)[0]

    def add(self, vector: Array, key: int) -> None:
        self.index.add(vector, [key])

    def remove(self, key: int) -> None:
        self.index.remove([key])

    def save(self, path: Path) -> None:
        self.index.save(path)


class Faiss(Method):
    """One of faiss's indices, by inner product: with unit vectors the order is that of distance."""

    def __init__(self, kind: str) -> None:
        import faiss

        self.faiss, self.kind = faiss, kind
        if kind == "HNSW32":
            self.graph, self.settings = True, EFFORTS

    def build(self, vectors: Array, setting: Optional[float], threads: int) -> None:
        self.faiss.omp_set_num_threads(threads if self.graph else 1)
        self.index = self.faiss.index_factory(vectors.shape[1], self.kind, self.faiss.METRIC_INNER_PRODUCT)
        if self.graph:
            self.index.hnsw.efConstruction = CONSTRUCTION
        self.index.train(vectors[:20_000])
        self.index.add(vectors)
        self.faiss.omp_set_num_threads(1)
        self.adjust(setting)

    def adjust(self, setting: Optional[float]) -> None:
        if setting is not None:
            self.index.hnsw.efSearch = int(setting)

    def search(self, queries: Array, nearest: int) -> Array:
        return self.index.search(queries, nearest)[1]

    def add(self, vector: Array, key: int) -> None:
        self.index.add(vector)

    def remove(self, key: int) -> None:
        self.index.remove_ids(np.array([key]))

    def save(self, path: Path) -> None:
        self.faiss.write_index(self.index, str(path))


class Hnswlib(Method):
    """The reference implementation of HNSW."""

    graph = True
    settings = EFFORTS

    def build(self, vectors: Array, setting: Optional[float], threads: int) -> None:
        import hnswlib

        self.index = hnswlib.Index("ip", vectors.shape[1])
        self.index.init_index(len(vectors), M=16, ef_construction=CONSTRUCTION, random_seed=1)
        self.index.add_items(vectors, num_threads=threads)
        self.adjust(setting)

    def adjust(self, setting: Optional[float]) -> None:
        self.index.set_ef(int(setting or EFFORTS[0]))

    def search(self, queries: Array, nearest: int) -> Array:
        return self.index.knn_query(queries, k=nearest, num_threads=1)[0].astype(np.int64)

    def add(self, vector: Array, key: int) -> None:
        if self.index.get_current_count() == self.index.get_max_elements():
            self.index.resize_index(self.index.get_max_elements() + SPARE)
        self.index.add_items(vector, np.array([key]), num_threads=1)

    def remove(self, key: int) -> None:
        self.index.mark_deleted(key)

    def save(self, path: Path) -> None:
        self.index.save_index(str(path))


class Usearch(Method):
    """USearch's HNSW in float32."""

    graph = True
    settings = EFFORTS

    def build(self, vectors: Array, setting: Optional[float], threads: int) -> None:
        from usearch.index import Index

        self.index = Index(ndim=vectors.shape[1], metric="ip", dtype="f32", connectivity=16, expansion_add=CONSTRUCTION)
        self.index.add(np.arange(len(vectors)), vectors, threads=threads)
        self.adjust(setting)

    def adjust(self, setting: Optional[float]) -> None:
        self.index.expansion_search = int(setting or EFFORTS[0])

    def search(self, queries: Array, nearest: int) -> Array:
        return self.index.search(queries, nearest, threads=1).keys.reshape(len(queries), -1).astype(np.int64)

    def add(self, vector: Array, key: int) -> None:
        self.index.add(key, vector[0], threads=1)

    def remove(self, key: int) -> None:
        self.index.remove(key)

    def save(self, path: Path) -> None:
        self.index.save(str(path))


METHODS: Dict[str, Callable[[], Method]] = {
    "flat": lambda: Ours("flat", (None,)),
    "flat8": lambda: Ours("flat8", (None,)),
    "mlann": lambda: Ours("mlann", (0.9, 0.95, 0.99, 0.999)),
    "auto": lambda: Ours("auto", (None,)),
    "faiss Flat": lambda: Faiss("Flat"),
    "faiss SQ8": lambda: Faiss("SQ8"),
    "faiss HNSW32": lambda: Faiss("HNSW32"),
    "hnswlib": Hnswlib,
    "usearch": Usearch,
}
OURS = ("flat", "flat8", "mlann", "auto")
GRAPHS = ("faiss HNSW32", "hnswlib", "usearch")
