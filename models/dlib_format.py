"""Reads the values that dlib's serialisation writes to a stream.

The format is defined by the code in dlib's `serialize.h`, `float_details.h` and `cuda/tensor.h`.
"""

from __future__ import annotations

from typing import List

from download import RecipeError
from onnx_model import np


class DlibReader:
    """Takes one value after the other from bytes; every read checks what is left."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data = data
        self.name = name
        self.offset = 0

    def fail(self, message: str) -> RecipeError:
        """The error for the current position."""
        return RecipeError(f"{self.name}: {message} before byte {self.offset}")

    def take(self, count: int) -> bytes:
        """The next bytes."""
        taken = self.data[self.offset : self.offset + count]
        if len(taken) != count:
            raise self.fail(f"the file ends where {count} bytes are expected")
        self.offset += count
        return taken

    def integer(self) -> int:
        """An integer: a byte with the sign (bit 7) and the count of bytes, then the magnitude, lowest byte first."""
        head = self.take(1)[0]
        if head & 0x70 or head & 0x0F > 8:
            raise self.fail(f"{head:#04x} does not begin an integer")
        magnitude = int.from_bytes(self.take(head & 0x0F), "little")
        return -magnitude if head & 0x80 else magnitude

    def real(self) -> float:
        """A real number: mantissa and exponent of two, as integers."""
        mantissa, exponent = self.integer(), self.integer()
        if abs(exponent) > 2000:
            raise self.fail(f"a number with the exponent {exponent}")
        return float(mantissa) * 2.0**exponent

    def boolean(self) -> bool:
        """A truth value: the letter 0 or 1."""
        letter = self.take(1)
        if letter not in (b"0", b"1"):
            raise self.fail(f"{letter!r} is not a truth value")
        return letter == b"1"

    def text(self) -> str:
        """Text: its length, then its bytes."""
        return self.take(self.integer()).decode("latin-1")

    def expect(self, *values: object) -> None:
        """Reads one value for each given, of its type, and throws unless they are equal."""
        readers = {int: self.integer, float: self.real, bool: self.boolean, str: self.text}
        for value in values:
            got = readers[type(value)]()
            if got != value:
                raise self.fail(f"expected {value!r}, got {got!r}")

    def shape(self) -> List[int]:
        """Four sizes: samples, channels, rows, columns."""
        sizes = [self.integer() for _ in range(4)]
        if min(sizes) < 0:
            raise self.fail(f"a tensor of shape {sizes}")
        return sizes

    def tensor(self) -> np.ndarray:
        """A tensor: version 2, its shape, then float32 numbers, lowest byte first."""
        self.expect(2)
        shape = self.shape()
        count = shape[0] * shape[1] * shape[2] * shape[3]
        return np.frombuffer(self.take(4 * count), dtype="<f4").reshape(shape)

    def alias(self) -> List[int]:
        """The shape of a view into a tensor: version 1, its shape."""
        self.expect(1)
        return self.shape()
