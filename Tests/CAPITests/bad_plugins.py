"""Makes the plugins that loading.c loads: each has one fault, few have none."""

from __future__ import annotations

import os
import re
import shutil
import struct
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
    compiled("c++", include, HERE / "throws.cpp", folder / "throws.so", "-DIN_ENTRY=0")
    compiled("c++", include, HERE / "throws.cpp", folder / "throws-in-entry.so", "-DIN_ENTRY=1")
    entry(include, folder / "same-name.so", "good", "0")
    source = folder / "source.c"
    source.write_text("int nothing;\n")
    compiled("cc", include, source, folder / "no-entry.so")
    source.write_text("void nobody_has_this(void); int facenet_plugin_entry(void) { nobody_has_this(); return 0; }\n")
    compiled("cc", include, source, folder / "undefined.so", "-w")
    (folder / "text.so").write_text("#!/bin/sh\necho no library\n")
    (folder / "empty.so").touch()
    cut(folder / "good.so", folder / "cut")
    (folder / "folder.so").mkdir()
    os.mkfifo(folder / "pipe.so")
    make_folders(include, folder)


def cut(plugin: Path, folder: Path) -> None:
    """The plugin as an interrupted copy leaves it, at many places, and with a table of its parts that lies outside."""
    folder.mkdir()
    whole = plugin.read_bytes()
    offset, size, count = struct.unpack_from("<Q", whole, 32)[0], *struct.unpack_from("<HH", whole, 54)
    parts = [struct.unpack_from("<IIQQQQ", whole, offset + size * i) for i in range(count)]
    end = max(part[2] + part[5] for part in parts if part[0] == 1)
    for length in [*range(4, end, 97), end - 1]:
        (folder / f"{length}.so").write_bytes(whole[:length])
    for name, place in (("table", 32), ("part", offset + 8), ("count", offset + 32)):
        for number in (2**63, 2**64 - 1, 2**40):
            (folder / f"{name}-{number}.so").write_bytes(whole[:place] + struct.pack("<Q", number) + whole[place + 8 :])


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
