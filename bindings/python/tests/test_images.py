"""Pictures of every kind come in with the same pixels, or are refused with a reason."""

from __future__ import annotations

import gc
import tempfile
import unittest
from pathlib import Path
from typing import Any

from support import needs_numpy, np, ppm

import facenet
from facenet._image import as_image


class Decoding(unittest.TestCase):
    def test_bytes_path_and_memory(self) -> None:
        data = ppm(5, 3)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "käse.ppm"
            path.write_bytes(data)
            for picture in (data, bytearray(data), memoryview(data), path, str(path)):
                image = as_image(picture)
                self.assertEqual((image.width, image.height), (5, 3))

    def test_refusals_are_exceptions_by_kind(self) -> None:
        cases: Any = [
            (b"", facenet.CorruptError, "empty"),
            (b"nonsense", facenet.CorruptError, "not a picture"),
            (b"P6 60000 60000 255\n", facenet.TooLargeError, "60000x60000"),
            ("/no/such/file.jpg", facenet.NotFoundError, "/no/such/file.jpg"),
            ("zero\0byte", facenet.InvalidArgumentError, "zero byte"),
            ("\udcff.jpg", facenet.InvalidArgumentError, "UTF-8"),
            (3, facenet.InvalidArgumentError, "int is no picture"),
            (None, facenet.InvalidArgumentError, "NoneType is no picture"),
        ]
        for picture, kind, words in cases:
            with self.subTest(picture=picture), self.assertRaises(kind) as caught:
                as_image(picture)
            self.assertIn(words, str(caught.exception))
            self.assertIsInstance(caught.exception, facenet.FacenetError)

    def test_kinds_are_also_what_python_calls_them(self) -> None:
        self.assertTrue(issubclass(facenet.InvalidArgumentError, ValueError))
        self.assertTrue(issubclass(facenet.InputOutputError, OSError))
        self.assertTrue(issubclass(facenet.NotFoundError, LookupError))

    def test_buffers_without_numpy(self) -> None:
        view = memoryview(bytes(range(24))).cast("B", (2, 4, 3))
        image = as_image(view)
        self.assertEqual((image.width, image.height, image.c.stride, image.c.format), (4, 2, 12, 2))
        with self.assertRaises(facenet.InvalidArgumentError):
            as_image(memoryview(bytes(24)).cast("B", (2, 3, 2, 2)))


@needs_numpy
class Arrays(unittest.TestCase):
    def test_decoded_pixels(self) -> None:
        pixels = as_image(ppm(5, 3)).pixels
        gc.collect()
        self.assertEqual(pixels.shape, (3, 5, 3))
        self.assertEqual(pixels[2, 4].tolist(), [4, 2, 7])
        self.assertFalse(pixels.flags.writeable)

    def test_dense_arrays_are_not_copied(self) -> None:
        array = np.zeros((6, 8, 3), np.uint8)
        self.assertEqual(as_image(array).c.pixels, array.ctypes.data)
        rows = array[1:5, 2:6]
        image = as_image(rows)
        self.assertEqual((image.c.pixels, image.c.stride), (rows.ctypes.data, 24))
        self.assertEqual((image.width, image.height), (4, 4))

    def test_every_layout_shows_the_same_pixels(self) -> None:
        truth = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
        layouts = [
            truth,
            np.asfortranarray(truth),
            truth[::-1].copy()[::-1],
            truth[:, ::-1].copy()[:, ::-1],
            truth[:, :, ::-1].copy()[:, :, ::-1],
            np.repeat(truth, 2, axis=1)[:, ::2],
            np.pad(truth, ((1, 1), (2, 2), (0, 0)))[1:-1, 2:-2],
        ]
        for number, layout in enumerate(layouts):
            image = as_image(layout)
            shown = np.asarray(image.pixels)
            self.assertTrue((shown == truth).all(), f"layout {number}")

    def test_formats(self) -> None:
        for shape, order, number in [
            ((4, 5), "rgb", 1),
            ((4, 5, 1), "rgb", 1),
            ((4, 5, 3), "rgb", 2),
            ((4, 5, 3), "bgr", 3),
            ((4, 5, 4), "rgb", 4),
            ((4, 5, 4), "bgr", 5),
        ]:
            image = facenet.Image.from_array(np.zeros(shape, np.uint8), order=order)
            self.assertEqual((image.c.format, image.width, image.height), (number, 5, 4))

    def test_what_is_no_picture(self) -> None:
        for array in [
            np.zeros((4, 5, 3), np.float32),
            np.zeros((4, 5, 3), np.int8),
            np.zeros((4, 5, 2), np.uint8),
            np.zeros((4, 5, 5), np.uint8),
            np.zeros((0, 5, 3), np.uint8),
            np.zeros((4, 0, 3), np.uint8),
            np.zeros(9, np.uint8),
            np.zeros((), np.uint8),
            np.zeros((1, 4, 5, 3), np.uint8),
        ]:
            with self.subTest(shape=array.shape, dtype=array.dtype), self.assertRaises(facenet.InvalidArgumentError):
                as_image(array)
        with self.assertRaises(facenet.InvalidArgumentError):
            facenet.Image.from_array(np.zeros((4, 5, 3), np.uint8), order="grb")

    def test_the_array_lives_as_long_as_the_image(self) -> None:
        image = as_image(np.full((50, 50, 3), 9, np.uint8))
        gc.collect()
        np.zeros((50, 50, 3), np.uint8)
        self.assertTrue((image.pixels == 9).all())


class PillowImages(unittest.TestCase):
    def setUp(self) -> None:
        try:
            import PIL.Image
        except ImportError:
            self.skipTest("Pillow is not installed")
        self.pillow: Any = PIL.Image

    def first_pixel(self, picture: Any) -> Any:
        return as_image(picture).pixels[0, 0].tolist()

    @needs_numpy
    def test_modes(self) -> None:
        self.assertEqual(self.first_pixel(self.pillow.new("RGB", (4, 3), (1, 2, 3))), [1, 2, 3])
        self.assertEqual(self.first_pixel(self.pillow.new("L", (4, 3), 9)), [9, 9, 9])
        self.assertEqual(self.first_pixel(self.pillow.new("RGBA", (4, 3), (1, 2, 3, 0))), [255, 255, 255])
        self.assertEqual(self.first_pixel(self.pillow.new("P", (4, 3))), [0, 0, 0])

    @needs_numpy
    def test_orientation(self) -> None:
        picture = self.pillow.new("RGB", (4, 3))
        picture.getexif()[0x0112] = 6
        image = as_image(picture)
        self.assertEqual((image.width, image.height), (3, 4))


if __name__ == "__main__":
    unittest.main()
