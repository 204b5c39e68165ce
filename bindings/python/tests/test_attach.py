"""A plugin written in Python: its detector and embedder are used by name, and what they raise is raised again."""

from __future__ import annotations

import threading
import unittest
from typing import Any, List, Sequence

from support import needs_numpy, np, ppm

import facenet

PICTURE = ppm(40, 30)


def face(score: float) -> facenet.Face:
    return facenet.Face(4, 4, 36, 28, score, ((12, 10), (28, 10), (20, 16), (14, 22), (26, 22)))


def as_many_as_rows(image: facenet.Image) -> Sequence[facenet.Face]:
    """As many faces as the picture is high, in any order."""
    return [face(row / 100) for row in range(image.height)]


def raises(image: facenet.Image) -> Sequence[facenet.Face]:
    raise ZeroDivisionError("by zero")


class Sizes(facenet.OwnEmbedder):
    """The sizes of the crops, or whatever `wish` makes of them."""

    dimension, side, threshold, identity = 3, 8, 0.5, "sizes, 1"

    def __init__(self) -> None:
        self.wish: Any = lambda vectors: vectors
        self.kept: List[facenet.Image] = []

    def embed(self, crops: List[facenet.Image]) -> Any:
        self.kept += crops
        return self.wish([[1.0 + crop.width, crop.height, 3] for crop in crops])


SIZES = Sizes()


def setUpModule() -> None:
    detectors = {"rows": as_many_as_rows, "raises": raises}
    facenet.attach("python-plugin", "2.1", "MIT", detectors=detectors, embedders={"sizes": SIZES})


class Attached(unittest.TestCase):
    def setUp(self) -> None:
        SIZES.wish = lambda vectors: vectors

    def crop(self, value: int = 0) -> facenet.Image:
        return facenet.Image.from_array(memoryview(bytes([value]) * 192).cast("B", (8, 8, 3)))

    def test_it_is_listed(self) -> None:
        mine = [component for component in facenet.plugins() if component.plugin == "python-plugin"]
        expected = [("detector", "rows"), ("detector", "raises"), ("embedder", "sizes")]
        self.assertEqual([(c.kind, c.name) for c in mine], expected)
        self.assertEqual({(c.version, c.licence, c.file) for c in mine}, {("2.1", "MIT", None)})

    def test_a_detector_is_used_by_name(self) -> None:
        found = facenet.Detector("rows", minimum_score=0.2).detect(PICTURE)
        self.assertEqual(found, sorted(found, key=lambda each: -each.score))
        self.assertEqual([round(100 * each.score) for each in found], list(range(29, 19, -1)))
        self.assertEqual(found[0].landmarks, face(0).landmarks)

    def test_more_faces_than_there_is_room_for_at_first(self) -> None:
        self.assertEqual(len(facenet.Detector("rows", minimum_score=0.001).detect(ppm(8, 100))), 99)

    def test_an_embedder_is_used_by_name(self) -> None:
        with facenet.Embedder("sizes") as embedder:
            self.assertEqual((embedder.dimension, embedder.side, embedder.threshold), (3, 8, 0.5))
            vectors = embedder.embed([self.crop()] * 20)
            self.assertEqual(len(vectors), 20)
            length = (9**2 + 8**2 + 3**2) ** 0.5
            for vector in vectors:
                for number, expected in zip(vector, (9, 8, 3)):
                    self.assertAlmostEqual(float(number), expected / length, places=6)

    @needs_numpy
    def test_pictures_may_be_kept(self) -> None:
        SIZES.kept.clear()
        facenet.Embedder("sizes").embed([self.crop(value) for value in (7, 9)])
        for image, value in zip(SIZES.kept, (7, 9)):
            np.testing.assert_array_equal(image.pixels, np.full((8, 8, 3), value, np.uint8))

    def test_what_is_raised_inside_is_raised(self) -> None:
        with self.assertRaisesRegex(facenet.PluginError, "ZeroDivisionError: by zero .the detector raises of"):
            facenet.Detector("raises").detect(PICTURE)

        def lost(_vectors: Any) -> Any:
            raise facenet.InputOutputError("the card was pulled out")

        def stopped(_vectors: Any) -> Any:
            raise KeyboardInterrupt

        for wish, kind, words in (
            (lost, facenet.InputOutputError, "the card was pulled out"),
            (stopped, facenet.PluginError, "KeyboardInterrupt"),
            (lambda vectors: vectors[:-1], facenet.InvalidArgumentError, "gave 1 embeddings of 2 crops"),
            (lambda vectors: [[1.0, 2.0]] * 2, facenet.InvalidArgumentError, "embedding 0 has 2 numbers"),
            (lambda vectors: [["x", 1, 2]] * 2, facenet.PluginError, "ValueError"),
            (lambda vectors: None, facenet.PluginError, "TypeError"),
            (lambda vectors: [[0.0, 0.0, 0.0]] * 2, facenet.PluginError, "that is zero"),
            (lambda vectors: [[float("nan"), 0.0, 0.0]] * 2, facenet.PluginError, "not of finite numbers"),
        ):
            SIZES.wish = wish
            with self.assertRaisesRegex(kind, words):
                facenet.Embedder("sizes").embed([self.crop()] * 2)

    def test_threads_take_turns(self) -> None:
        embedder = facenet.Embedder("sizes")
        results: List[int] = []

        def work() -> None:
            results.append(len(embedder.embed([self.crop()] * 30)))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results, [30] * 8)

    def test_a_name_that_is_taken_or_none_adds_nothing(self) -> None:
        before = facenet.plugins()
        for name, detector, kind in (
            ("another", "retinaface", facenet.InvalidArgumentError),
            ("python-plugin", "another", facenet.InvalidArgumentError),
            ("Not A Name", "another", facenet.PluginError),
            ("another", "", facenet.PluginError),
        ):
            with self.assertRaises(kind):
                facenet.attach(name, "1", "MIT", detectors={"first": as_many_as_rows, detector: as_many_as_rows})
        with self.assertRaisesRegex(facenet.PluginError, "adds nothing"):
            facenet.attach("empty", "1", "MIT")
        self.assertEqual(facenet.plugins(), before)

    def test_an_embedder_that_does_not_say_what_it_is(self) -> None:
        facenet.attach("unfinished", "1", "MIT", embedders={"unfinished": facenet.OwnEmbedder()})
        with self.assertRaisesRegex(facenet.PluginError, "AttributeError.*dimension"):
            facenet.Embedder("unfinished")


if __name__ == "__main__":
    unittest.main()
