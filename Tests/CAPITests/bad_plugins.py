"""Makes the plugins that loading.c loads: each has one fault, few have none."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Sequence

HERE = Path(__file__).resolve().parent / "plugins"
OTHER_USER = 65534
"""Debian's nobody."""


def compiled(compiler: str, include: Path, source: Path, output: Path, *flags: str) -> None:
    command = [compiler, "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-I", str(include), *flags]
    subprocess.run([*command, str(source), "-o", str(output)], check=True)


def make_plugins(include: Path, folder: Path) -> None:
    """Fills the folder; include: where the headers are."""
    entries = HERE / "entries.c"
    for name, number in re.findall(r"^#define (\w+) (\d+)$", entries.read_text("utf-8"), re.MULTILINE):
        plugin = name.lower().replace("_", "-")
        entry(include, folder / f"{plugin}.so", plugin, number)
    compiled("c++", include, HERE / "throws.cpp", folder / "throws.so")
    entry(include, folder / "same-name.so", "good", "0")
    source = folder / "source.c"
    source.write_text("int nothing;\n")
    compiled("cc", include, source, folder / "no-entry.so")
    source.write_text("void nobody_has_this(void); int facenet_plugin_entry(void) { nobody_has_this(); return 0; }\n")
    compiled("cc", include, source, folder / "undefined.so", "-w")
    (folder / "text.so").write_text("#!/bin/sh\necho no library\n")
    (folder / "empty.so").touch()
    (folder / "cut.so").write_bytes((folder / "good.so").read_bytes()[:200])
    (folder / "folder.so").mkdir()
    make_folders(include, folder)


def make_folders(include: Path, folder: Path) -> None:
    """What anybody may write, and folders to load."""
    copy(folder / "good.so", folder / "writable.so").chmod(0o777)
    (folder / "link-to-writable.so").symlink_to("writable.so")
    (folder / "link-to-good.so").symlink_to("good.so")
    copy(folder / "good.so", folder / "open" / "good.so")
    copy(folder / "good.so", folder / "open" / "closed" / "good.so")
    (folder / "open").chmod(0o777)
    (folder / "sticky").mkdir()
    entry(include, folder / "sticky" / "mine.so", "mine", "0")
    others = copy(folder / "sticky" / "mine.so", folder / "sticky" / "others.so")
    if os.geteuid() == 0:
        os.chown(others, OTHER_USER, OTHER_USER)
    (folder / "sticky").chmod(0o1777)
    (folder / "several").mkdir()
    for letter in "acd":
        name = {"a": "several-a.so", "c": "several-c.so", "d": "several-d.not"}[letter]
        entry(include, folder / "several" / name, f"several-{letter}", "0")
    copy(folder / "adds-nothing.so", folder / "several" / "b-adds-nothing.so")
    (folder / "none").mkdir()


def entry(include: Path, output: Path, name: str, number: str) -> None:
    flags: Sequence[str] = (f'-DNAME="{name}"', f"-DENTRY={number}")
    compiled("cc", include, HERE / "entries.c", output, *flags)


def copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(exist_ok=True)
    shutil.copy(source, target)
    return target
