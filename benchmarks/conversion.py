"""Converts ONNX files for ncnn with pnnx.

It comes as a program inside its wheel, of which nothing is imported: the rest of it wants PyTorch.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sysconfig
import tempfile
from importlib import metadata
from pathlib import Path

from cases import Case


class ConversionError(Exception):
    """Why there is no model for ncnn, in one sentence."""


def convert(case: Case) -> None:
    """Puts the converted model of a case in place, unless it is there."""
    program = Path(sysconfig.get_paths()["platlib"]) / "pnnx" / "pnnx"
    if not program.is_file():
        raise ConversionError("pnnx, which converts models for it, is not installed")
    target = case.converted
    stamp, current = target.with_suffix(".stamp"), _stamp(case)
    if stamp.is_file() and stamp.read_text() == current:
        return
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        made = _run(program, case, Path(folder))
        for ending in (".param", ".bin"):
            os.replace(made.with_suffix(ending), target.with_suffix(ending))
    stamp.write_text(current)


def _stamp(case: Case) -> str:
    digest = hashlib.sha256(case.model.read_bytes()).hexdigest()
    return f"{digest} {case.height} {case.width} {metadata.version('pnnx')}"


def _run(program: Path, case: Case, folder: Path) -> Path:
    """Converts in a folder, since pnnx leaves ten files beside the model; returns the parameters' file."""
    source, made = folder / "model.onnx", folder / "model.ncnn.param"
    source.symlink_to(case.model.resolve())
    shape = f"inputshape=[1,3,{case.height},{case.width}]"
    done = subprocess.run(
        [str(program), source.name, shape, "fp16=0"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode != 0 or not made.is_file():
        raise ConversionError(f"pnnx could not convert the model (status {done.returncode})")
    return made
