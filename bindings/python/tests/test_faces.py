"""The real models on the sample photographs."""

from __future__ import annotations

import dataclasses
import math
import unittest
from pathlib import Path
from typing import Any

from support import ANOTHER_MAN, MODELS, ONE, OTHER, needs_data, needs_numpy, np, ppm

import facenet


class Options(unittest.TestCase):
    def test_refused_before_any_model_is_read(self) -> None:
        for options in (
            {"threads": -1},
            {"threads": 5000},
            {"minimum_size": -1},
            {"minimum_size": 1 << 40},
            {"minimum_score": 2.0},
            {"overlap": float("nan")},
        ):
            with self.subTest(options=options), self.assertRaises(facenet.InvalidArgumentError):
                facenet.Detector(b"nonsense", **options)
        with self.assertRaises(facenet.InvalidArgumentError):
            facenet.Embedder(b"nonsense", threshold=-1)

    def test_absent_models(self) -> None:
        for kind in (facenet.Detector, facenet.Embedder):
            with self.assertRaisesRegex(facenet.NotFoundError, "no-such-model"):
                kind("no-such-model")
            with self.assertRaisesRegex(facenet.NotFoundError, "no-such-file"):
                kind(Path("no-such-file"))
            with self.assertRaises(facenet.FacenetError):
                kind(b"nonsense")

    def test_version(self) -> None:
        self.assertEqual(facenet.version(), facenet.__version__)


@needs_data
class Verbs(unittest.TestCase):
    def test_verify(self) -> None:
        same = facenet.verify(ONE, OTHER)
        self.assertTrue(same)
        self.assertTrue(same.same)
        self.assertLess(same.distance, same.threshold)
        different = facenet.verify(ONE, Path(ANOTHER_MAN).read_bytes())
        self.assertFalse(different)
        self.assertGreater(different.distance, different.threshold)
        self.assertFalse(facenet.verify(ONE, OTHER, threshold=same.distance / 2))

    def test_no_face(self) -> None:
        self.assertEqual(facenet.detect(ppm(40, 30)), [])
        self.assertEqual(len(facenet.embed(ppm(40, 30))), 0)
        with self.assertRaisesRegex(facenet.NotFoundError, "in b"):
            facenet.verify(ONE, ppm(40, 30))

    def test_detect(self) -> None:
        faces = facenet.detect(ONE)
        self.assertGreaterEqual(len(faces), 1)
        face = faces[0]
        self.assertEqual(face.box, (face.left, face.top, face.right, face.bottom))
        self.assertGreater(min(face.width, face.height), 20)
        self.assertEqual([f.score for f in faces], sorted((f.score for f in faces), reverse=True))
        for x, y in face.landmarks:
            self.assertTrue(face.left < x < face.right and face.top < y < face.bottom)

    def test_quality(self) -> None:
        (face,) = facenet.detect(ONE)
        judged = facenet.quality(ONE, face)
        parts = (judged.size, judged.sharpness, judged.pose, judged.confidence)
        self.assertAlmostEqual(judged.value, math.prod(parts) ** 0.25, places=4)
        self.assertTrue(judged.value > 0.5 and abs(judged.yaw) < 45 and abs(judged.roll) < 45)
        side = dataclasses.replace(face, landmarks=(face.landmarks[0],) * 5)
        nothing = facenet.quality(ONE, side)
        self.assertEqual((nothing.value, nothing.size, nothing.sharpness), (0, 0, 0))

    @needs_numpy
    def test_embed_gives_an_array(self) -> None:
        vectors = facenet.embed(ONE)
        self.assertEqual((vectors.dtype, vectors.ndim, len(vectors)), (np.float32, 2, len(facenet.detect(ONE))))
        self.assertTrue(np.allclose((vectors**2).sum(axis=1), 1, atol=1e-4))


@needs_data
class Parts(unittest.TestCase):
    detector: facenet.Detector
    embedder: facenet.Embedder
    pipeline: facenet.Pipeline

    @classmethod
    def setUpClass(cls) -> None:
        cls.detector = facenet.Detector("retinaface", minimum_size=40)
        cls.embedder = facenet.Embedder(MODELS / "facenet.onnx", threads=0)
        cls.pipeline = facenet.Pipeline(cls.detector, cls.embedder)

    @classmethod
    def tearDownClass(cls) -> None:
        for part in (cls.detector, cls.embedder, cls.pipeline):
            part.close()

    def test_parts_agree_with_the_pipeline(self) -> None:
        faces = self.detector.detect(ONE)
        crops = [self.embedder.align(ONE, face) for face in faces]
        by_hand = self.embedder.embed(crops)
        found, vectors = self.pipeline.embed(ONE)
        self.assertEqual(found, faces)
        for a, b in zip(by_hand, vectors):
            self.assertLess(self.embedder.distance(a, b), 1e-6)
        self.assertEqual(len(self.embedder.embed([])), 0)

    def test_every_kind_of_picture_has_the_same_faces(self) -> None:
        faces = self.detector.detect(ONE)
        self.assertEqual(self.detector.detect(Path(ONE)), faces)
        self.assertEqual(self.detector.detect(Path(ONE).read_bytes()), faces)
        image = facenet.Image.open(ONE)
        self.assertEqual(self.detector.detect(image), faces)

    @needs_numpy
    def test_arrays_have_the_same_faces(self) -> None:
        faces = self.detector.detect(ONE)
        pixels = facenet.Image.open(ONE).pixels
        self.assertEqual(self.detector.detect(pixels), faces)
        bgr = facenet.Image.from_array(np.ascontiguousarray(pixels[:, :, ::-1]), order="bgr")
        self.assertEqual(self.detector.detect(bgr), faces)

    def test_bad_arguments(self) -> None:
        (face, *_) = self.detector.detect(ONE)
        nan = float("nan")
        bad: Any = facenet.Face(*face.box, face.score, (*face.landmarks[:4], (nan, 0.0)))
        with self.assertRaises(facenet.InvalidArgumentError):
            self.embedder.align(ONE, bad)
        bad = facenet.Face(*face.box, face.score, face.landmarks[:3])  # type: ignore[arg-type]
        with self.assertRaises(facenet.InvalidArgumentError):
            self.embedder.align(ONE, bad)
        with self.assertRaises(facenet.InvalidArgumentError):
            self.embedder.embed([ppm(self.embedder.side, self.embedder.side + 1)])
        with self.assertRaises(facenet.InvalidArgumentError):
            self.embedder.embed(ONE)
        with self.assertRaises(facenet.InvalidArgumentError):
            self.embedder.distance([1.0], [1.0])
        with self.assertRaises(facenet.NotFoundError):
            self.embedder.threshold_at(0.123)

    def test_closed_parts(self) -> None:
        with facenet.Embedder() as embedder:
            pipeline = facenet.Pipeline(self.detector, embedder)
        embedder.close()
        with self.assertRaisesRegex(facenet.InvalidArgumentError, "closed"):
            embedder.dimension
        self.assertTrue(pipeline.verify(ONE, ONE))


if __name__ == "__main__":
    unittest.main()
