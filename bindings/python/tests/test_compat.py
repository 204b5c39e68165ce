"""The door for programs written for face_recognition, beside what that package itself says of the same photographs."""

from __future__ import annotations

import csv
import io
import os
import pickle
import subprocess
import sys
import unittest
from typing import Any, Dict, List, Tuple

from support import ANOTHER_MAN, ONE, ROOT, SAMPLES, needs_data, needs_numpy, np, ppm

import facenet

if np is not None:
    from facenet.compat import face_recognition as recognition

GOLDEN = ROOT / "Tests" / "Golden" / "face_recognition.csv"
FALSE_FACE = ("astronaut.png", (335, 215, 425, 126))
"""Of the golden faces the one that is none: dlib took a part of the suit for one."""


def golden() -> List[Tuple[str, Tuple[int, int, int, int], Any]]:
    """Photograph, location and encoding of each face that face_recognition found."""
    with open(GOLDEN, newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    faces = []
    for name, top, right, bottom, left, *numbers in rows:
        location = (int(top), int(right), int(bottom), int(left))
        if (name, location) != FALSE_FACE:
            faces.append((name, location, np.array([float(number) for number in numbers])))
    return faces


class WithoutNumpy(unittest.TestCase):
    def test_says_what_it_needs(self) -> None:
        program = "import sys; sys.modules['numpy'] = None; import facenet; import facenet.compat.face_recognition"
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
        command = [sys.executable, "-c", program]
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("ImportError: facenet.compat.face_recognition needs numpy", result.stderr)


@needs_numpy
class Pictures(unittest.TestCase):
    def test_modes(self) -> None:
        image = recognition.load_image_file(io.BytesIO(ppm(5, 3)))
        self.assertEqual((image.shape, image.dtype, image[2, 4].tolist()), ((3, 5, 3), np.uint8, [4, 2, 7]))
        image[0, 0] = 9
        gray = recognition.load_image_file(io.BytesIO(b"P6 2 1 255\n" + bytes([255, 255, 255, 100, 50, 200])), "L")
        self.assertEqual((gray.dtype, gray.tolist()), (np.uint8, [[255, 82]]))
        with self.assertRaises(facenet.UnsupportedError):
            recognition.load_image_file(io.BytesIO(ppm(5, 3)), mode="CMYK")
        with self.assertRaises(facenet.NotFoundError):
            recognition.load_image_file("/no/such/file.jpg")


@needs_numpy
class Distances(unittest.TestCase):
    def test_euclidean_and_not_squared(self) -> None:
        known = [np.zeros(128), np.full(128, 0.5 / 128**0.5), np.full(128, 0.7 / 128**0.5)]
        distances = recognition.face_distance(known, np.zeros(128))
        self.assertTrue(np.allclose(distances, [0, 0.5, 0.7]))
        self.assertEqual(recognition.compare_faces(known, np.zeros(128)), [True, True, False])
        self.assertEqual(recognition.compare_faces(np.array(known), np.zeros(128), tolerance=0.4), [True, False, False])
        self.assertEqual(recognition.face_distance([], np.zeros(128)).shape, (0,))
        self.assertEqual(recognition.compare_faces([], np.zeros(128)), [])


@needs_numpy
@needs_data
class Faces(unittest.TestCase):
    def setUp(self) -> None:
        self.image = recognition.load_image_file(ONE)

    def test_locations(self) -> None:
        (location,) = recognition.face_locations(self.image)
        self.assertIsInstance(location, tuple)
        self.assertTrue(all(type(number) is int for number in location))
        top, right, bottom, left = location
        self.assertTrue(0 <= top < bottom <= self.image.shape[0] and 0 <= left < right <= self.image.shape[1])
        self.assertEqual(recognition.face_locations(self.image, model="cnn"), [location])
        self.assertEqual(recognition.batch_face_locations([self.image, self.image]), [[location]] * 2)
        self.assertEqual(recognition.face_locations(np.zeros((90, 90, 3), np.uint8)), [])
        gray = recognition.load_image_file(ONE, "L")
        self.assertEqual(len(recognition.face_locations(gray)), 1)

    def test_locations_stay_inside_the_picture(self) -> None:
        top, right, bottom, left = recognition.face_locations(self.image)[0]
        part = np.ascontiguousarray(self.image[: (top + 2 * bottom) // 3])
        (cut,) = recognition.face_locations(part)
        self.assertEqual(cut[2], part.shape[0])

    def test_upsampling_finds_smaller_faces(self) -> None:
        top, right, bottom, left = recognition.face_locations(self.image)[0]
        step = (bottom - top) // 24
        small = np.pad(self.image[::step, ::step], ((0, 600), (0, 600), (0, 0)))
        self.assertEqual(len(recognition.face_locations(small, number_of_times_to_upsample=2)), 1)
        self.assertEqual(recognition.face_locations(small, number_of_times_to_upsample=0), [])

    def test_landmarks(self) -> None:
        ((top, right, bottom, left),) = locations = recognition.face_locations(self.image)
        (marks,) = recognition.face_landmarks(self.image, model="small")
        self.assertEqual(recognition.face_landmarks(self.image, locations, "small"), [marks])
        self.assertEqual(sorted(marks), ["left_eye", "nose_tip", "right_eye"])
        for ((x, y),) in marks.values():
            self.assertTrue(left < x < right and top < y < bottom and type(x) is int)
        self.assertLess(marks["left_eye"][0][0], marks["right_eye"][0][0])
        with self.assertRaisesRegex(facenet.UnsupportedError, "small"):
            recognition.face_landmarks(self.image)

    def test_encodings(self) -> None:
        (encoding,) = recognition.face_encodings(self.image)
        self.assertEqual((encoding.shape, encoding.dtype), ((128,), np.float64))
        locations = recognition.face_locations(self.image)
        (same,) = recognition.face_encodings(self.image, locations)
        self.assertTrue((encoding == same).all())
        plain = [(top, right, bottom, left) for top, right, bottom, left in locations]
        (near,) = recognition.face_encodings(self.image, plain, model="large")
        self.assertLess(recognition.face_distance([encoding], near)[0], 0.2)
        self.assertEqual(recognition.face_encodings(self.image, []), [])
        self.assertEqual(recognition.face_encodings(np.zeros((90, 90, 3), np.uint8)), [])

    def test_a_location_may_be_the_whole_picture(self) -> None:
        height, width = self.image.shape[:2]
        (encoding,) = recognition.face_encodings(self.image)
        (whole,) = recognition.face_encodings(self.image, [(0, width, height, 0)])
        self.assertLess(recognition.face_distance([encoding], whole)[0], 0.2)

    def test_two_locations_keep_their_order(self) -> None:
        other = recognition.load_image_file(ANOTHER_MAN)
        height = max(self.image.shape[0], other.shape[0])
        both = np.concatenate([np.pad(i, ((0, height - len(i)), (0, 0), (0, 0))) for i in (self.image, other)], axis=1)
        left, right = sorted(recognition.face_locations(both), key=lambda location: location[3])
        expected = [recognition.face_encodings(picture)[0] for picture in (self.image, other)]
        plain: Any = [tuple(left), tuple(right)]
        for given in ([left, right], plain, [left, plain[1]]):
            for found, truth in zip(recognition.face_encodings(both, given), expected):
                self.assertLess(recognition.face_distance([found], truth)[0], 0.3)

    def test_locations_can_be_kept(self) -> None:
        locations = recognition.face_locations(self.image)
        again = pickle.loads(pickle.dumps(locations))
        self.assertEqual(again, locations)
        (kept,), (fresh,) = recognition.face_encodings(self.image, again), recognition.face_encodings(self.image)
        self.assertTrue((kept == fresh).all())

    def test_jitters(self) -> None:
        (plain,) = recognition.face_encodings(self.image)
        (first,) = recognition.face_encodings(self.image, num_jitters=5)
        (second,) = recognition.face_encodings(self.image, num_jitters=5)
        self.assertTrue((first == second).all())
        self.assertGreater(recognition.face_distance([plain], first)[0], 0)
        self.assertLess(recognition.face_distance([plain], first)[0], 0.3)

    def test_refusals(self) -> None:
        bad: List[Tuple[Any, Dict[str, Any]]] = [
            (recognition.face_locations, {"model": "haar"}),
            (recognition.face_locations, {"number_of_times_to_upsample": -1}),
            (recognition.face_landmarks, {"model": "medium"}),
            (recognition.face_encodings, {"model": "medium"}),
            (recognition.face_encodings, {"num_jitters": -1}),
            (recognition.face_encodings, {"known_face_locations": [(0, 20, 20, 0)]}),
        ]
        for function, options in bad:
            with self.subTest(options=options), self.assertRaises(facenet.FacenetError):
                function(self.image, **options)


@needs_numpy
@needs_data
class Golden(unittest.TestCase):
    """Encodings that face_recognition 1.3.0 made on dlib 20.0.1, as a program may have stored them."""

    def setUp(self) -> None:
        if not GOLDEN.exists():
            self.skipTest(f"data not present: {GOLDEN.name}")
        self.stored = [entry for entry in golden() if (SAMPLES / entry[0]).exists()]

    def test_the_same_faces_are_found(self) -> None:
        for name, (top, right, bottom, left), _ in self.stored:
            (ours,) = recognition.face_locations(recognition.load_image_file(SAMPLES / name))
            self.assertTrue(left < (ours[1] + ours[3]) / 2 < right and top < (ours[0] + ours[2]) / 2 < bottom, name)

    def test_stored_encodings_compare_with_ours(self) -> None:
        self.assertGreaterEqual(len(self.stored), 4)
        people = ["obama" if "obama" in name else name for name, _, _ in self.stored]
        encodings = [encoding for _, _, encoding in self.stored]
        for index, (name, location, _) in enumerate(self.stored):
            image = recognition.load_image_file(SAMPLES / name)
            for ours in (*recognition.face_encodings(image), *recognition.face_encodings(image, [location])):
                self.assertLess(recognition.face_distance(encodings, ours)[index], 0.25, name)
                verdicts = recognition.compare_faces(encodings, ours)
                self.assertEqual(verdicts, [person == people[index] for person in people], name)

    def test_where_dlib_sees_a_face_that_is_none(self) -> None:
        name, location = FALSE_FACE
        if not (SAMPLES / name).exists():
            self.skipTest(f"data not present: {name}")
        with self.assertRaisesRegex(facenet.NotFoundError, "335, 215, 425, 126"):
            recognition.face_encodings(recognition.load_image_file(SAMPLES / name), [location])


if __name__ == "__main__":
    unittest.main()
