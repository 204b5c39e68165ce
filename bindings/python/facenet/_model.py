"""Any ONNX network, run on arrays. Needs numpy."""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING, Any, List, Optional, Union

from ._calls import Progress, watched
from ._errors import InvalidArgumentError
from ._image import path_bytes
from ._library import Handle, check, library, thread_limit
from ._structures import CSessionOptions, CTensor
from ._values import np

if TYPE_CHECKING:
    import numpy.typing

    Array = numpy.typing.NDArray[Any]

ELEMENT_TYPES = {"float32": 1, "int8": 2, "uint8": 3, "int32": 4, "int64": 5, "bool": 6}
"""facenet_element_type by numpy's name."""
ELEMENT_NAMES = {number: name for name, number in ELEMENT_TYPES.items()}


class Model(Handle):
    """A network and its weights. Immutable: any thread."""

    def __init__(
        self,
        model: Union[str, os.PathLike[str], bytes, bytearray, memoryview],
        *,
        progress: Optional[Progress] = None,
    ) -> None:
        """Reads an ONNX file by path, or its bytes."""
        with watched(progress):
            if isinstance(model, (bytes, bytearray, memoryview)):
                raw = bytes(model)
                super().__init__(library.facenet_model_decode, [raw, len(raw)], library.facenet_model_free)
            else:
                super().__init__(library.facenet_model_open, [path_bytes(model)], library.facenet_model_free)

    @property
    def inputs(self) -> List[str]:
        """The names of its inputs, in the order run takes them."""
        count = library.facenet_model_input_count(self.handle)
        return [library.facenet_model_input_name(self.handle, i).decode() for i in range(count)]

    @property
    def outputs(self) -> List[str]:
        """The names of its outputs, in the order run returns them."""
        count = library.facenet_model_output_count(self.handle)
        return [library.facenet_model_output_name(self.handle, i).decode() for i in range(count)]

    def metadata(self, key: str) -> Optional[str]:
        """What the file says under a key; None when it says nothing."""
        found = library.facenet_model_metadata(self.handle, key.encode())
        return None if found is None else found.decode()

    def run(self, *inputs: Array, threads: int = 1, progress: Optional[Progress] = None) -> List[Array]:
        """Runs the network once; keep a Session to run it often."""
        with Session(self, threads=threads) as session:
            return session.run(*inputs, progress=progress)


class Session(Handle):
    """The memory of one run of a model. One thread at a time: a second one is refused."""

    def __init__(self, model: Model, *, threads: int = 1, memory_limit: int = 0) -> None:
        """threads: at most this many work on a run, 0 for one a processor. memory_limit: bytes; 0 means 4 GiB."""
        if np is None:
            raise InvalidArgumentError("running a model needs numpy, which is not installed")
        if not 0 <= memory_limit < 1 << 64:
            raise InvalidArgumentError(f"memory_limit is {memory_limit}, expected 0 or more bytes")
        options = CSessionOptions(ctypes.sizeof(CSessionOptions), thread_limit(threads), memory_limit)
        arguments = [model.handle, ctypes.byref(options)]
        super().__init__(library.facenet_session_new, arguments, library.facenet_session_free)
        self._outputs = len(model.outputs)

    def run(self, *inputs: Array, progress: Optional[Progress] = None) -> List[Array]:
        """Runs the network on its inputs, in order; returns copies of its outputs, in order.

        Arrays are float32, int8, uint8, int32, int64 or bool, as the model wants them.
        """
        arrays = [_native(value) for value in inputs]
        shapes = [(ctypes.c_size_t * max(1, array.ndim))(*array.shape) for array in arrays]
        tensors = (CTensor * len(arrays))()
        for tensor, array, shape in zip(tensors, arrays, shapes):
            tensor.values, tensor.shape = array.ctypes.data, shape
            tensor.rank, tensor.type = array.ndim, ELEMENT_TYPES[array.dtype.name]
        with watched(progress):
            check(library.facenet_session_run(self.handle, tensors, len(arrays)))
        return [self._output(position) for position in range(self._outputs)]

    def _output(self, position: int) -> Array:
        tensor = CTensor()
        check(library.facenet_session_output(self.handle, position, ctypes.byref(tensor)))
        shape = tuple(tensor.shape[axis] for axis in range(tensor.rank))
        dtype = np.dtype(ELEMENT_NAMES[tensor.type])
        count = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        if count == 0:
            return np.empty(shape, dtype)  # type: ignore[no-any-return]
        values = np.empty(shape, dtype)
        ctypes.memmove(values.ctypes.data, tensor.values, count)
        return values  # type: ignore[no-any-return]


def _native(value: Any) -> Any:
    """An array in row-major order and the machine's own byte order."""
    array = np.asarray(value)
    if array.dtype.name not in ELEMENT_TYPES:
        raise InvalidArgumentError(f"an array of {array.dtype} is no input: {', '.join(ELEMENT_TYPES)}")
    return np.asarray(array, dtype=array.dtype.newbyteorder("="), order="C")
