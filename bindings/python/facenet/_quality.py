"""How much of a face a picture shows to an embedder."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

from ._image import ImageLike, as_image
from ._library import check, library
from ._structures import CQuality
from ._values import Face, face_to_c


@dataclass(frozen=True)
class Quality:
    """How much of a face a picture shows to an embedder: it orders the photographs of a person."""

    value: float
    """0 to 1, the geometric mean of the next four."""
    size: float
    """0 to 1, of the distance of the eyes."""
    sharpness: float
    """0 to 1, of the detail against the contrast."""
    pose: float
    """0 to 1, 1 from the front, 0 from the side."""
    confidence: float
    """0 to 1, the detector's score."""
    yaw: float
    """Degrees that the nose points to image right."""
    pitch: float
    """Degrees that the face looks down."""
    roll: float
    """Degrees that the line of the eyes is turned clockwise."""


def quality(image: ImageLike, face: Face) -> Quality:
    """Judges a face in the picture it was found in.

    >>> import facenet
    >>> (face,) = facenet.detect("obama.jpg")
    >>> facenet.quality("obama.jpg", face).value > 0.5
    True
    """
    picture, out = as_image(image), CQuality()
    check(library.facenet_face_quality(picture.c, ctypes.byref(face_to_c(face)), ctypes.byref(out)))
    return Quality(
        out.value, out.size, out.sharpness, out.pose, out.confidence, out.yaw, out.pitch, out.roll
    )
