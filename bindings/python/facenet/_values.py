"""What comes out: faces, verdicts, and arrays where numpy is installed."""

from __future__ import annotations

import array
import ctypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Tuple

from ._errors import InvalidArgumentError
from ._structures import CFace, CVerification

if TYPE_CHECKING:
    import numpy
    import numpy.typing

    Vectors = numpy.typing.NDArray[numpy.float32]
    Pixels = numpy.typing.NDArray[numpy.uint8]

try:
    import numpy as _numpy

    np: Any = _numpy
except ImportError:
    np = None
"""numpy, or None where it is not installed."""

Point = Tuple[float, float]


@dataclass(frozen=True)
class Face:
    """A face, in pixels of the picture it was found in; the box may reach outside."""

    left: float
    top: float
    right: float
    bottom: float
    score: float
    """How sure the detector is, 0 to 1."""
    landmarks: Tuple[Point, Point, Point, Point, Point]
    """(x, y) of eye, eye, nose, mouth corner, mouth corner; of each pair first the one further left."""

    @property
    def box(self) -> Tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return (self.left, self.top, self.right, self.bottom)

    @property
    def width(self) -> float:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Pixels from top to bottom."""
        return self.bottom - self.top


@dataclass(frozen=True)
class Verification:
    """The verdict on two pictures. True in a condition when they show one person."""

    same: bool
    distance: float
    """By the model's metric; squared L2, 0 to 4, for the default model."""
    threshold: float
    """The distance up to which faces count as one person's."""
    a: Face
    """The face of the first picture that was compared: its largest."""
    b: Face
    """The face of the second picture that was compared."""

    def __bool__(self) -> bool:
        return self.same


def face_from_c(face: CFace) -> Face:
    points = tuple((point.x, point.y) for point in face.landmarks)
    return Face(face.left, face.top, face.right, face.bottom, face.score, points)  # type: ignore[arg-type]


def face_to_c(face: Face) -> CFace:
    result = CFace(face.left, face.top, face.right, face.bottom, face.score)
    if len(face.landmarks) != 5:
        raise InvalidArgumentError(f"a face has five landmarks, got {len(face.landmarks)}")
    for point, (x, y) in zip(result.landmarks, face.landmarks):
        point.x, point.y = x, y
    return result


def verification_from_c(result: CVerification) -> Verification:
    return Verification(
        bool(result.same), result.distance, result.threshold, face_from_c(result.a), face_from_c(result.b)
    )


def vectors_from_c(floats: Any, count: int, dimension: int) -> Vectors:
    """The first count * dimension floats of a ctypes array: float32 (count, dimension), or a list of array('f')."""
    if np is not None:
        flat = np.frombuffer(floats, dtype=np.float32, count=count * dimension) if count else np.empty(0, np.float32)
        return flat.reshape(count, dimension)  # type: ignore[no-any-return]
    rows = [array.array("f", floats[row * dimension : (row + 1) * dimension]) for row in range(count)]
    return rows  # type: ignore[return-value]


def vector_to_c(vector: Any, dimension: int, name: str) -> Any:
    """dimension floats as a ctypes array; any sequence of numbers will do.

    Raises InvalidArgumentError for another number of them.
    """
    if len(vector) != dimension:
        raise InvalidArgumentError(f"{name} has {len(vector)} numbers, an embedding of this model has {dimension}")
    return (ctypes.c_float * dimension)(*(float(number) for number in vector))
