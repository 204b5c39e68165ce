"""The index of vectors: what is added is found, by one thread and by many, and comes back from its file."""

from __future__ import annotations

import array
import random
import tempfile
import threading
import unittest
from pathlib import Path
from typing import Any, List, Sequence

from support import ANOTHER_MAN, ONE, OTHER, needs_data, needs_numpy, np

import facenet

D = 16
KINDS = ("auto", "flat", "flat8", "mlann")


def vectors(count: int, seed: int = 1) -> List[List[float]]:
    """Vectors of D numbers that a float32 holds exactly."""
    dice = random.Random(seed)
    return [[dice.randrange(-1000, 1000) / 64 for _ in range(D)] for _ in range(count)]


def squared_distance(a: Sequence[float], b: Sequence[float]) -> float:
    return sum((x - y) ** 2 for x, y in zip(a, b))


def lists(values: Any) -> List[List[Any]]:
    """Nested lists of what may be an array."""
    return [list(map(float, row)) for row in values]


class Indexes(unittest.TestCase):
    def setUp(self) -> None:
        self.vectors = vectors(200)
        self.keys = [7 * number - 300 for number in range(200)]
        self.index = facenet.Index(D)
        self.index.add(self.vectors, self.keys)
        self.addCleanup(self.index.close)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "vectors.index"

    def nearest(self, query: Sequence[float], count: int) -> List[int]:
        """The oracle: keys from near to far."""
        return sorted(self.keys, key=lambda key: (squared_distance(query, self.vectors[self.keys.index(key)]), key))[:count]

    def test_every_kind_finds_what_comparing_all_finds(self) -> None:
        queries = vectors(20, seed=2)
        for kind in KINDS:
            with self.subTest(kind=kind), facenet.Index(D, kind, recall=1, examined=200) as index:
                index.add(self.vectors, self.keys)
                keys, distances = index.search(queries, nearest=5)
                for row, query in enumerate(queries):
                    self.assertEqual(list(keys[row]), self.nearest(query, 5))
                    for key, distance in zip(keys[row], distances[row]):
                        wanted = squared_distance(query, self.vectors[self.keys.index(key)])
                        self.assertAlmostEqual(float(distance), wanted, delta=1e-5 * wanted)

    def test_rows_are_filled_up_and_filtered(self) -> None:
        query = self.vectors[3]
        keys, distances = self.index.search([query], nearest=4, allowed={self.keys[3], self.keys[9], 12345678})
        self.assertEqual(list(keys[0]), [self.keys[3], self.keys[9], -1, -1])
        self.assertEqual((float(distances[0][0]), float(distances[0][3])), (0, float("inf")))
        keys, _ = self.index.search([query], nearest=2, allowed=[])
        self.assertEqual(list(keys[0]), [-1, -1])
        keys, _ = self.index.search(query, nearest=1)
        self.assertEqual([list(row) for row in keys], [[self.keys[3]]])
        for empty in (self.index.search([], nearest=3), self.index.search([query], nearest=0)):
            self.assertEqual([len(row) for row in empty[0]], [0] * len(empty[0]))

    def test_no_more_room_is_taken_than_there_are_vectors(self) -> None:
        keys, distances = self.index.search([self.vectors[3]], nearest=2**31 - 1)
        self.assertEqual((len(keys[0]), len(distances[0])), (200, 200))
        self.assertEqual(sorted(keys[0]), sorted(self.keys))
        with facenet.Index(D) as empty:
            self.assertEqual(len(empty.search([self.vectors[3]])[0][0]), 0)

    def test_statistics_say_what_was_looked_at(self) -> None:
        queries = vectors(3, seed=5)
        with facenet.Index(D, "flat") as index:
            index.add(self.vectors, self.keys)
            keys, _, counts = index.search(queries, nearest=2, statistics=True)
            self.assertEqual(lists(keys), lists(index.search(queries, nearest=2)[0]))
            self.assertEqual(counts, [facenet.SearchStatistics(examined=200, judged=0)] * 3)
            self.assertEqual(index.search(queries, allowed=self.keys[:5], statistics=True)[2][0].examined, 5)
            self.assertEqual(index.search([], statistics=True)[2], [])
        with facenet.Index(D, "mlann", examined=20, pivots=4, partitions=1) as index:
            index.add(vectors(1000, seed=6), range(1000))
            for count in index.search(queries, nearest=1, statistics=True)[2]:
                self.assertTrue(20 <= count.examined < 200 and count.judged >= 1000, count)

    def test_replace_remove_and_the_rest(self) -> None:
        index, new = self.index, vectors(2, seed=3)
        self.assertEqual((len(index), index.dimension, self.keys[0] in index, 1 << 70 in index), (200, D, True, False))
        index.replace(new, [self.keys[0], 99999])
        self.assertEqual((len(index), list(index.vector(self.keys[0])), list(index.vector(99999))), (201, *new))
        self.assertEqual(index.remove([self.keys[0], 99999, 88888]), 2)
        self.assertEqual((len(index), self.keys[0] in index), (199, False))
        with self.assertRaisesRegex(facenet.NotFoundError, "99999"):
            index.vector(99999)

    def test_save_open_and_check(self) -> None:
        self.index.save(self.path)
        with facenet.Index.open(self.path, threads=2) as opened:
            opened.check()
            self.assertEqual((len(opened), opened.dimension), (200, D))
            self.assertEqual(opened.kind, self.index.kind)
            self.assertIn(opened.kind, ("flat", "flat8", "mlann"))
            queries = vectors(5, seed=4)
            for a, b in zip(opened.search(queries), self.index.search(queries)):
                self.assertEqual(lists(a), lists(b))
        changed = bytearray(self.path.read_bytes())
        changed[-100] ^= 1
        self.path.write_bytes(changed)
        with self.assertRaises(facenet.CorruptError):
            facenet.Index.open(self.path).check()
        with self.assertRaisesRegex(facenet.NotFoundError, "no/such"):
            facenet.Index.open("/no/such/index")

    def test_what_is_wrong_is_refused_and_changes_nothing(self) -> None:
        wrong: List[Any] = [
            ([[1.0] * D, [float("nan")] * D], [1, 2], "vector 1"),
            ([[1.0] * D, [float("inf")] * D], [1, 2], "vector 1"),
            ([[0.0] * D], [1], "zero"),
            ([[1.0] * (D - 1)], [1], "15"),
            ([[1.0] * D, [1.0]], [1, 2], "vectors"),
            ([[1.0] * D], [1, 2], "1 vectors and 2 keys"),
            ([[1.0] * D] * 2, [5, 5], "given twice"),
            ([[1.0] * D], [self.keys[5]], "already"),
            ([[1.0] * D], [1.5], "whole numbers"),
            ([[1.0] * D], [1 << 63], "whole numbers"),
            ([[1.0] * D], b"12345678", "whole numbers"),
        ]
        for rows, keys, words in wrong:
            with self.subTest(words=words), self.assertRaisesRegex(facenet.InvalidArgumentError, words):
                self.index.add(rows, keys)
        with self.assertRaises(facenet.InvalidArgumentError):
            self.index.search([[1.0] * D], nearest=-1)
        with self.assertRaises(facenet.InvalidArgumentError):
            self.index.vector(1 << 64)
        self.assertEqual(len(self.index), 200)

    def test_options(self) -> None:
        wrong: List[Any] = [
            dict(dimension=0), dict(dimension=-1), dict(kind="hnsw"), dict(recall=2), dict(seed=-1), dict(threads=-1),
            dict(pivots=1000), dict(likelihood="unlikely"), dict(acceptance=-1),
        ]
        for options in wrong:
            with self.subTest(**options), self.assertRaises(facenet.InvalidArgumentError):
                facenet.Index(**dict(dict(dimension=D), **options))
        facenet.Index(D, "mlann", 0.9, 5, threads=0, pivots=4, examined=9, likelihood="distance-proportional").close()

    def test_closed(self) -> None:
        with facenet.Index(D) as index:
            pass
        for use in (lambda: len(index), lambda: index.search([[1.0] * D]), lambda: 5 in index):
            with self.assertRaisesRegex(facenet.InvalidArgumentError, "this Index is closed"):
                use()

    def test_progress_stops_and_is_refused_the_index(self) -> None:
        with self.assertRaises(facenet.CancelledError):
            self.index.search(self.vectors, progress=lambda fraction: False)
        refused: List[str] = []

        def ask(fraction: float) -> None:
            if fraction < 1:
                with self.assertRaisesRegex(facenet.InvalidArgumentError, "in use"):
                    self.index.search([[1.0] * D])
                refused.append("search")

        self.index.search(self.vectors, progress=ask)
        self.assertTrue(refused)

    def test_arrays_of_floats(self) -> None:
        rows = [array.array("f", row) for row in vectors(3, seed=5)]
        self.index.add(rows, array.array("q", [10001, 10002, 10003]))
        self.assertEqual(list(self.index.vector(10002)), list(rows[1]))

    @needs_numpy
    def test_numpy(self) -> None:
        rows = np.array(vectors(6, seed=6), np.float32)
        keys = np.arange(6) + 1000
        for given in (rows, rows.astype(np.float64), np.asfortranarray(rows), np.repeat(rows, 2, axis=1)[:, ::2]):
            self.index.replace(given, keys[::-1])
            self.assertEqual(self.index.vector(1005).tolist(), rows[0].tolist())
        found, distances = self.index.search(rows, nearest=3)
        self.assertEqual((found.dtype, found.shape), (np.int64, (6, 3)))
        self.assertEqual((distances.dtype, distances.shape), (np.float32, (6, 3)))
        self.assertEqual(found[:, 0].tolist(), keys[::-1].tolist())
        for wrong in (rows[:, :5], rows.reshape(2, 3, D), np.array([["x"] * D])):
            with self.assertRaises(facenet.InvalidArgumentError):
                self.index.search(wrong)
        with self.assertRaises(facenet.InvalidArgumentError):
            self.index.remove(np.array([1.0, 2.0]))

    def test_eight_threads(self) -> None:
        """Six search what stays, two change what is elsewhere."""
        failures: List[str] = []
        away = [[value + 10000 for value in row] for row in vectors(20, seed=8)]

        def change(number: int) -> None:
            keys = [100_000 * number + place for place in range(20)]
            for _ in range(50):
                self.index.replace(away, keys)
                if self.index.remove(keys) != 20:
                    failures.append("not all were there")

        def search(number: int) -> None:
            for place in range(200):
                keys, distances = self.index.search([self.vectors[place], self.vectors[-1 - place]], nearest=1)
                if [keys[0][0], keys[1][0]] != [self.keys[place], self.keys[-1 - place]]:
                    failures.append(f"{keys} at {place}")

        threads = [threading.Thread(target=change if number < 2 else search, args=(number + 1,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((failures, len(self.index)), ([], 200))


@needs_data
class Photographs(unittest.TestCase):
    def test_the_other_photograph_of_a_person_is_nearest(self) -> None:
        embeddings = [list(facenet.embed(path)[0]) for path in (ONE, ANOTHER_MAN, OTHER)]
        with facenet.Index(len(embeddings[0])) as index:
            index.add(embeddings[:2], [1, 2])
            keys, distances = index.search(embeddings[2:], nearest=2)
            self.assertEqual(list(keys[0]), [1, 2])
            with facenet.Embedder() as embedder:
                self.assertLess(float(distances[0][0]), embedder.threshold)
                self.assertGreater(float(distances[0][1]), embedder.threshold)


if __name__ == "__main__":
    unittest.main()
