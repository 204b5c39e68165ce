"""Fetches the sample photographs of the demonstration from pinned packages."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Sequence

from download import Package, RecipeError, check_bytes, fetch, file_sha256, read_member
from recipe import FOLDER, write_atomically

FACE_RECOGNITION = Package(
    requirement="face_recognition==1.3.0",
    filename="face_recognition-1.3.0.tar.gz",
    sha256="5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec",
)
SCIKIT_IMAGE = Package(
    requirement="scikit-image==0.25.2",
    filename="scikit_image-0.25.2-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    sha256="24cc986e1f4187a12aa319f777b36008764e856e5013666a4a83f8df083c2641",
    options=["--only-binary=:all:", "--python-version=3.11", "--platform=manylinux2014_x86_64"],
)


@dataclass(frozen=True)
class Sample:
    """One photograph: where it goes, and where it comes from."""

    name: str
    package: Package
    member: str
    size: int
    sha256: str


def _sample(name: str, size: int, sha256: str) -> Sample:
    member = f"face_recognition-1.3.0/tests/test_images/{name.split('/')[-1]}"
    return Sample(name, FACE_RECOGNITION, member, size, sha256)


SAMPLES = [
    _sample("obama.jpg", 279_922, "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6"),
    _sample("obama2.jpg", 184_455, "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6"),
    _sample("obama3.jpg", 595_944, "76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3"),
    _sample("biden.jpg", 353_723, "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c"),
    _sample("partial/obama_partial_face.jpg", 423_060, "c2d1f09e7ef3042352b41e41286e6eb0522f64f88308be13886991b95db52117"),
    _sample("partial/obama_partial_face2.jpg", 478_346, "9a812347f97633542b8cd9992de22def11b74f79d82056bc3ee830f13878e028"),
    Sample(
        name="astronaut.png",
        package=SCIKIT_IMAGE,
        member="skimage/data/astronaut.png",
        size=791_555,
        sha256="88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    ),
]


def place(sample: Sample, folder: Path) -> bool:
    """Puts one photograph into the folder; false if it was there already."""
    target = folder / sample.name
    try:
        if target.is_file() and file_sha256(target) == sample.sha256:
            return False
        data = read_member(fetch(sample.package), sample.member, sample.size)
        write_atomically(target, check_bytes(data, sample.sha256, sample.member))
    except OSError as error:
        raise RecipeError(f"{target} cannot be written: {error}") from error
    return True


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = FOLDER.parent / "build" / "samples"
    parser.add_argument("--output", type=Path, default=default, metavar="DIR", help=f"default: {default}")
    folder = parser.parse_args(arguments).output
    try:
        written = sum([place(sample, folder) for sample in SAMPLES])
    except RecipeError as error:
        print(f"samples: {error}", file=sys.stderr)
        return 1
    print(f"{folder}: {len(SAMPLES)} photographs, {written} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
