"""What debian/ states twice, since it must, agrees with the sources."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEBIAN = ROOT / "debian"


class Debian(unittest.TestCase):
    def test_the_symbols_file_has_exactly_what_is_exported(self) -> None:
        exported = re.findall(r"^    (facenet_\w+);$", (ROOT / "Sources/SharedLibrary/exports.map").read_text(), re.MULTILINE)
        stated = re.findall(r"^ (facenet_\w+)@FACENET_\S+ \S+$", (DEBIAN / "libfacenet0.symbols").read_text(), re.MULTILINE)
        self.assertTrue(exported)
        self.assertEqual(stated, sorted(exported), "debian/libfacenet0.symbols: add a line for each new function")

    def test_the_package_has_the_version_of_the_header(self) -> None:
        header = (ROOT / "include/facenet.h").read_text()
        parts = [re.search(rf"#define FACENET_VERSION_{part} (\d+)", header) for part in ("MAJOR", "MINOR", "PATCH")]
        version = ".".join(part.group(1) for part in parts if part)
        self.assertRegex((DEBIAN / "changelog").read_text().splitlines()[0], rf"^libfacenet \({re.escape(version)}\) ")

    def test_the_packages_are_named_by_the_major_version_of_the_library(self) -> None:
        soname = re.search(r"-soname=(libfacenet\.so\.(\d+))", (ROOT / "Package.swift").read_text())
        assert soname
        self.assertIn(f"\nPackage: libfacenet{soname.group(2)}\n", (DEBIAN / "control").read_text())
        first = (DEBIAN / "libfacenet0.symbols").read_text().splitlines()[0]
        self.assertEqual(first, f"{soname.group(1)} libfacenet{soname.group(2)} #MINVER#")

    def test_every_plugin_that_is_installed_has_a_package(self) -> None:
        shipped = re.search(r"^PLUGINS \?= (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert shipped
        for name in shipped.group(1).split():
            package = "facenet-plugin-" + name.split("-", 1)[1]
            self.assertIn(f"\nPackage: {package}\n", (DEBIAN / "control").read_text())
            self.assertEqual((DEBIAN / f"{package}.install").read_text(), f"usr/lib/*/facenet/plugins/{name}.so\n")
            self.assertIn(package, (DEBIAN / "tests" / "control").read_text())


if __name__ == "__main__":
    unittest.main()
