"""What `facenet embed` writes is read back by other people's readers: NumPy and the csv module."""

import csv
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import List

import numpy

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("FACENET_PROGRAM", ROOT / "build" / "bin" / "facenet"))
SAMPLES = ROOT / "build" / "samples"
MODELS = ROOT / "build" / "models"
PRESENT = all(path.exists() for path in (PROGRAM, SAMPLES / "obama.jpg", MODELS / "facenet.onnx", MODELS / "retinaface.onnx"))


@unittest.skipUnless(PRESENT, "default models or samples not present")
class Outputs(unittest.TestCase):
    def embed(self, *words: str) -> str:
        command: List[str] = [str(PROGRAM), "embed", *words]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_numpy_and_csv_read_what_was_written(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            awkward = folder / 'one, "two"\nthree.jpg'
            awkward.symlink_to(SAMPLES / "obama.jpg")
            photographs = [str(awkward), str(SAMPLES / "biden.jpg")]
            self.embed(*photographs, "--output", str(folder / "a.npy"))
            matrix = numpy.load(folder / "a.npy", allow_pickle=False)
            self.assertEqual((matrix.shape, matrix.dtype, matrix.flags.c_contiguous), ((2, 512), numpy.float32, True))
            numpy.testing.assert_allclose(numpy.linalg.norm(matrix.astype(float), axis=1), 1, atol=1e-6)
            with open(folder / "a.csv", newline="", encoding="utf-8") as stream:
                rows = list(csv.DictReader(stream))
            self.assertEqual([row["path"] for row in rows], photographs)
            self.assertTrue(all(float(row["left"]) < float(row["right"]) for row in rows))

            with_vectors = list(csv.reader(self.embed(*photographs).splitlines(keepends=True)))
            self.assertEqual(len(with_vectors[0]), 7 + 512)
            printed = numpy.array([[numpy.float32(number) for number in row[7:]] for row in with_vectors[1:]])
            numpy.testing.assert_array_equal(printed, matrix)

    def test_json_holds_the_same_floats(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            photograph = str(SAMPLES / "astronaut.png")
            self.embed(photograph, "--output", name + "/a.npy")
            face = json.loads(self.embed(photograph, "--json"))["faces"][0]
            embedding = numpy.array(face["embedding"], dtype=numpy.float32)
            numpy.testing.assert_array_equal(embedding, numpy.load(name + "/a.npy")[0])


if __name__ == "__main__":
    unittest.main()
