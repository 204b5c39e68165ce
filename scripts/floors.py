#!/usr/bin/env python3
"""Checks how the sources hang together and prints every breach, one a line.

- A target imports only floors below its own, and only Glibc, Synchronization and their like from outside.
- Foundation is imported nowhere under Sources except by the command line tool.
- No two paths of the tree differ by case alone.
- No source file is longer than 450 lines.

Usage: floors.py [ROOT]. Exit status 0: everything holds, 1: something does not.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Tuple

FLOORS: Dict[str, float] = {
    "CFFI": 0,
    "CFacenet": 0,
    "CPNG": 0,
    "CPNGReader": 0,
    "CSQLite": 0,
    "CSystem": 0,
    "CThread": 0,
    "CTurboJPEG": 0,
    "Core": 1,
    "KernelCore": 1.5,
    "KernelsAVX2": 1.6,
    "KernelsAVX512": 1.6,
    "KernelsBaseline": 1.6,
    "Kernels": 2,
    "Graph": 3,
    "Imaging": 3,
    "Search": 3,
    "ONNX": 4,
    "Training": 4,
    "Faces": 5,
    "Evaluation": 6,
    "Gallery": 6,
    "Plugins": 7,
    "Facenet": 8,
    "FacenetC": 9,
    "FacenetTool": 9,
    "SharedLibrary": 9,
}
"""Where each target of Sources stands; a target may import only targets with a smaller number."""

TOOLCHAIN = {"Builtin", "Glibc", "Swift", "Synchronization"}
FOUNDATION = {"Foundation", "FoundationEssentials", "FoundationNetworking", "FoundationXML"}
MAY_USE_FOUNDATION = {"FacenetTool"}

LONGEST = 450
MEASURED_FOLDERS = ("Sources", "Tests", "bindings", "models", "scripts", "tools", "plugins", "fuzz", "benchmarks")
MEASURED_SUFFIXES = {".swift", ".c", ".h", ".cpp", ".py", ".sh"}

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)"
)


def tree(root: Path) -> List[str]:
    """Every file that belongs to the project, as a path relative to the root: what git tracks or would track."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard", "."],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if listed.returncode == 0:
        names = listed.stdout.decode("utf-8", "surrogateescape").split("\0")
        return sorted({name for name in names if name and (root / name).exists()})
    hidden = ("build", ".build", ".git")
    files = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in files if path.parts[0] not in hidden)


def imports(text: str) -> Iterator[Tuple[int, str]]:
    """Line number and module of each import, comments left out."""
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        if depth == 0:
            found = IMPORT.match(line)
            if found:
                yield number, found.group(1)
        code = line.split("//")[0]
        depth = max(0, depth + code.count("/*") - code.count("*/"))


def import_breaches(root: Path, paths: Iterable[str]) -> Iterator[str]:
    """Imports that do not point to a lower floor."""
    for path in paths:
        parts = path.split("/")
        if parts[0] != "Sources" or len(parts) < 3:
            continue
        target = parts[1]
        if target not in FLOORS:
            yield f"{path}: the target {target} has no floor; give it one in scripts/floors.py"
            continue
        if not path.endswith(".swift"):
            continue
        for line, module in imports((root / path).read_text("utf-8")):
            reason = refusal(target, module)
            if reason:
                yield f"{path}:{line}: {reason}"


def refusal(target: str, module: str) -> str:
    """Why a target may not import a module; empty if it may."""
    if module in TOOLCHAIN:
        return ""
    if module in FOUNDATION:
        return "" if target in MAY_USE_FOUNDATION else f"{target} imports {module}; only the tool may"
    if module not in FLOORS:
        return f"{target} imports {module}, which is neither a target of this package nor allowed from outside"
    if FLOORS[module] >= FLOORS[target]:
        return f"{target} (floor {FLOORS[target]:g}) imports {module} (floor {FLOORS[module]:g}), not a floor below"
    return ""


def case_breaches(paths: Iterable[str]) -> Iterator[str]:
    """Paths, folders included, that a file system which ignores case would take for one."""
    seen: Dict[str, str] = {}
    for path in paths:
        parts = path.split("/")
        for length in range(1, len(parts) + 1):
            part = "/".join(parts[:length])
            first = seen.setdefault(part.casefold(), part)
            if first != part:
                yield f"{part}: differs from {first} by case alone"
                seen[part.casefold()] = part


def length_breaches(root: Path, paths: Iterable[str]) -> Iterator[str]:
    """Source files that are too long to be one idea. Copies of the published header are records of it."""
    for path in paths:
        if path.split("/")[0] not in MEASURED_FOLDERS or Path(path).suffix not in MEASURED_SUFFIXES:
            continue
        if Path(path).name == "facenet.h":
            continue
        lines = (root / path).read_bytes().count(b"\n")
        if lines > LONGEST:
            yield f"{path}: {lines} lines, the limit is {LONGEST}"


def breaches(root: Path) -> List[str]:
    """Everything that does not hold, in the order of the paths."""
    paths = tree(root)
    return [*import_breaches(root, paths), *case_breaches(paths), *length_breaches(root, paths)]


def main(arguments: List[str]) -> int:
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    found = breaches(root)
    for breach in found:
        print(breach)
    print(f"floors: {len(found)} breaches" if found else "floors: every import points down")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
