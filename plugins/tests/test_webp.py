"""decoder-webp: photographs converted by cwebp show what they were made from, upright."""

from __future__ import annotations

import struct
import tempfile
import unittest
from pathlib import Path
from typing import Any

from pictures import (
    ANOTHER, BUILD, OTHER_MAN, PHOTOGRAPH, PLUGINS, exif, likeness, make, needs, np, over_white, photograph, run, write_jpeg,
    write_png,
)

import facenet

PLUGIN = PLUGINS / "decoder-webp.so"


@needs("decoder-webp", "cwebp", "webpmux")
class WebP(unittest.TestCase):
    folder: Path

    @classmethod
    def setUpClass(cls) -> None:
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)
        facenet.load_plugin(PLUGIN)

    def convert(self, source: Path, *options: str) -> Path:
        """By cwebp."""
        target = source.with_suffix(".webp")
        make("cwebp", "-quiet", *options, source, "-o", target)
        return target

    def decoded(self, source: Path, *options: str) -> Any:
        return facenet.Image.open(self.convert(source, *options)).pixels

    def test_all_orientations(self) -> None:
        for orientation in range(1, 9):
            source = write_jpeg(self.folder / f"turned{orientation}.jpg", photograph(), orientation)
            found = self.decoded(source, "-q", "95", "-metadata", "exif")
            expected = facenet.Image.open(source).pixels
            self.assertEqual(found.shape[0] > found.shape[1], orientation < 5)
            self.assertGreater(likeness(found, expected), 30, orientation)

    def test_lossless_is_what_it_was(self) -> None:
        source = write_png(self.folder / "lossless.png", photograph(123, 77))
        np.testing.assert_array_equal(self.decoded(source, "-lossless"), photograph(123, 77))

    def test_gray_is_gray(self) -> None:
        gray = photograph()[..., 1]
        found = self.decoded(write_png(self.folder / "gray.png", gray), "-lossless")
        np.testing.assert_array_equal(found, np.repeat(gray[..., None], 3, axis=2))

    def test_what_is_transparent_shows_white(self) -> None:
        pixels = np.dstack([photograph(), np.linspace(0, 255, 400 * 320).reshape(400, 320).astype(np.uint8)])
        source = write_png(self.folder / "transparent.png", pixels)
        found = self.decoded(source, "-lossless", "-exact")
        np.testing.assert_array_equal(found, facenet.Image.open(source).pixels)
        np.testing.assert_array_equal(found, over_white(pixels))
        self.assertGreater(likeness(self.decoded(source, "-q", "95", "-exact"), over_white(pixels)), 30)

    def test_the_first_frame_of_an_animation_lies_on_white(self) -> None:
        frames = [self.convert(write_png(self.folder / f"frame{i}.png", photograph(64, 48) // (i + 1)), "-lossless") for i in (0, 1)]
        target = self.folder / "moves.webp"
        make("webpmux", "-frame", frames[0], "+100+16+8", "-frame", frames[1], "+100+0+0", "-o", target)
        found = facenet.Image.open(target).pixels
        expected = np.full((48 + 8, 64 + 16, 3), 255, np.uint8)
        expected[8:, 16:] = photograph(64, 48)
        np.testing.assert_array_equal(found, expected)

    def test_faces_are_as_in_the_original(self) -> None:
        converted = [self.folder / f"{path.stem}.webp" for path in (PHOTOGRAPH, OTHER_MAN)]
        for source, target in zip((PHOTOGRAPH, OTHER_MAN), converted):
            make("cwebp", "-quiet", "-q", "90", source, "-o", target)
        self.assertTrue(facenet.verify(converted[0], ANOTHER))
        self.assertFalse(facenet.verify(converted[0], converted[1]))
        done = run(BUILD / "bin" / "facenet", "detect", converted[0], "--plugin", PLUGIN)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("910x1137  1 face", done.stdout)
        without = run(BUILD / "bin" / "facenet", "detect", converted[0])
        self.assertIn("a WebP file cannot be read", without.stdout)

    def test_what_is_no_picture_is_refused_by_a_sentence(self) -> None:
        whole = self.convert(write_png(self.folder / "whole.png", photograph())).read_bytes()
        for data, expected in (
            (whole[: len(whole) // 2], "cut short"),
            (whole[:12], "cut short"),
            (whole[:12] + b"JUNK" + whole[16:], "cut short"),
            (whole[:20] + bytes(10) + whole[30:], "damaged"),
        ):
            with self.assertRaisesRegex(facenet.CorruptError, rf"{expected}.*\(the decoder webp of the plugin decoder-webp\)"):
                facenet.Image.decode(data)

    def test_the_limit_comes_before_memory(self) -> None:
        """A file of some bytes that says it shows 16383 x 16383 pixels, which is more than 100 million."""
        header = b"\x2f" + struct.pack("<I", 16382 | 16382 << 14) + bytes(5)
        data = b"RIFF" + struct.pack("<I", 12 + len(header)) + b"WEBPVP8L" + struct.pack("<I", len(header)) + header
        with self.assertRaisesRegex(facenet.TooLargeError, "16383x16383"):
            facenet.Image.decode(data)

    def test_a_damaged_orientation_is_no_reason_to_refuse(self) -> None:
        block = self.folder / "block"
        target = self.folder / "odd.webp"
        source = self.convert(write_png(self.folder / "plain.png", photograph()), "-lossless")
        for content in (exif(99), exif(6)[:9], b"Exif\0\0", b"?"):
            block.write_bytes(content)
            make("webpmux", "-set", "exif", block, source, "-o", target)
            np.testing.assert_array_equal(facenet.Image.open(target).pixels, photograph())


if __name__ == "__main__":
    unittest.main()
