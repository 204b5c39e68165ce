"""index-hnsw: finds what comparing everything finds, nearly always; keeps up with changes; comes back from its file."""

from __future__ import annotations

import os
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

from pictures import MODELS, PLUGINS, ROOT, make, np, run

import facenet

sys.path.insert(0, str(ROOT / "benchmarks" / "search"))

PLUGIN = PLUGINS / "index-hnsw.so"
CHANGES = int(os.environ.get("MUTATIONS", "100"))
"""Cut graphs, and as many changed ones."""
missing = [path.name for path in (PLUGIN,) if not path.exists()] + ([] if np is not None else ["numpy and Pillow"])


@unittest.skipIf(bool(missing), f"index-hnsw: there is no {', '.join(missing)}")
class HNSW(unittest.TestCase):
    gallery: Any
    queries: Any
    flat: facenet.Index
    index: facenet.Index

    @classmethod
    def setUpClass(cls) -> None:
        from population import load

        facenet.load_plugin(PLUGIN)
        people = load("dlib").draw(10_000, 2, seed=5)
        cls.gallery, cls.queries = people[:, 0], people[:600, 1]
        cls.flat, cls.index = cls.made("flat", cls.gallery), cls.made("hnsw", cls.gallery)

    @staticmethod
    def made(kind: str, vectors: Any, **options: Any) -> facenet.Index:
        index = facenet.Index(vectors.shape[1], kind=kind, **options)
        index.add(vectors, np.arange(len(vectors)) * 3)
        return index

    def recall(self, index: facenet.Index, truth: facenet.Index, count: int, **options: Any) -> float:
        found, expected = (each.search(self.queries, nearest=count, **options)[0] for each in (index, truth))
        return float(np.mean([len(np.intersect1d(a, b)) / count for a, b in zip(found, expected)]))

    def test_its_name_works_and_is_listed(self) -> None:
        self.assertEqual(self.index.kind, "hnsw")
        listed = [component for component in facenet.plugins() if component.kind == "index"]
        self.assertEqual([component.name for component in listed], ["auto", "flat", "flat8", "mlann", "hnsw"])
        self.assertEqual((listed[-1].plugin, listed[-1].file), ("index-hnsw", str(PLUGIN.resolve())))

    def test_it_finds_the_nearest(self) -> None:
        self.assertGreaterEqual(self.recall(self.index, self.flat, 1), 0.99)
        self.assertGreaterEqual(self.recall(self.index, self.flat, 10), 0.98)
        *_, statistics = self.index.search(self.queries[:1], statistics=True)
        self.assertLess(statistics[0].examined, 100)
        keys, distances = self.index.search(self.gallery[:50], nearest=3)
        self.assertEqual(keys[:, 0].tolist(), [3 * row for row in range(50)])
        self.assertTrue((distances[:, 0] == 0).all() and (np.diff(distances, axis=1) >= 0).all())

    def test_a_wanted_recall_is_reached(self) -> None:
        for wanted in (0.9, 0.95, 0.999):
            with self.made("hnsw", self.gallery, recall=wanted) as index:
                self.assertGreaterEqual(self.recall(index, self.flat, 1), wanted)

    def test_only_allowed_keys_are_found(self) -> None:
        for step in (2, 7, 100):
            allowed = range(0, 3 * len(self.gallery), 3 * step)
            self.assertGreaterEqual(self.recall(self.index, self.flat, 5, allowed=allowed), 0.97)

    def test_the_limits(self) -> None:
        self.assertEqual(self.recall(self.index, self.flat, 5000), 1)
        with self.made("hnsw", np.ones((200, 7), np.float32)) as same:
            keys, distances = same.search(np.ones(7), nearest=5)
            self.assertEqual((len(set(keys[0])), distances.tolist()), (5, [[0] * 5]))
            self.assertEqual(same.remove(range(0, 600, 3)), 200)
            self.assertEqual(same.search(np.ones(7), nearest=1)[0].tolist(), [[]])
            same.add(np.eye(7), range(7))
            self.assertEqual(same.search(np.eye(7), nearest=1)[0][:, 0].tolist(), list(range(7)))
        with self.assertRaises(facenet.CancelledError), facenet.Index(128, kind="hnsw") as index:
            index.add(self.gallery, range(len(self.gallery)), progress=lambda done: done < 0.4)

    def test_removal_and_replacement(self) -> None:
        """Three of five go, a few at a time, and others come; a query of one that went finds others."""
        index, flat = self.made("hnsw", self.gallery), self.made("flat", self.gallery)
        with index, flat:
            order = np.random.default_rng(3).permutation(len(self.gallery))
            for each in (index, flat):
                for start in range(0, 6000, 60):
                    each.remove(order[start : start + 60] * 3)
                each.replace(self.gallery[order[:1500]], order[8000:9500] * 3)
                each.add(self.gallery[order[1500:3000]], order[1500:3000] * 3)
            self.assertEqual(len(index), len(flat))
            self.assertGreaterEqual(self.recall(index, flat, 1), 0.985)
            self.assertGreaterEqual(self.recall(index, flat, 10), 0.97)
            gone = index.search(self.gallery[order[4000:4200]], nearest=1)[0][:, 0]
            self.assertFalse(np.isin(gone, order[3000:6000] * 3).any())

    def test_it_comes_back_from_its_file(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / name for name in ("one.index", "other.index")]
            self.index.save(paths[0])
            with facenet.Index.open(paths[0]) as opened:
                opened.check()
                self.assertEqual(opened.kind, "hnsw")
                for a, b in zip(opened.search(self.queries), self.index.search(self.queries)):
                    np.testing.assert_array_equal(a, b)
                opened.save(paths[1])
                self.assertEqual(paths[0].read_bytes(), paths[1].read_bytes())
                opened.add(self.queries, range(1, 3 * len(self.queries), 3))
                self.assertEqual(opened.search(self.queries, nearest=1)[0][:, 0].tolist(), list(range(1, 1800, 3)))
            code = "import sys, facenet; facenet.Index.open(sys.argv[1])"
            done = run(sys.executable, "-c", code, paths[0], PYTHONPATH=str(ROOT / "bindings" / "python"))
            self.assertIn("UnsupportedError", done.stdout)
            self.assertIn("'hnsw': load the plugin that brings it", done.stdout)

    def test_a_gallery_searches_by_it(self) -> None:
        if not (MODELS / "facenet.onnx").exists() or not (MODELS / "retinaface.onnx").exists():
            self.skipTest("data not present: retinaface.onnx, facenet.onnx")
        with tempfile.TemporaryDirectory() as folder, facenet.Pipeline() as pipeline:
            path = Path(folder) / "people.gallery"
            people = np.random.default_rng(4).normal(size=(300, 512)).astype(np.float32)
            people /= np.linalg.norm(people, axis=1, keepdims=True)
            with facenet.Gallery.create(path, pipeline, index="hnsw") as gallery:
                gallery.enrol_many([f"person {row}" for row in range(len(people))], people)
                (found,) = gallery.identify(embeddings=people[7:8])
                self.assertEqual(gallery.person(found.candidates[0].person).key, "person 7")
            with facenet.Gallery(path, pipeline, index="hnsw") as gallery:
                gallery.remove(found.candidates[0].person)
                (other,) = gallery.identify(embeddings=people[7:8])
                self.assertNotEqual(gallery.person(other.candidates[0].person).key, "person 7")

    def test_damaged_graphs_under_the_sanitizer(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            flags = "-g -O1 -fsanitize=address -DNO_MANUAL_VECTORIZATION"
            make("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", *flags.split(), f"-I{ROOT / 'include'}",
                 ROOT / "plugins/tests/mutate_index.c", "-o", f"{folder}/mutate_index", "-ldl")
            done = run("make", "-s", "-C", ROOT / "plugins/index-hnsw", f"OUT={folder}", CXXFLAGS=f"{flags} -Wall -Wextra",
                       LDFLAGS="-Wl,-z,undefs", PKG_CONFIG_PATH=str(ROOT / "build/lib/pkgconfig"))
            self.assertEqual(done.returncode, 0, done.stdout)
            done = run(f"{folder}/mutate_index", f"{folder}/index-hnsw.so", CHANGES, 1)
            self.assertEqual(done.returncode, 0, done.stdout)
            accepted, refused = map(int, done.stdout.split())
            self.assertGreaterEqual(refused, CHANGES)
            self.assertEqual(accepted + refused, 2 * CHANGES)


if __name__ == "__main__":
    unittest.main()
