"""The machine and the versions that figures belong to."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import tempfile
import time
from importlib import metadata
from pathlib import Path
from typing import Dict, List, Sequence

from places import ROOT, WORK
from process import last_core, pinned

PACKAGES = ("onnxruntime", "openvino", "ncnn", "pnnx", "opencv-python-headless", "numpy", "torch", "facenet-pytorch")
BUSY = 0.2
"""So many processors busy with other work are too many."""

FEATURES = ("avx2", "fma", "avx512f", "avx512_bf16", "avx512_vnni", "amx_tile")


def processor() -> Dict[str, str]:
    """The first processor's fields in the kernel's list."""
    text = Path("/proc/cpuinfo").read_text().split("\n\n")[0]
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}


def slug() -> str:
    """The processor's name as part of a file name."""
    return re.sub(r"[^a-z0-9]+", "-", processor().get("model name", platform.machine()).lower()).strip("-")


def other_work(seconds: float = 2.0) -> float:
    """How many processors other processes kept busy while this one slept for so long."""
    before = _busy()
    time.sleep(seconds)
    return (_busy() - before) / seconds


def other_work_line(values: Sequence[float]) -> str:
    """Whether the machine was ours, by what `other_work` found at the start and at the end."""
    numbers = ", ".join(f"{value:.2f}" for value in values)
    remark = ": too much, do not keep these figures" if max(values) > BUSY else ""
    return f"processors busy with other work at the start and at the end: {numbers}{remark}"


def _busy() -> float:
    """Seconds that all processors together have worked since the machine started."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _waiting, interrupts, soft_interrupts, stolen = map(int, fields[:8])
    return (user + nice + system + interrupts + soft_interrupts + stolen) / os.sysconf("SC_CLK_TCK")


def machine() -> List[str]:
    """The machine, a fact a line."""
    fields = processor()
    flags = set(fields.get("flags", "").split())
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    kind = "a virtual machine, " if "hypervisor" in flags else ""
    numbers = f"family {fields.get('cpu family', '?')} model {fields.get('model', '?')}"
    features = " ".join(item for item in FEATURES if item in flags)
    return [
        f"processor: {fields.get('model name', 'unknown')}, {numbers}, {features}",
        f"machine: {kind}{len(os.sched_getaffinity(0))} processors, {memory / 2**20:.0f} GB of memory",
        f"system: {_system()}, Linux {platform.release()}, Python {platform.python_version()}",
    ]


def _system() -> str:
    for line in open("/etc/os-release"):
        if line.startswith("PRETTY_NAME="):
            return line.split("=", 1)[1].strip().strip('"')
    return platform.system()


def versions(packages: Sequence[str] = PACKAGES) -> List[str]:
    """Ours, by its commit, and the peers' that are installed."""
    lines = [f"facenet {_commit()}"]
    for package in packages:
        try:
            lines.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            pass
    return lines


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.strip() or "of an unknown commit"


def compiled(name: str, flags: Sequence[str]) -> Path:
    """A C program of this folder, compiled if it is older than its source."""
    source, program = Path(__file__).with_name(f"{name}.c"), WORK / name
    if not program.is_file() or program.stat().st_mtime < source.stat().st_mtime:
        WORK.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=WORK) as folder:
            made = Path(folder) / name
            subprocess.run(["cc", "-std=gnu11", "-O3", "-o", str(made), str(source), *flags], check=True)
            os.replace(made, program)
    return program


def measured_peak() -> float:
    """What one core reaches at best now, in floating point operations a second."""
    program = compiled("peak", ["-march=native", "-ffp-contract=fast"])
    with pinned(last_core()):
        done = subprocess.run([str(program), "0.2"], stdout=subprocess.PIPE, check=True, text=True)
    return 1e9 * float(done.stdout)
