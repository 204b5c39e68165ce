#!/usr/bin/env python3
"""Installs the wheel of build/wheel in fresh environments, one with numpy alone, one without, and tests it there.

The tests run in a folder of their own, so that nothing but the wheel can be the package. Closes with the line
`N passed, N failed, N skipped`; exit status 0: nothing failed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Dict, List, Optional

from run_tests import Result, checked

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
ENVIRONMENTS: Dict[str, Optional[str]] = {"numpy": "bindings/python/tests/requirements.txt", "bare": None}
"""What each environment has beside the wheel."""
COPIED = ["bindings/python/tests", "bindings/python/examples", "bindings/python/README.md", "docs"]
COPIED += ["Tests/Golden/face_recognition.csv"]
CARRIED = ["facenet/libfacenet.so.0", "facenet/py.typed", "facenet/compat/face_recognition.py"]
CARRIED += ["facenet/recipes/facenet.py", "facenet/recipes/requirements.txt", "facenet/recipes/environment.sh"]
CARRIED += ["facenet.libs/libturbojpeg-", "facenet.libs/libpng16-", "facenet.libs/libsqlite3-", "facenet.libs/libffi-"]
CARRIED += [f"/licenses/LICENSE{suffix}" for suffix in ("", ".libturbojpeg", ".libpng16", ".libsqlite3", ".libffi")]


def check_contents(wheel: Path) -> None:
    """Refuses a wheel that lacks a part, or that is for one Python only or for a platform by its bare name."""
    names = zipfile.ZipFile(wheel).namelist()
    missing = [part for part in CARRIED if not any(part in name for name in names)]
    if missing:
        sys.exit(f"facenet: {wheel.name} lacks {', '.join(missing)}")
    if "-py3-none-manylinux_" not in wheel.name:
        sys.exit(f"facenet: {wheel.name} is not for every Python 3 on manylinux")


def make_environment(folder: Path, requirements: Optional[str], wheel: Path) -> Path:
    """A new environment with the wheel; its interpreter."""
    shutil.rmtree(folder, ignore_errors=True)
    if requirements:
        subprocess.run(["sh", "tools/environment.sh", str(folder), requirements], cwd=ROOT, check=True)
    else:
        subprocess.run([os.environ.get("PYTHON", "python3"), "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    options = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    subprocess.run([str(python), "-m", "pip", "install", *options, str(wheel)], check=True)
    return python


def copy_tests(folder: Path) -> None:
    """What is tested against, where the tests expect it, and no package beside it."""
    for name in COPIED:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(ROOT / name, target)


def environment_variables() -> Dict[str, str]:
    """This process's, without what would lead to another library or package."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FACENET_", "PYTHON"))}
    kept.pop("LD_LIBRARY_PATH", None)
    return dict(kept, FACENET_SAMPLES=str(BUILD / "samples"), FACENET_MODELS=str(BUILD / "models"))


def check_origin(python: Path, folder: Path) -> None:
    """Refuses a package or a library, its own ones too, from anywhere but the environment."""
    program = (
        "import facenet\n"
        "maps = open('/proc/self/maps').read().splitlines()\n"
        "paths = {line.split()[-1] for line in maps if any(n in line for n in ('facenet', 'turbojpeg', 'libpng'))}\n"
        "print(*{facenet.__file__, *paths}, sep='\\n')"
    )
    command = [str(python), "-c", program]
    output = subprocess.run(
        command, cwd=folder, env=environment_variables(), check=True, stdout=subprocess.PIPE, text=True
    ).stdout.split("\n")
    loaded = [path for path in output if path]
    strangers = [path for path in loaded if not Path(path).is_relative_to(python.parent.parent)]
    if strangers or len(loaded) < 4:
        sys.exit(f"facenet: the wheel's package loads {', '.join(strangers) or loaded}")


def run_tests(python: Path, name: str) -> Result:
    """The package's tests, in a folder outside the tree."""
    with tempfile.TemporaryDirectory() as folder:
        copy_tests(Path(folder))
        check_origin(python, Path(folder))
        report = Path(folder) / "report.json"
        runner = Path(folder) / "python_tests.py"
        shutil.copyfile(ROOT / "scripts" / "python_tests.py", runner)
        command: List[str] = [str(python), str(runner), "bindings/python/tests", str(report)]
        status = subprocess.run(command, cwd=folder, env=environment_variables(), check=False).returncode
        counted = Result(**json.loads(report.read_text("utf-8"))) if report.exists() else Result()
    return checked(counted, status, name)


def main() -> int:
    wheels = list((BUILD / "wheel").glob("*.whl"))
    if len(wheels) != 1:
        sys.exit(f"facenet: build/wheel has {len(wheels)} wheels, expected one: run `make wheel`")
    check_contents(wheels[0])
    total = Result()
    for name, requirements in ENVIRONMENTS.items():
        print(f"== {wheels[0].name} in an environment that is {name}", flush=True)
        total.add(run_tests(make_environment(BUILD / f"wheel-{name}", requirements, wheels[0]), name))
    for reason in sorted(set(total.reasons)):
        print(f"{total.reasons.count(reason)} skipped: {reason}")
    print(total)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
