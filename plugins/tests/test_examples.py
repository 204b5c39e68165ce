"""plugins/examples: each is built outside the tree against an installed library, and does what the template in C does.

Two Swift runtimes and more are then in one process: the library's, that of the toolchain, and a plugin's own.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Dict, Sequence, Tuple

from pictures import ANOTHER, BUILD, MODELS, PHOTOGRAPH, ROOT, make, np, run

import facenet

try:
    from onnx import TensorProto, helper
except ImportError:
    helper = None  # type: ignore[assignment]

EXAMPLES = ROOT / "plugins" / "examples"
COMPILERS = {"embedder-template": "cc", "embedder-cpp": "c++", "embedder-rust": "rustc", "embedder-swift": "swiftc"}
NAMES = {
    "embedder-template": "squares", "embedder-cpp": "squares-cpp", "embedder-rust": "squares-rust",
    "embedder-swift": "squares-swift", "embedder-static": "squares-static",
}
"""The embedder of each."""

MISSING = [path.name for path in (PHOTOGRAPH, ANOTHER, MODELS / "retinaface.onnx") if not path.exists()]
NEEDED = [tool for tool in ("cc", "make", "pkg-config") if not shutil.which(tool)]
NEEDED += [] if (BUILD / "lib" / "libfacenet.so").exists() else ["built library"]


class Installed(unittest.TestCase):
    """An installed library, and a folder outside the tree for what is built with nothing but that."""

    folder: Path
    environment: Dict[str, str]

    @classmethod
    def setUpClass(cls) -> None:
        if NEEDED:
            raise unittest.SkipTest(f"examples of plugins: there is no {', '.join(NEEDED)}")
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)
        stage = cls.folder / "stage"
        libraries = stage / "usr/local/lib"
        place = ("PREFIX=/usr/local", "LIBDIR=/usr/local/lib", f"DESTDIR={stage}")
        make("make", "--no-print-directory", "-C", ROOT, "install", *place)
        cls.environment = {
            "PKG_CONFIG_PATH": str(libraries / "pkgconfig"), "PKG_CONFIG_SYSROOT_DIR": str(stage),
            "LD_LIBRARY_PATH": str(libraries), "FACENET_MODELS": str(MODELS),
        }

    def built(self, source: Path, *words: str) -> Path:
        """The plugin of a folder, which is copied first; words go to make."""
        place = self.folder / source.name
        if not place.exists():
            shutil.copytree(source, place, ignore=shutil.ignore_patterns("*.so"))
        done = run("make", "-s", "-C", place, *words, CFLAGS="-O2 -Wall -Wextra -pedantic -Werror",
                   CXXFLAGS="-O2 -Wall -Wextra -pedantic -Werror", RUSTFLAGS="-O -D warnings",
                   SWIFTFLAGS="-O -warnings-as-errors", **self.environment)
        self.assertEqual(done.returncode, 0, done.stdout)
        plugin = next(place.glob("*.so"))
        exported = run("nm", "--dynamic", "--defined-only", plugin).stdout.split()
        self.assertIn("facenet_plugin_entry", exported)
        linked = run("ldd", plugin, LD_LIBRARY_PATH="").stdout.replace(str(plugin), "")
        self.assertNotIn("facenet", linked)
        self.assertNotIn("not found", linked)
        return plugin

    def needs(self, example: str) -> None:
        compiler = COMPILERS[example]
        if not shutil.which(compiler):
            self.skipTest(f"{example}: there is no {compiler}")


@unittest.skipIf(bool(MISSING), f"examples of plugins: there is no {', '.join(MISSING)}")
class Embedders(Installed):
    def plugin(self, example: str) -> Path:
        self.needs("embedder-swift" if example == "embedder-static" else example)
        if example == "embedder-static":
            return self.static_swift()
        return self.built(ROOT / "plugins" / example if example == "embedder-template" else EXAMPLES / example)

    def static_swift(self) -> Path:
        """The example in Swift under another name, with a runtime of its own."""
        place = self.folder / "embedder-static"
        if not place.exists():
            shutil.copytree(EXAMPLES / "embedder-swift", place, ignore=shutil.ignore_patterns("*.so"))
            source = place / "embedder.swift"
            text = source.read_text("utf-8").replace("squares-swift", "squares-static")
            source.write_text(text.replace('"embedder-swift"', '"embedder-static"'), "utf-8")
        return self.built(place, "RUNTIME=-static-stdlib")

    def verify(self, examples: Sequence[str], other: Path = ANOTHER) -> Dict[str, Tuple[str, str]]:
        """Distance and refusal of each, from one process in C that has loaded all of them."""
        host = self.folder / "verify"
        flags = run("pkg-config", "--cflags", "--libs", "facenet", **self.environment).stdout.split()
        source = ROOT / "plugins/tests/verify.c"
        make("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", source, "-o", host, *flags, "-pthread")
        words = [word for example in examples for word in (self.plugin(example), NAMES[example])]
        done = run(host, PHOTOGRAPH, other, *words, **self.environment)
        self.assertEqual(done.returncode, 0, done.stdout)
        lines = done.stdout.splitlines()
        return {name: (distance, refusal) for (name, distance), refusal in zip(map(str.split, lines[::2]), lines[1::2])}

    def expect(self, examples: Sequence[str]) -> None:
        """All of them find what the template finds, and the same photograph at no distance."""
        expected = self.verify(["embedder-template"])["squares"][0]
        self.assertGreater(float(expected), 0.1)
        found = self.verify(examples)
        for example in examples:
            name = NAMES[example]
            self.assertEqual(found[name][0], expected)
            if example != "embedder-template":
                sentence = f"{name} takes nothing behind its name (the embedder {name} of the plugin {example})"
                self.assertEqual(found[name][1], sentence)
        self.assertEqual({float(distance) for distance, _ in self.verify(examples, PHOTOGRAPH).values()}, {0.0})

    def test_cpp(self) -> None:
        self.expect(["embedder-cpp"])

    def test_rust(self) -> None:
        self.expect(["embedder-rust"])

    def test_a_panic_of_rust_is_a_sentence(self) -> None:
        done = self.program("embedder-rust", "squares-rust:panic")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stdout.count("\n"), 1, done.stdout)
        self.assertIn("the plugin panicked: as was wished (the embedder squares-rust of the plugin", done.stdout)

    def test_swift_with_the_runtime_of_the_toolchain(self) -> None:
        linked = run("ldd", self.plugin("embedder-swift")).stdout
        self.assertIn("libswiftCore.so", linked)
        self.expect(["embedder-swift"])

    def test_swift_with_a_runtime_of_its_own(self) -> None:
        linked = run("ldd", self.plugin("embedder-static")).stdout
        self.assertNotIn("libswift", linked)
        self.expect(["embedder-static"])

    def test_three_swift_runtimes_and_all_others_in_one_process(self) -> None:
        self.expect([example for example in NAMES if shutil.which(COMPILERS.get(example, "swiftc"))])

    def test_the_program_uses_each(self) -> None:
        """It is in Swift itself, and exports what plugins might find."""
        for example, name in NAMES.items():
            with self.subTest(example=example):
                done = self.program(example, name)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertRegex(done.stdout, r"distance \d.*different people")

    def program(self, example: str, embedder: str) -> Any:
        command = [self.folder / "stage/usr/local/bin/facenet", "verify", "--plugin", self.plugin(example)]
        return run(*command, "--embedder", embedder, PHOTOGRAPH, ANOTHER, **self.environment)

    @unittest.skipIf(np is None, "numpy is not installed")
    def test_python(self) -> None:
        script = shutil.copy(EXAMPLES / "embedder-python" / "embedder.py", self.folder)
        expected = self.program("embedder-template", "squares").stdout.split()[1]
        done = run(sys.executable, script, PHOTOGRAPH, ANOTHER, PYTHONPATH=str(ROOT / "bindings/python"),
                   FACENET_LIBRARY=str(self.folder / "stage/usr/local/lib/libfacenet.so.0"), **self.environment)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(done.stdout.strip(), expected)


@unittest.skipIf(helper is None, "onnx is not installed")
class Closure(Installed):
    """libc's qsort, which takes a comparator without a context, is an operator."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        if run("pkg-config", "--exists", "libffi").returncode != 0:
            raise unittest.SkipTest("operator-closure: there is no libffi-dev")

    def setUp(self) -> None:
        facenet.load_plugin(self.built(EXAMPLES / "operator-closure"))

    def model(self, column: int) -> Any:
        node = helper.make_node("SortRows", ["x"], ["y"], domain="com.example", column=column)
        values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", 3]) for name in "xy"]
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.example", 1)]
        graph = helper.make_graph([node], "sorting", values[:1], values[1:])
        return facenet.Model(helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString())

    def sort(self, column: int, rows: Any) -> Any:
        with self.model(column) as model:
            return model.run(rows)[0]

    def test_rows_are_sorted_by_the_attribute_on_all_threads_at_once(self) -> None:
        generator = np.random.default_rng(1)
        rows = generator.permuted(np.tile(np.arange(500, dtype=np.float32)[:, None], (1, 3)), axis=0)
        columns = [0, 1, 2] * 8
        with ThreadPoolExecutor(4) as pool:
            for column, found in zip(columns, pool.map(lambda column: self.sort(column, rows), columns)):
                np.testing.assert_array_equal(found, rows[np.argsort(rows[:, column])])

    def test_what_is_no_number_comes_last(self) -> None:
        rows = np.array([[np.nan, 1, 1], [2, 2, 2], [-np.inf, 3, 3]], np.float32)
        np.testing.assert_array_equal(self.sort(0, rows)[:, 1], [3, 2, 1])

    def test_no_such_column(self) -> None:
        for column in (3, -1, 2**62):
            with self.assertRaisesRegex(facenet.InvalidArgumentError, "there is no such column"):
                self.sort(column, np.zeros((2, 3), np.float32))


if __name__ == "__main__":
    unittest.main()
