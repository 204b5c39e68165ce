"""The functions of the package face_recognition, on this library and its model `dlib`.

``from facenet.compat import face_recognition`` in place of ``import face_recognition``: encodings are comparable with
stored ones of that package, with the same tolerance. docs/python.md says what differs. Needs numpy and the models
`retinaface` and `dlib`.

>>> from facenet.compat import face_recognition
>>> known = face_recognition.face_encodings(face_recognition.load_image_file("obama.jpg"))[0]
>>> unknown = face_recognition.face_encodings(face_recognition.load_image_file("obama2.jpg"))[0]
>>> face_recognition.compare_faces([known], unknown)
[True]

Pictures are uint8 arrays (H, W, 3), red, green, blue, or (H, W) gray, and all else facenet takes as a picture.
Coordinates are whole pixels: origin top left, y down.
"""

from __future__ import annotations

import functools
import math
import os
import random
from typing import IO, TYPE_CHECKING, Dict, List, Optional, Sequence, Tuple, Union

from .._errors import InvalidArgumentError, NotFoundError, UnsupportedError
from .._image import Image, ImageLike, as_image
from .._parts import Detector, Embedder
from .._values import Face, np

if np is None:
    raise ImportError("facenet.compat.face_recognition needs numpy, which is not installed")

if TYPE_CHECKING:
    import numpy
    import numpy.typing

    from .._values import Pixels

    Encoding = numpy.typing.NDArray[numpy.float64]

__all__ = [
    "batch_face_locations",
    "compare_faces",
    "face_distance",
    "face_encodings",
    "face_landmarks",
    "face_locations",
    "load_image_file",
]

LARGEST_SMALLEST = 80
"""The smallest side in pixels of a face that dlib's detector finds in a picture as it is."""
FINEST = 3
"""Times that upsampling halves that side at most: to 10 pixels."""

Css = Tuple[int, int, int, int]
"""Top, right, bottom, left."""


class Location(Css):
    """A tuple (top, right, bottom, left) that remembers its face, so that an encoding need not search for it again."""

    face: Face


def load_image_file(file: Union[str, os.PathLike[str], IO[bytes]], mode: str = "RGB") -> Pixels:
    """A JPEG, PNG, PGM or PPM file, by path or open for reading: uint8 (H, W, 3), or (H, W) with the mode "L".

    The picture is turned upright as its EXIF orientation says. Other modes raise UnsupportedError.
    """
    if mode not in ("RGB", "L"):
        raise UnsupportedError(f'the mode {mode!r} is not offered: "RGB" or "L"')
    image = Image.open(file) if isinstance(file, (str, os.PathLike)) else Image.decode(file.read())
    pixels: Pixels = np.array(image.pixels)
    if mode == "RGB":
        return pixels
    weights = np.array([19595, 38470, 7471], np.uint32)  # ITU-R 601 in 65536ths, as Pillow has them
    return ((pixels @ weights + 32768) >> 16).astype(np.uint8)  # type: ignore[no-any-return]


def face_locations(img: ImageLike, number_of_times_to_upsample: int = 1, model: str = "hog") -> List[Css]:
    """Every face as (top, right, bottom, left), cut to the picture, the surest first.

    number_of_times_to_upsample: 0 finds faces of 80 pixels and more, 1 of 40, 2 of 20, 3 and more of 10.
    model: "hog" or "cnn"; `retinaface` searches for both.
    """
    if model not in ("hog", "cnn"):
        raise InvalidArgumentError(f'the model is {model!r}, expected "hog" or "cnn"')
    if number_of_times_to_upsample < 0:
        raise InvalidArgumentError(f"number_of_times_to_upsample is {number_of_times_to_upsample}, expected 0 or more")
    image = as_image(img)
    return [_location(face, image) for face in _detector(min(number_of_times_to_upsample, FINEST)).detect(image)]


def batch_face_locations(
    images: Sequence[ImageLike], number_of_times_to_upsample: int = 1, batch_size: int = 128
) -> List[List[Css]]:
    """face_locations of each picture, one after the other; batch_size changes nothing."""
    return [face_locations(image, number_of_times_to_upsample, "cnn") for image in images]


def face_landmarks(
    face_image: ImageLike, face_locations: Optional[Sequence[Css]] = None, model: str = "large"
) -> List[Dict[str, List[Tuple[int, int]]]]:
    """With the model "small", points (x, y) of each face under "nose_tip", "left_eye" and "right_eye".

    Each has one point, an eye its centre (dlib has its two corners); "left_eye" is at the picture's left. The model
    "large", 68 points, is not offered and raises UnsupportedError. face_locations: as face_encodings takes them.
    """
    if model == "large":
        raise UnsupportedError('the model "large" is not offered, it has 68 points: face_landmarks(..., model="small")')
    if model != "small":
        raise InvalidArgumentError(f'the model is {model!r}, expected "small"')
    names = ("left_eye", "right_eye", "nose_tip")
    found = _faces(as_image(face_image), face_locations)
    return [{name: [(math.floor(x), math.floor(y))] for name, (x, y) in zip(names, face.landmarks)} for face in found]


def face_encodings(
    face_image: ImageLike,
    known_face_locations: Optional[Sequence[Css]] = None,
    num_jitters: int = 1,
    model: str = "small",
) -> List[Encoding]:
    """An encoding for each face, or for each known location: float64 (128,), not of length 1.

    known_face_locations: what face_locations returned for the same picture, then nothing is searched again; or any
    (top, right, bottom, left), then the face that overlaps it most is looked for. NotFoundError where there is none.
    num_jitters: above 1, the mean over so many crops, turned, shrunk and moved a little, every second one mirrored.
    model: "small" or "large", which is the same here: five points align.
    """
    if model not in ("small", "large"):
        raise InvalidArgumentError(f'the model is {model!r}, expected "small" or "large"')
    if num_jitters < 0:
        raise InvalidArgumentError(f"num_jitters is {num_jitters}, expected 0 or more")
    image = as_image(face_image)
    found = _faces(image, known_face_locations)
    crops = [crop for face in found for crop in _crops(image, face, max(1, num_jitters))]
    vectors = _embedder().embed(crops).astype(np.float64)
    return list(vectors.reshape(len(found), -1, vectors.shape[1]).mean(axis=1)) if found else []


def face_distance(
    face_encodings: Union[Sequence[Encoding], Encoding], face_to_compare: Union[Sequence[float], Encoding]
) -> Encoding:
    """The Euclidean distance, not squared, of each encoding (N, 128) to one (128,): float64 (N,)."""
    if len(face_encodings) == 0:
        return np.empty(0)  # type: ignore[no-any-return]
    difference = np.asarray(face_encodings) - np.asarray(face_to_compare)
    return np.linalg.norm(difference, axis=1)  # type: ignore[no-any-return]


def compare_faces(
    known_face_encodings: Union[Sequence[Encoding], Encoding],
    face_encoding_to_check: Union[Sequence[float], Encoding],
    tolerance: float = 0.6,
) -> List[bool]:
    """Whether each known encoding is at most tolerance away from the one to check."""
    return [bool(distance <= tolerance) for distance in face_distance(known_face_encodings, face_encoding_to_check)]


@functools.lru_cache(maxsize=None)
def _detector(halvings: int) -> Detector:
    """Opened at the first use and kept for the life of the process, as the embedder is; there are four at most."""
    return Detector("retinaface", minimum_size=LARGEST_SMALLEST >> halvings)


@functools.lru_cache(maxsize=None)
def _embedder() -> Embedder:
    return Embedder("dlib")


def _location(face: Face, image: Image) -> Css:
    top, right = max(0, round(face.top)), min(image.width, round(face.right))
    location = Location((top, right, min(image.height, round(face.bottom)), max(0, round(face.left))))
    location.face = face
    return location


def _faces(image: Image, locations: Optional[Sequence[Css]]) -> List[Face]:
    """The faces at the locations, in order; every face where none are given."""
    if locations is None:
        return _detector(1).detect(image)
    if all(isinstance(location, Location) for location in locations):
        return [location.face for location in locations if isinstance(location, Location)]
    smallest = min(min(bottom - top, right - left) for top, right, bottom, left in locations) // 2
    fitting = (halvings for halvings in range(FINEST) if LARGEST_SMALLEST >> halvings <= smallest)
    found = _detector(next(fitting, FINEST)).detect(image)
    return [_face_at(location, found) for location in locations]


def _face_at(location: Css, found: Sequence[Face]) -> Face:
    """The face that overlaps a location most, its centre inside."""
    if isinstance(location, Location):
        return location.face
    top, right, bottom, left = location
    inside = [
        face
        for face in found
        if left <= (face.left + face.right) / 2 <= right and top <= (face.top + face.bottom) / 2 <= bottom
    ]
    if not inside:
        raise NotFoundError(f"no face is found at the location {tuple(location)} (top, right, bottom, left)")
    return max(inside, key=lambda face: _overlap(face, location))


def _overlap(face: Face, location: Css) -> float:
    """Intersection over union of a face's box and a location, 0 to 1."""
    top, right, bottom, left = location
    width, height = min(face.right, right) - max(face.left, left), min(face.bottom, bottom) - max(face.top, top)
    shared = max(0.0, width) * max(0.0, height)
    return shared / (face.width * face.height + (right - left) * (bottom - top) - shared)


def _crops(image: Image, face: Face, count: int) -> List[Pixels]:
    """The aligned crop of a face, or that many crops that differ a little, always the same ones."""
    embedder, chance = _embedder(), random.Random(0)
    if count == 1:
        return [embedder.align(image, face)]
    crops = [embedder.align(image, _moved(face, chance)) for _ in range(count)]
    return [crop[:, ::-1] if number % 2 else crop for number, crop in enumerate(crops)]


def _moved(face: Face, chance: random.Random) -> Face:
    """The face with its landmarks turned by up to 3 degrees, drawn apart by up to 3 % and moved by up to 2 %.

    These are dlib's limits (random_cropper in jitter_image); points further apart make a smaller face in the crop.
    """
    angle, factor = math.radians(chance.uniform(-3, 3)), 1 / chance.uniform(0.97, 1)
    cosine, sine = factor * math.cos(angle), factor * math.sin(angle)
    middle_x = sum(x for x, _ in face.landmarks) / 5 + chance.uniform(-0.02, 0.02) * face.width
    middle_y = sum(y for _, y in face.landmarks) / 5 + chance.uniform(-0.02, 0.02) * face.height
    offsets = [(x - middle_x, y - middle_y) for x, y in face.landmarks]
    points = tuple((middle_x + cosine * x - sine * y, middle_y + sine * x + cosine * y) for x, y in offsets)
    return Face(*face.box, face.score, points)  # type: ignore[arg-type]
