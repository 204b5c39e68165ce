"""Puts libfacenet.so.0 into the package where there is one to carry; pyproject.toml says the rest.

FACENET_BUNDLE names the library to carry; empty for none, so that the system's is found at run time. Where it is not
set, the library that `make build` left in the checkout is carried, if it is there.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:  # setuptools before 70.1
    from wheel.bdist_wheel import bdist_wheel

SONAME = "libfacenet.so.0"
BUILT = Path(__file__).resolve().parents[2] / "build" / "lib" / SONAME
CARRIED = os.environ.get("FACENET_BUNDLE", str(BUILT) if BUILT.exists() else "")


class BuildPackage(build_py):
    """The modules, and the library beside them."""

    def run(self):
        super().run()
        target = Path(self.build_lib) / "facenet" / SONAME
        target.unlink(missing_ok=True)
        if CARRIED:
            shutil.copyfile(CARRIED, target)

    def get_outputs(self, include_bytecode=True):
        carried = [str(Path(self.build_lib) / "facenet" / SONAME)] if CARRIED else []
        return super().get_outputs(include_bytecode) + carried


class BuildWheel(bdist_wheel):
    """A wheel for any Python 3."""

    def get_tag(self):
        return ("py3", "none", super().get_tag()[2])


class PackageWithLibrary(Distribution):
    """A distribution for this platform alone where it carries the library."""

    def has_ext_modules(self):
        return bool(CARRIED)


setup(cmdclass={"build_py": BuildPackage, "bdist_wheel": BuildWheel}, distclass=PackageWithLibrary)
