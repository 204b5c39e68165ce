"""decoder-heif: photographs as phones make them show what they were made from, upright, and cost no more than they may."""

from __future__ import annotations

import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, List

from heif_file import Coded, box, coded_picture, content, grid, rotation, with_size
from pictures import (
    ANOTHER, BUILD, OTHER_MAN, PHOTOGRAPH, PLUGINS, exif, likeness, make, needs, np, over_white, photograph, run,
    write_jpeg, write_png,
)

import facenet

PLUGIN = PLUGINS / "decoder-heif.so"
TOP_DOWN, LEFT_RIGHT = box(b"imir", b"\0"), box(b"imir", b"\1")
TURNS: List[List[bytes]] = [
    [], [LEFT_RIGHT], [rotation(2)], [TOP_DOWN], [rotation(3), LEFT_RIGHT], [rotation(3)], [rotation(3), TOP_DOWN], [rotation(1)],
]
"""The properties that say the same as the EXIF orientations 1 to 8."""


@needs("decoder-heif", "heif-enc")
class HEIF(unittest.TestCase):
    folder: Path

    @classmethod
    def setUpClass(cls) -> None:
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)
        facenet.load_plugin(PLUGIN)

    def convert(self, source: Path, *options: str) -> bytes:
        """By heif-enc."""
        target = source.with_suffix(".heic")
        make("heif-enc", *(options or ("-q", "90")), "-p", "preset=ultrafast", source, "-o", target)
        return target.read_bytes()

    def tiles(self, pixels: Any, side: int) -> List[Coded]:
        """A picture in square tiles; the last ones go on with their last pixels, as those of phones do."""
        height, width = pixels.shape[:2]
        rows, columns = -(-height // side), -(-width // side)
        padded = np.pad(pixels, ((0, rows * side - height), (0, columns * side - width), (0, 0)), mode="edge")
        coded = []
        for row in range(rows):
            for column in range(columns):
                part = padded[row * side : (row + 1) * side, column * side : (column + 1) * side]
                coded.append(coded_picture(self.convert(write_png(self.folder / "tile.png", part))))
        return coded

    def test_pictures_of_any_size(self) -> None:
        for width, height in ((320, 400), (321, 399), (64, 64)):
            source = write_png(self.folder / "plain.png", photograph(width, height))
            found = facenet.Image.decode(self.convert(source)).pixels
            self.assertGreater(likeness(found, photograph(width, height)), 30)

    def test_grids_of_tiles_turned_as_phones_turn_them(self) -> None:
        """All orientations, each stated twice, as phones do: by properties, which count, and in EXIF, which does not."""
        stored = photograph(300, 200)
        tiles = self.tiles(stored, 128)
        for orientation, turns in enumerate(TURNS, 1):
            data = grid(tiles, 3, 128, 300, 200, turns, exif(orientation))
            found = facenet.Image.decode(data).pixels
            expected = facenet.Image.open(write_jpeg(self.folder / "turned.jpg", stored, orientation)).pixels
            self.assertEqual(found.shape[1] > found.shape[0], orientation < 5)
            self.assertGreater(likeness(found, expected), 30, orientation)

    def test_an_orientation_in_exif_alone_turns_nothing(self) -> None:
        """ISO/IEC 23008-12 has readers ignore it."""
        source = write_jpeg(self.folder / "told.jpg", photograph(), 6)
        data = self.convert(source)
        self.assertIn(exif(6), data)
        self.assertGreater(likeness(facenet.Image.decode(data).pixels, photograph()), 30)

    def test_gray_is_gray(self) -> None:
        gray = photograph()[..., 1]
        found = facenet.Image.decode(self.convert(write_png(self.folder / "gray.png", gray))).pixels
        self.assertGreater(likeness(found, np.repeat(gray[..., None], 3, axis=2)), 30)
        self.assertLessEqual(int(np.ptp(found.astype(int), axis=2).max()), 1)

    def test_ten_bits(self) -> None:
        deep = np.linspace(0, 65535, 256 * 64).reshape(64, 256).astype(np.uint16)
        data = self.convert(write_png(self.folder / "deep.png", deep), "-q", "95", "-b", "10")
        found = facenet.Image.decode(data).pixels
        self.assertGreater(likeness(found, np.repeat((deep >> 8).astype(np.uint8)[..., None], 3, axis=2)), 40)

    def test_what_is_transparent_shows_white(self) -> None:
        pixels = np.dstack([photograph(), np.linspace(0, 255, 400 * 320).reshape(400, 320).astype(np.uint8)])
        source = write_png(self.folder / "transparent.png", pixels)
        found = facenet.Image.decode(self.convert(source)).pixels
        self.assertGreater(likeness(found, over_white(pixels)), 30)

    def test_faces_are_as_in_the_original(self) -> None:
        converted = [self.folder / f"{path.stem}.heic" for path in (PHOTOGRAPH, OTHER_MAN)]
        for source, target in zip((PHOTOGRAPH, OTHER_MAN), converted):
            make("heif-enc", "-q", "80", source, "-o", target)
        self.assertTrue(facenet.verify(converted[0], ANOTHER))
        self.assertFalse(facenet.verify(converted[0], converted[1]))
        done = run(BUILD / "bin" / "facenet", "detect", converted[0], FACENET_PLUGINS=str(PLUGIN))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("910x1137  1 face", done.stdout)
        without = run(BUILD / "bin" / "facenet", "detect", converted[0])
        self.assertIn("a HEIC file cannot be read", without.stdout)

    def test_what_is_no_picture_is_refused_by_a_sentence(self) -> None:
        whole = self.convert(write_png(self.folder / "whole.png", photograph(320, 400)))
        begin, _ = content(whole, b"mdat")
        middle = begin + (len(whole) - begin) // 2
        for data, expected in (
            (whole[: len(whole) // 2], "outside of file bounds"),
            (whole[:40], "No 'meta' box"),
            (whole[:middle] + bytes(len(whole) - middle), "a coded picture is damaged"),
        ):
            with self.assertRaisesRegex(facenet.CorruptError, rf"{expected}.*\(the decoder heif of the plugin decoder-heif\)"):
                facenet.Image.decode(data)

    def test_threads_decode_beside_each_other(self) -> None:
        """Each within a budget of its own."""
        data = grid(self.tiles(photograph(300, 200), 128), 3, 128, 300, 200)
        expected = facenet.Image.decode(data).pixels
        with ThreadPoolExecutor(4) as pool:
            for found in pool.map(lambda _: facenet.Image.decode(data).pixels, range(16)):
                np.testing.assert_array_equal(found, expected)

    def test_other_codings_are_refused(self) -> None:
        """AV1 under the name of HEVC would go to a decoder without limits."""
        target = self.folder / "other.avif"
        make("heif-enc", "--avif", "-q", "50", write_png(self.folder / "other.png", photograph(64, 64)), "-o", target)
        with self.assertRaisesRegex(facenet.FacenetError, "AVIF file cannot be read"):
            facenet.Image.open(target)
        with self.assertRaisesRegex(facenet.CorruptError, "coded data are no HEVC"):
            facenet.Image.decode(target.read_bytes().replace(b"ftypavif", b"ftypheic"))

    def test_a_size_beyond_the_limit_is_refused_whoever_states_it(self) -> None:
        """The file, or the grid within it; what coded data state is a matter of test_mutations.py."""
        data = self.convert(write_png(self.folder / "small.png", photograph(64, 64)))
        with self.assertRaisesRegex(facenet.TooLargeError, "15000x15000"):
            facenet.Image.decode(with_size(data, 15000, 15000))
        tile = coded_picture(data)
        for side in (3000, 20000, 65535):
            with self.assertRaisesRegex(facenet.TooLargeError, "coded pictures that are larger than the limit"):
                facenet.Image.decode(grid([tile], 1, 64, 64, 64, stated=(side, side)))


if __name__ == "__main__":
    unittest.main()
