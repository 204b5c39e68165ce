"""`make install`: which files lie where, that they find each other, and that compilers and build tools find them."""

import os
import shlex
import shutil
import stat
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from stage import BUILD, BUILT, ROOT, TRIPLET, files, make, run  # noqa: E402

VERSION = run(["sh", "scripts/version.sh"]).stdout.strip()
PROGRAM = """#include <facenet.h>
#include <stdio.h>
int main(void) { printf("%u %d\\n", facenet_version(), FACENET_VERSION); return 0; }
"""
PROJECT = """cmake_minimum_required(VERSION 3.13)
project(tiny C)
find_package(facenet {version} {words})
add_executable(tiny tiny.c)
target_link_libraries(tiny PRIVATE facenet::facenet)
"""


@unittest.skipUnless(BUILT, "the library and the program were not built")
class Stage(unittest.TestCase):
    folder: Path

    @classmethod
    def setUpClass(cls) -> None:
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)
        cls.local, cls.debian = cls.folder / "local", cls.folder / "debian"
        make("install", cls.local)
        make("install", cls.debian, "PREFIX=/usr", f"LIBDIR={TRIPLET}")

    def test_files_lie_where_they_are_looked_for(self) -> None:
        found = set(files(self.debian))
        libraries = TRIPLET[1:]
        for name in (
            "usr/bin/facenet", "usr/include/facenet.h", "usr/include/facenet_plugin.h", f"{libraries}/libfacenet.so.{VERSION}",
            f"{libraries}/libfacenet.so.0", f"{libraries}/libfacenet.so", f"{libraries}/pkgconfig/facenet.pc",
            f"{libraries}/cmake/facenet/facenet-config.cmake", f"{libraries}/cmake/facenet/facenet-config-version.cmake",
            "usr/share/man/man1/facenet.1", "usr/share/man/man1/facenet-model-install.1",
            "usr/share/bash-completion/completions/facenet", "usr/share/zsh/site-functions/_facenet",
            "usr/share/facenet/models/recipe.py", "usr/share/facenet/models/requirements.txt",
            "usr/share/facenet/models/environment.sh", "usr/share/facenet/models/dlib.md",
            "usr/share/doc/facenet/README.md", "usr/share/doc/facenet/CHANGELOG.md", "usr/share/doc/facenet/LICENSE",
        ):
            self.assertIn(name, found)
        self.assertEqual(len(found), len(files(self.local)))
        self.assertEqual(os.readlink(self.debian / libraries / "libfacenet.so"), "libfacenet.so.0")
        self.assertEqual(os.readlink(self.debian / libraries / "libfacenet.so.0"), f"libfacenet.so.{VERSION}")

    def test_modes(self) -> None:
        for path in self.local.rglob("*"):
            expected = 0o755 if path.is_dir() or path.parent.name == "bin" else 0o644
            if not path.is_symlink():
                self.assertEqual(stat.S_IMODE(path.stat().st_mode), expected, str(path))

    def test_no_file_knows_where_it_was_staged_or_built(self) -> None:
        for stage in (self.local, self.debian):
            for name in files(stage):
                content = (stage / name).read_bytes()
                self.assertNotIn(str(self.folder).encode(), content, name)
                if not name.endswith("bin/facenet") and ".so" not in name:
                    self.assertNotIn(str(ROOT).encode(), content, name)

    def test_installing_leaves_the_build_alone(self) -> None:
        def times() -> "dict[str, int]":
            return {str(path): path.stat().st_mtime_ns for path in (BUILD / "lib").rglob("*")}

        before = times()
        make("install", self.folder / "third")
        self.assertEqual(times(), before)

    def test_uninstalling_leaves_what_is_not_ours(self) -> None:
        stage = self.folder / "removed"
        make("install", stage)
        own = stage / "usr/local/share/facenet/models/own.onnx"
        own.write_bytes(b"somebody's")
        make("uninstall", stage)
        self.assertEqual(files(stage), ["usr/local/share/facenet/models/own.onnx"])
        self.assertFalse((stage / "usr/local/share/doc/facenet").exists())

    def test_a_relative_prefix_is_refused(self) -> None:
        done = run(["make", "install", f"DESTDIR={self.folder / 'none'}", "PREFIX=usr"])
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("begin with /, got 'usr'", done.stderr)
        self.assertFalse((self.folder / "none").exists())

    def test_pkg_config(self) -> None:
        for stage, libraries in ((self.local, "/usr/local/lib"), (self.debian, TRIPLET)):
            place = str(stage) + libraries
            asked = ["pkg-config", "--cflags", "--libs", "facenet"]
            told = run(asked, PKG_CONFIG_PATH=f"{place}/pkgconfig", PKG_CONFIG_SYSROOT_DIR=str(stage))
            program = self.folder / "program"
            source = self.folder / "program.c"
            source.write_text(PROGRAM, "utf-8")
            done = run(["cc", str(source), "-o", str(program), f"-I{stage}/usr/include", *shlex.split(told.stdout)])
            self.assertEqual(done.returncode, 0, done.stderr)
            said = run([str(program)], LD_LIBRARY_PATH=place).stdout.split()
            self.assertEqual(said[0], said[1])

    def test_plugins_lie_where_pkg_config_says(self) -> None:
        built = sorted(path.name for path in (BUILD / "plugins").glob("*.so"))
        if not built:
            self.skipTest("no plugins were built")
        for stage, libraries in ((self.local, "/usr/local/lib"), (self.debian, TRIPLET)):
            asked = ["pkg-config", "--variable=plugindir", "facenet"]
            told = run(asked, PKG_CONFIG_PATH=f"{stage}{libraries}/pkgconfig").stdout.strip()
            self.assertEqual(told, f"{libraries}/facenet/plugins")
            self.assertEqual(files(Path(f"{stage}{told}")), built)
            listed = run([str(BUILD / "bin" / "facenet"), "plugin", "list", "--plugin", f"{stage}{told}"])
            self.assertEqual(listed.returncode, 0, listed.stderr)
            self.assertTrue(all(name in listed.stdout for name in built), listed.stdout)

    def test_pkg_config_moves_with_its_prefix(self) -> None:
        asked = ["pkg-config", "--define-variable=prefix=/elsewhere", "--cflags", "--libs", "facenet"]
        told = run(asked, PKG_CONFIG_PATH=f"{self.local}/usr/local/lib/pkgconfig").stdout
        self.assertEqual(told.split(), ["-I/elsewhere/include", "-L/elsewhere/lib", "-lfacenet"])

    def cmake(self, stage: Path, version: str, words: str) -> "tuple[int, str]":
        """Configures, builds and runs a project that asks for a version; status and output."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "CMakeLists.txt").write_text(PROJECT.format(version=version, words=words), "utf-8")
            (folder / "tiny.c").write_text(PROGRAM, "utf-8")
            prefix = stage / ("usr/local" if stage == self.local else "usr")
            for command in (
                ["cmake", "-S", name, "-B", f"{name}/build", f"-DCMAKE_PREFIX_PATH={prefix}",
                 "-DCMAKE_LIBRARY_ARCHITECTURE=x86_64-linux-gnu"],
                ["cmake", "--build", f"{name}/build"],
                [f"{name}/build/tiny"],
            ):
                done = run(command)
                if done.returncode != 0:
                    break
            return done.returncode, done.stdout + done.stderr

    @unittest.skipUnless(shutil.which("cmake"), "cmake is not installed")
    def test_cmake(self) -> None:
        for stage in (self.local, self.debian):
            for version in ("", "0.1", f"{VERSION} EXACT"):
                status, said = self.cmake(stage, version, "REQUIRED")
                self.assertEqual(status, 0, said)
                self.assertEqual(len(set(said.split())), 1, said)

    @unittest.skipUnless(shutil.which("cmake"), "cmake is not installed")
    def test_cmake_refuses_other_versions(self) -> None:
        for version in ("0.99", "1.0"):
            status, said = self.cmake(self.local, version, "REQUIRED")
            self.assertNotEqual(status, 0)
            self.assertIn(f"version: {VERSION}", said)

    def test_the_installed_program_finds_the_installed_recipes(self) -> None:
        program = str(self.local / "usr/local/bin/facenet")
        done = run([program, "model", "install", "nothing"])
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is one for retinaface, facenet, dlib, mtcnn, centerface, edgeface-s", done.stderr)

    def test_installed_recipes_are_complete(self) -> None:
        recipes = self.local / "usr/local/share/facenet/models"
        python = BUILD / "venv" / "bin" / "python"
        if not python.exists():
            self.skipTest("the recipes' environment was not made")
        for card in recipes.glob("*.md"):
            done = run([str(python), "-B", str(card.with_suffix(".py")), "--help"])
            self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
