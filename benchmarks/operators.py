#!/usr/bin/env python3
"""Times calls of C functions as operators of graphs: of one that does nothing, and of leaky ReLU beside the library's own.

Usage: PYTHONPATH=bindings/python build/venv/bin/python benchmarks/operators.py
Needs a C compiler. The price of a node is what NODES nodes in a row take more than one, by NODES - 1; the least of ROUNDS.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Dict

import facenet
import numpy as np
from onnx import TensorProto, helper

ROOT = Path(__file__).resolve().parent.parent
NODES, ROUNDS, DOMAIN = 513, 40, "com.example"
PLUGIN = r"""
#include <facenet_plugin.h>

static void nothing(const float *x, float *y, size_t n) { (void)x, (void)y, (void)n; }
static float same(float x) { return x; }
static void leaky(const float *x, float *y, size_t n, float alpha) {
  for (size_t i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : alpha * x[i];
}

static facenet_status add(const facenet_host *host, facenet_registrar *to, const char *name, const char *signature,
                          const char *attributes, void (*function)(void)) {
  facenet_operator operator = {sizeof operator, 0, 1, "com.example", signature, attributes, NULL, function, NULL};
  return host->add_operator(to, name, &operator, NULL);
}

facenet_status facenet_plugin_entry(const facenet_host *host, facenet_registrar *to) {
  facenet_plugin_description description = {sizeof description, FACENET_PLUGIN_ABI, "timed", "1", "Apache-2.0"};
  host->describe(to, &description);
  add(host, to, "Nothing", "XYn", NULL, (void (*)(void))nothing);
  add(host, to, "Same", "*=YX", NULL, (void (*)(void))same);
  return add(host, to, "LeakyRelu", "XYnf", "alpha=0.01", (void (*)(void))leaky);
}
"""


def session(operation: str, domain: str, nodes: int) -> facenet.Session:
    """Nodes in a row, each of what the one before gives."""
    row = [helper.make_node(operation, [f"v{i}"], [f"v{i + 1}"], domain=domain) for i in range(nodes)]
    ports = [helper.make_tensor_value_info(f"v{i}", TensorProto.FLOAT, ["n"]) for i in (0, nodes)]
    graph = helper.make_graph(row, "row", ports[:1], ports[1:])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(DOMAIN, 1)]
    return facenet.Session(facenet.Model(helper.make_model(graph, opset_imports=opsets).SerializeToString()))


def nanoseconds(operation: str, domain: str, elements: int) -> float:
    """What one node takes."""
    x = np.ones(elements, np.float32)
    sessions: Dict[int, facenet.Session] = {count: session(operation, domain, count) for count in (1, NODES)}
    least = {count: float("inf") for count in sessions}
    for _ in range(ROUNDS):
        for count, each in sessions.items():
            start = time.process_time_ns()
            each.run(x)
            least[count] = min(least[count], time.process_time_ns() - start)
    return (least[NODES] - least[1]) / (NODES - 1)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="facenet-") as name:
        source, plugin = Path(name) / "timed.c", Path(name) / "timed.so"
        source.write_text(PLUGIN)
        command = ["cc", "-O3", "-march=native", "-fPIC", "-shared", f"-I{ROOT / 'include'}", str(source), "-o", str(plugin)]
        subprocess.run(command, check=True)
        facenet.load_plugin(plugin)
        print(f"a function that does nothing: {nanoseconds('Nothing', DOMAIN, 1):.0f} ns a node")
        once, many = nanoseconds("Same", DOMAIN, 1), nanoseconds("Same", DOMAIN, 1025)
        print(f"a function of single elements: {(many - once) / 1024:.1f} ns an element")
        for elements in (1, 256, 4096, 65536):
            foreign, own = nanoseconds("LeakyRelu", DOMAIN, elements), nanoseconds("LeakyRelu", "", elements)
            print(f"leaky ReLU of {elements} elements: {foreign:.0f} ns, the library's own {own:.0f} ns")
    return 0


if __name__ == "__main__":
    sys.exit(main())
