"""The example package, which depends on this checkout by its path, is built, and its programs do what they say."""

from __future__ import annotations

import unittest
from pathlib import Path

from support import ANOTHER_MAN, MODELS, ONE, OTHER, ROOT, build, needs_data, run


class Examples(unittest.TestCase):
    programs: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.programs = build(ROOT / "bindings" / "swift", ROOT / "build" / "swift-examples")

    def test_usage(self) -> None:
        for name, status in {"verify": 2, "detect": 2, "embed": 2, "network": 2}.items():
            with self.subTest(name):
                done = run(self.programs / name)
                self.assertEqual((done.returncode, done.stdout), (status, ""))
                self.assertTrue(done.stderr.startswith(f"usage: {name} "), done.stderr)

    @needs_data
    def test_verify(self) -> None:
        same, different = run(self.programs / "verify", ONE, OTHER), run(self.programs / "verify", ONE, ANOTHER_MAN)
        self.assertEqual((same.returncode, same.stderr), (0, ""))
        self.assertRegex(same.stdout, r"^same person: distance 0\.\d+, threshold 1\.\d+\n$")
        self.assertEqual((different.returncode, different.stderr), (1, ""))
        self.assertTrue(different.stdout.startswith("different people: "), different.stdout)

    @needs_data
    def test_undecided(self) -> None:
        done = run(self.programs / "verify", ONE, "/absent.jpg")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("/absent.jpg", done.stderr)

    @needs_data
    def test_detect(self) -> None:
        lines = run(self.programs / "detect", ONE).stdout.splitlines()
        self.assertEqual(len(lines), 1)
        numbers = [float(number) for number in lines[0].replace(",", " ").split()]
        self.assertEqual(len(numbers), 4 + 1 + 10)
        left, top, right, bottom = numbers[:4]
        for x, y in zip(numbers[5::2], numbers[6::2]):
            self.assertTrue(left < x < right and top < y < bottom, lines[0])

    @needs_data
    def test_embed(self) -> None:
        lines = run(self.programs / "embed", ONE).stdout.splitlines()
        vectors = [[float(number) for number in line.split()] for line in lines]
        self.assertEqual([len(vector) for vector in vectors], [512])
        self.assertAlmostEqual(sum(number * number for number in vectors[0]), 1, places=5)

    @needs_data
    def test_network(self) -> None:
        done = run(self.programs / "network", str(MODELS / "facenet.onnx"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^\w+ float32 \[1, 512\] -?\d+\.\d+\n$")


if __name__ == "__main__":
    unittest.main()
