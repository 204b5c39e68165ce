"""Puts libfacenet.so.0 into the package where there is one to carry, and the recipes for models with it; pyproject.toml
says the rest.

FACENET_BUNDLE names the library to carry; empty for none, so that the system's is found at run time. Where it is not
set, the library that `make build` left in the checkout is carried, if it is there. FACENET_ROOT names the checkout that
the recipes are taken from, where it is not the one around this file.
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
ROOT = Path(os.environ.get("FACENET_ROOT") or Path(__file__).resolve().parents[2])
BUILT = ROOT / "build" / "lib" / SONAME
CARRIED = os.environ.get("FACENET_BUNDLE", str(BUILT) if BUILT.exists() else "")


def carried():
    """What the package has beside its modules: file by place. The system's library comes with recipes of its own."""
    if not CARRIED:
        return {}
    # samples.py is a matter of the checkout; all else in the folder makes models or tells about them.
    recipes = [path for path in sorted((ROOT / "models").glob("*.*")) if path.is_file() and path.name != "samples.py"]
    recipes += [ROOT / "tools" / "environment.sh"]
    return {SONAME: Path(CARRIED), **{f"recipes/{path.name}": path for path in recipes}}


class BuildPackage(build_py):
    """The modules, and beside them the library and the recipes."""

    def run(self):
        super().run()
        package = Path(self.build_lib) / "facenet"
        (package / SONAME).unlink(missing_ok=True)
        shutil.rmtree(package / "recipes", ignore_errors=True)
        for place, path in carried().items():
            (package / place).parent.mkdir(exist_ok=True)
            shutil.copyfile(path, package / place)

    def get_outputs(self, include_bytecode=True):
        package = Path(self.build_lib) / "facenet"
        return super().get_outputs(include_bytecode) + [str(package / place) for place in carried()]


class BuildWheel(bdist_wheel):
    """A wheel for any Python 3."""

    def get_tag(self):
        return ("py3", "none", super().get_tag()[2])


class PackageWithLibrary(Distribution):
    """A distribution for this platform alone where it carries the library."""

    def has_ext_modules(self):
        return bool(CARRIED)


setup(cmdclass={"build_py": BuildPackage, "bdist_wheel": BuildWheel}, distclass=PackageWithLibrary)
