"""Decoders get files that are cut and changed, under AddressSanitizer, with nothing of the library: mutate.c is the host."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any, Tuple

from heif_file import coded_picture, grid, overlay, with_size
from pictures import ROOT, exif, make, needs, np, photograph, run, write_jpeg, write_png

CHANGES = int(os.environ.get("MUTATIONS", "300"))
"""Cut files, and as many changed ones, of each picture; more for a search that lasts."""
SANITIZE = "-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined"


class Mutations:
    """What the decoders share: a plugin and its host, built under the sanitizers and without them."""

    plugin: str
    folder: Path

    @classmethod
    def setUpClass(cls) -> None:
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)  # type: ignore[attr-defined]
        cls.folder = Path(temporary.name)
        cls.build("plain", "-g -O1")
        cls.build("checked", SANITIZE)

    @classmethod
    def build(cls, kind: str, flags: str) -> None:
        """In a copy of the plugin's folder, outside the tree, with the header that pkg-config names."""
        out = cls.folder / kind
        shutil.copytree(ROOT / "plugins" / cls.plugin, out)
        words = flags.split()
        make("cc", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", *words, f"-I{ROOT / 'include'}",
             ROOT / "plugins/tests/mutate.c", "-o", out / "mutate", "-ldl")
        # A host brings the sanitizers' symbols, so -z defs has to go.
        done = run("make", "-s", "-C", out, CFLAGS=f"{flags} -Wall -Wextra -Werror",
                   LDFLAGS="-Wl,-z,undefs", PKG_CONFIG_PATH=str(ROOT / "build/lib/pkgconfig"))
        if done.returncode != 0:
            raise AssertionError(done.stdout)

    def mutate(self, kind: str, picture: Path, changes: int) -> "subprocess.CompletedProcess[str]":
        out = self.folder / kind
        return run(out / "mutate", out / f"{self.plugin}.so", picture, changes, 1, ASAN_OPTIONS="allocator_may_return_null=1")

    def test_it_exports_its_entry_and_needs_nothing_of_the_library(self) -> None:
        plugin = self.folder / "plain" / f"{self.plugin}.so"
        exported = run("nm", "--dynamic", "--defined-only", plugin).stdout.split()
        assert [word for word in exported if word.startswith("facenet")] == ["facenet_plugin_entry"], exported
        linked = run("ldd", plugin).stdout.replace(str(plugin), "")
        assert "facenet" not in linked and "not found" not in linked, linked

    def expect_sentences(self, picture: Path) -> Tuple[int, int]:
        """No crash, and a sentence for each refusal; how many were decoded and refused."""
        done = self.mutate("checked", picture, CHANGES)
        assert done.returncode == 0, done.stdout
        # The libraries print nothing either.
        decoded, refused, _ = map(int, done.stdout.split())
        return decoded, refused


@needs("decoder-webp", "cwebp", "webpmux", "cc")
class WebP(Mutations, unittest.TestCase):
    plugin = "decoder-webp"

    def converted(self, name: str, pixels: Any, *options: str) -> Path:
        source = write_png(self.folder / f"{name}.png", pixels)
        make("cwebp", "-quiet", *options, source, "-o", source.with_suffix(".webp"))
        return source.with_suffix(".webp")

    def test_lossy_lossless_transparent_and_moving(self) -> None:
        transparent = np.dstack([photograph(80, 100), photograph(80, 100)[..., 0]])
        pictures = [
            self.converted("lossy", photograph(160, 200)), self.converted("lossless", photograph(80, 100), "-lossless"),
            self.converted("transparent", transparent), self.converted("exact", transparent, "-lossless"),
        ]
        block, told, moves = (self.folder / name for name in ("block", "told.webp", "moves.webp"))
        block.write_bytes(exif(6))
        make("webpmux", "-set", "exif", block, pictures[0], "-o", told)
        make("webpmux", "-frame", pictures[1], "+10+8+8", "-frame", pictures[2], "+10", "-o", moves)
        for picture in (*pictures, told, moves):
            _, refused = self.expect_sentences(picture)
            self.assertGreaterEqual(refused, CHANGES)


@needs("decoder-heif", "heif-enc", "cc")
class HEIF(Mutations, unittest.TestCase):
    plugin = "decoder-heif"

    def converted(self, name: str, pixels: Any, quality: int = 60) -> Path:
        source = self.folder / f"{name}.png"
        write_png(source, pixels)
        make("heif-enc", "-q", quality, "-p", "preset=ultrafast", source, "-o", source.with_suffix(".heic"))
        return source.with_suffix(".heic")

    def test_plain_told_transparent_and_tiled(self) -> None:
        transparent = np.dstack([photograph(80, 100), photograph(80, 100)[..., 0]])
        told = write_jpeg(self.folder / "told.jpg", photograph(96, 120), 6).with_suffix(".heic")
        make("heif-enc", "-p", "preset=ultrafast", told.with_suffix(".jpg"), "-o", told)
        tiled = self.folder / "tiled.heic"
        tile = coded_picture(self.converted("tile", photograph(64, 64)).read_bytes())
        tiled.write_bytes(grid([tile] * 6, 3, 64, 180, 100, exif=exif(3)))
        for picture in (self.converted("plain", photograph(97, 121)), told, self.converted("both", transparent), tiled):
            _, refused = self.expect_sentences(picture)
            self.assertGreaterEqual(refused, CHANGES)

    def test_coded_data_cost_no_more_than_the_file_may(self) -> None:
        """A file of some kilobytes that says it shows 16 x 16 pixels, and whose coded data say 3072 x 3072."""
        data = self.converted("bomb", np.full((3072, 3072), 9, np.uint8), 10).read_bytes()
        self.assertLess(len(data), 100_000)
        bomb = self.folder / "bomb.heic"
        bomb.write_bytes(with_size(data, 16, 16))
        done = self.mutate("plain", bomb, 0)
        self.assertEqual(done.returncode, 1)
        self.assertIn("larger than the limit", done.stdout)

    def test_coded_pictures_are_counted_together(self) -> None:
        """One coded picture of 512 x 512 pixels, decoded again and again for one that shows no more."""
        coded = coded_picture(self.converted("large", np.full((512, 512), 9, np.uint8), 10).read_bytes())
        for count, status in ((10, 0), (100, 1)):
            bomb = self.folder / "layers.heic"
            bomb.write_bytes(overlay(coded, count, 512))
            done = self.mutate("plain", bomb, 0)
            self.assertEqual(done.returncode, status, done.stdout)
        self.assertIn("larger than the limit", done.stdout)


if __name__ == "__main__":
    unittest.main()
