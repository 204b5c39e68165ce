"""Reads the tensors of a PyTorch file in its first format, without PyTorch and without running what the file names.

The file is a row of pickles (a magic number, a version, facts on the machine, the tensors' names with references to
storages, the list of storages), then each storage: an int64 count and float32 numbers, lowest byte first.
"""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from typing import Any, Dict, List, Tuple

from download import RecipeError
from onnx_model import np

MAGIC = 0x1950A86A20F9469CFC6C
VERSION = 1001


class _Tensor:
    """A reference to a storage that holds one tensor, its axes in any order."""

    def __init__(self, storage: Any, offset: int, shape: Tuple[int, ...], strides: Tuple[int, ...], *_: Any) -> None:
        self.key, count = storage[2], storage[4]
        self.order = sorted(range(len(shape)), key=lambda axis: (-strides[axis], shape[axis] != 1))
        self.stored = [shape[axis] for axis in self.order]
        dense = [int(np.prod(self.stored[place + 1 :])) for place in range(len(shape))]
        expected = [strides[axis] if shape[axis] != 1 else dense[place] for place, axis in enumerate(self.order)]
        if storage[0] != "storage" or offset != 0 or int(np.prod(shape)) != count or dense != expected:
            raise pickle.UnpicklingError(f"shape {shape} with strides {strides} in a storage of {count} numbers")

    def take(self, storage: np.ndarray) -> np.ndarray:
        """The tensor from its storage."""
        return storage.reshape(self.stored).transpose(np.argsort(self.order))


class _Unpickler(pickle.Unpickler):
    """Knows three names, and stands harmless things for two of them; any other name is an error."""

    NAMES = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _Tensor,
        ("torch", "FloatStorage"): "float32",
    }

    def find_class(self, module: str, name: str) -> Any:
        try:
            return self.NAMES[(module, name)]
        except KeyError:
            raise pickle.UnpicklingError(f"the name {module}.{name} is not allowed") from None

    def persistent_load(self, reference: Any) -> Any:
        return reference


def read_tensors(data: bytes, name: str) -> Dict[str, np.ndarray]:
    """The named tensors of the file."""
    stream = io.BytesIO(data)
    try:
        magic, version, _, tensors, keys = [_Unpickler(stream).load() for _ in range(5)]
        if (magic, version) != (MAGIC, VERSION):
            raise pickle.UnpicklingError("it is not of PyTorch's first format")
        storages = _read_storages(stream, keys)
        return {key: tensor.take(storages[tensor.key]) for key, tensor in tensors.items()}
    except (pickle.UnpicklingError, EOFError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise RecipeError(f"{name} cannot be read as a PyTorch file: {error}") from error


def _read_storages(stream: io.BytesIO, keys: List[str]) -> Dict[str, np.ndarray]:
    storages = {}
    for key in keys:
        count = int.from_bytes(stream.read(8), "little")
        storages[key] = np.frombuffer(stream.read(4 * count), dtype="<f4", count=count)
    return storages
