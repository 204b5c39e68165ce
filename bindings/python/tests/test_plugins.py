"""Plugins are loaded, listed and used, and what is refused says why; the embedder template is built as its README says."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support import MODELS, ONE, OTHER, PACKAGE, ROOT, needs_data

import facenet

TEMPLATE = ROOT / "plugins" / "embedder-template"
PKG_CONFIG = ROOT / "build" / "lib" / "pkgconfig"


@unittest.skipUnless(shutil.which("cc") and shutil.which("make") and TEMPLATE.exists(), "no C compiler, or no checkout")
@unittest.skipUnless(PKG_CONFIG.exists(), "the library is not built in this checkout")
class Template(unittest.TestCase):
    plugin: Path

    @classmethod
    def setUpClass(cls) -> None:
        """Outside the tree, with nothing but pkg-config and the header that it names."""
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        place = Path(folder.name) / "mine"
        shutil.copytree(TEMPLATE, place)
        environment = dict(os.environ, PKG_CONFIG_PATH=str(PKG_CONFIG), CFLAGS="-Wall -Wextra -pedantic -Werror")
        subprocess.run(["make", "--no-print-directory", "-s"], cwd=place, env=environment, check=True)
        cls.plugin = place / "embedder-template.so"

    def test_it_needs_nothing_of_the_library(self) -> None:
        plugin = ctypes.CDLL(str(self.plugin))
        self.assertTrue(hasattr(plugin, "facenet_plugin_entry"))
        linked = subprocess.run(["ldd", str(self.plugin)], check=True, stdout=subprocess.PIPE, text=True).stdout
        self.assertNotIn("facenet", linked.replace(str(self.plugin), ""))

    def test_it_is_short(self) -> None:
        self.assertLessEqual(len((TEMPLATE / "embedder.c").read_text("utf-8").splitlines()), 65)

    def test_it_is_loaded_once_and_listed(self) -> None:
        for path in (self.plugin, str(self.plugin), self.plugin.parent):
            facenet.load_plugin(path)
        mine = [component for component in facenet.plugins() if component.plugin == "embedder-template"]
        self.assertEqual([(c.kind, c.name, c.version, c.licence) for c in mine], [("embedder", "squares", "1.0", "Apache-2.0")])
        self.assertEqual(mine[0].file, str(self.plugin.resolve()))

    def test_it_embeds(self) -> None:
        facenet.load_plugin(self.plugin)
        with facenet.Embedder("squares") as embedder:
            self.assertEqual((embedder.dimension, embedder.side), (64, 64))
            self.assertAlmostEqual(embedder.threshold, 0.02, places=6)

    @needs_data
    def test_it_verifies_photographs(self) -> None:
        code = (
            "import sys, facenet\n"
            "facenet.load_plugin(sys.argv[1])\n"
            "pipeline = facenet.Pipeline(embedder=facenet.Embedder('squares'))\n"
            "print(pipeline.verify(sys.argv[2], sys.argv[2]).distance, pipeline.verify(sys.argv[2], sys.argv[3]).distance)"
        )
        environment = dict(os.environ, PYTHONPATH=str(PACKAGE), FACENET_MODELS=str(MODELS))
        command = [sys.executable, "-c", code, str(self.plugin), ONE, OTHER]
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        same, other = (float(word) for word in done.stdout.split())
        self.assertEqual(same, 0)
        self.assertGreater(other, 0)


class Refusals(unittest.TestCase):
    def test_each_is_an_exception_by_kind(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "text.so").write_text("no library\n")
            before = facenet.plugins()
            for path in (folder / "text.so", folder):
                with self.assertRaisesRegex(facenet.CorruptError, r"text\.so: it is not a shared object"):
                    facenet.load_plugin(path)
            with self.assertRaisesRegex(facenet.NotFoundError, "missing"):
                facenet.load_plugin(folder / "missing.so")
            (folder / "text.so").chmod(0o666)
            with self.assertRaisesRegex(facenet.InvalidArgumentError, "anybody may write it"):
                facenet.load_plugin(folder / "text.so")
            self.assertEqual(facenet.plugins(), before)

    def test_the_environment_loads_nothing(self) -> None:
        code = "import facenet; print(sum(component.plugin is not None for component in facenet.plugins()))"
        environment = dict(os.environ, PYTHONPATH=str(PACKAGE), FACENET_PLUGINS="/no/such/plugin.so")
        done = subprocess.run([sys.executable, "-c", code], env=environment, check=True, stdout=subprocess.PIPE, text=True)
        self.assertEqual(done.stdout, "0\n")


if __name__ == "__main__":
    unittest.main()
