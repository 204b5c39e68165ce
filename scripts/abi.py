#!/usr/bin/env python3
"""The ABI of libfacenet.so as C sees it: recorded, and compared with the record.

usage: abi.py record | compare [--header FILE] [--map FILE] [--library FILE] [--recorded FILE]

The library is written in Swift, so its debug information says nothing of the header. What is described is a stub: every
function of the headers in include with a body that does nothing, under the symbol versions of exports.map. `compare` says
what was removed or changed since the record; what was added passes. The library itself must export what the stub does.
Needs abidw and abidiff (Debian: abigail-tools), cc and nm. Exit status 0: compatible, 1: not, 2: could not be told.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Set, Tuple

ROOT = Path(__file__).resolve().parent.parent
SONAME = "libfacenet.so.0"
PLUGIN_HEADER = ROOT / "include" / "facenet_plugin.h"
"""Includes facenet.h."""
ALLOWED = ROOT / "abi" / "allowed.abignore"
FUNCTION = re.compile(r"^(?!typedef)[a-z][\w \t*]*?\bfacenet_\w+\([^;{}]*\)(?=;)", re.MULTILINE)


class AbiError(Exception):
    """One sentence: what could not be done."""


def run(*command: object) -> "subprocess.CompletedProcess[str]":
    """Runs a tool; its output in one string."""
    words = [str(word) for word in command]
    try:
        return subprocess.run(
            words, check=False, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    except FileNotFoundError:
        raise AbiError(f"there is no {words[0]}: run `make abi`, which installs what it needs") from None


def demand(*command: object) -> str:
    """The output of a tool that must succeed."""
    done = run(*command)
    if done.returncode != 0:
        raise AbiError(f"{command[0]} failed:\n{done.stdout.rstrip()}")
    return done.stdout


def stub_source(header: str) -> str:
    """A definition for each function that the header declares."""
    declarations = FUNCTION.findall(re.sub(r"/\*.*?\*/", " ", header, flags=re.DOTALL))
    if not declarations:
        raise AbiError("the header declares no function")
    return "#include <facenet_plugin.h>\n" + "".join(f"{text} {{ __builtin_trap(); }}\n" for text in declarations)


def build_stub(header: Path, version_map: Path, folder: Path) -> Path:
    """The stub library, with debug information."""
    include = folder / "include"
    include.mkdir()
    texts = header.read_text("utf-8"), PLUGIN_HEADER.read_text("utf-8")
    for name, text in zip(("facenet.h", PLUGIN_HEADER.name), texts):
        (include / name).write_text(text, "utf-8")
    source, library = folder / "stub.c", folder / SONAME
    source.write_text(stub_source("".join(texts)), "utf-8")
    command = ["cc", "-std=c11", "-g", "-O0", "-w", "-fPIC", "-shared", f"-Wl,-soname,{SONAME}"]
    command += [f"-ffile-prefix-map={folder}=."]
    demand(*command, f"-Wl,--version-script={version_map}", "-I", include, source, "-o", library)
    return library


def described(stub: Path, output: Path) -> None:
    """Writes the stub's description without a trace of where it was built."""
    demand("abidw", "--no-show-locs", "--no-corpus-path", "--no-comp-dir-path", "--out-file", output, stub)


def exports(library: Path) -> Set[str]:
    """Exported functions with their versions: facenet_version@@FACENET_0.1."""
    rows = [line.split() for line in demand("nm", "-D", "--defined-only", library).splitlines()]
    return {row[2] for row in rows if len(row) == 3 and row[1] != "A"}


def options_fields(description: Path) -> Dict[str, List[Tuple[str, str, str]]]:
    """The fields of each options structure: offset in bits, type, name."""
    tree = ElementTree.parse(description)
    types = {item.get("id"): item.get("name", "") for item in tree.iter() if item.get("id")}
    structures = (item for item in tree.iter("class-decl") if item.get("name", "").endswith("_options"))
    return {
        structure.get("name", ""): [
            (member.get("layout-offset-in-bits", ""), types.get(field.get("type-id"), ""), field.get("name", ""))
            for member in structure.iter("data-member") for field in member.iter("var-decl")
        ]
        for structure in structures
    }


def changed_options(recorded: Path, current: Path) -> List[str]:
    """Options structures that do not begin with the fields they had; abidiff lets one that grows at its end pass whole."""
    now = options_fields(current)
    return [
        f"{name} no longer begins with the fields it had: options only grow at their end"
        for name, fields in options_fields(recorded).items()
        if fields and now.get(name, [])[: len(fields)] != fields
    ]


def compare(recorded: Path, stub: Path, library: Optional[Path], folder: Path) -> List[str]:
    """What breaks programs that were built against the recorded ABI, a paragraph each; empty where nothing does."""
    if not recorded.exists():
        raise AbiError(f"there is no {recorded}: `make abi-record` writes it")
    current = folder / "current.abi"
    described(stub, current)
    broken: List[str] = []
    done = run("abidiff", "--no-added-syms", "--suppressions", ALLOWED, recorded, current)
    if done.returncode & 3:
        raise AbiError(f"abidiff failed:\n{done.stdout.rstrip()}")
    if done.returncode != 0:
        broken.append(f"{done.stdout.rstrip()}\nprograms that were built against the recorded ABI would break: "
                      "put back what was removed or changed, and add under new names")
    broken += changed_options(recorded, current)
    if library:
        missing, extra = exports(stub) - exports(library), exports(library) - exports(stub)
        if missing:
            broken.append(f"{library.name} does not export what the header declares: {', '.join(sorted(missing))}")
        if extra:
            broken.append(f"{library.name} exports what the header does not declare: {', '.join(sorted(extra))}")
    return broken


def parse(arguments: Optional[Sequence[str]]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Record the ABI that the header declares, or compare it with the record.")
    parser.add_argument("action", choices=("record", "compare"))
    parser.add_argument("--header", type=Path, default=ROOT / "include" / "facenet.h")
    parser.add_argument("--map", type=Path, default=ROOT / "Sources" / "SharedLibrary" / "exports.map")
    parser.add_argument("--library", dest="built", type=Path, default=ROOT / "build" / "lib" / SONAME, help="compared where it exists")
    parser.add_argument("--recorded", type=Path, default=ROOT / "abi" / f"{SONAME}.abi")
    return parser.parse_args(arguments)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    options = parse(arguments)
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            stub = build_stub(options.header, options.map, folder)
            if options.action == "record":
                described(stub, options.recorded)
                print(f"{options.recorded}: {len(exports(stub))} functions")
                return 0
            library = options.built if options.built.exists() else None
            broken = compare(options.recorded, stub, library, folder)
            if not library:
                print(f"there is no {options.built}: only the header was compared")
            print("\n\n".join(broken) if broken else f"compatible: {len(exports(stub))} functions, nothing removed or changed")
            return 1 if broken else 0
    except AbiError as error:
        print(f"abi: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
