"""Detector and embedder, for those who keep them."""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING, Any, Callable, List, Optional, Sequence, Tuple, Union

from ._calls import Progress, watched
from ._errors import InvalidArgumentError
from ._image import ImageLike, as_image, path_bytes
from ._library import Handle, check, library, message, thread_limit
from ._structures import CDetectorOptions, CEmbedderOptions, CFace, CImage
from ._values import Face, face_from_c, face_to_c, np, vector_to_c, vectors_from_c

if TYPE_CHECKING:
    from ._values import Pixels, Vectors

ModelLike = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview]
"""An installed model's name, an ONNX file's path, or its bytes."""

FIRST_GUESS = 64
"""Faces there is room for before their number is known."""


def opener(
    model: Optional[ModelLike], options: ctypes.Structure, open_function: Any, decode_function: Any
) -> Tuple[Callable[..., int], List[Any]]:
    """The function that opens a model, and its arguments but the last."""
    pointer = ctypes.byref(options)
    if model is None:
        return open_function, [None, pointer]
    if isinstance(model, (bytes, bytearray, memoryview)):
        raw = bytes(model)
        return decode_function, [raw, len(raw), pointer]
    name = path_bytes(model)
    if not isinstance(model, str) and b"/" not in name:
        name = b"./" + name
    return open_function, [name, pointer]


class Detector(Handle):
    """Finds faces. Immutable: any thread, many at once.

    >>> with Detector("retinaface", minimum_size=80) as detector:
    ...     (face,) = detector.detect("obama.jpg")
    >>> face.width < face.height, len(face.landmarks)
    (True, 5)
    """

    def __init__(
        self,
        model: Optional[ModelLike] = None,
        *,
        threads: int = 1,
        minimum_size: int = 0,
        minimum_score: float = 0,
        overlap: float = 0,
        progress: Optional[Progress] = None,
    ) -> None:
        """Opens an installed model by name ("retinaface", the default, "mtcnn", "yunet", "centerface"), by path or bytes.

        threads: at most this many work on a picture, 0 for one a processor.
        minimum_size: smallest side in pixels of a face that must be found; smaller takes longer.
        minimum_score: faces below are not reported, 0 to 1.
        overlap: boxes that share more than this (intersection over union, 0 to 1) are one face.
        0 for each of these three means the model's or the library's own.
        progress: told how far opening is.
        """
        if not 0 <= minimum_size <= 0xFFFFFFFF:
            raise InvalidArgumentError(f"minimum_size is {minimum_size}, expected 0 or more pixels")
        size = ctypes.sizeof(CDetectorOptions)
        options = CDetectorOptions(size, thread_limit(threads), minimum_size, minimum_score, overlap)
        found = opener(model, options, library.facenet_detector_open, library.facenet_detector_decode)
        with watched(progress):
            super().__init__(*found, library.facenet_detector_free)

    def detect(self, image: ImageLike, *, progress: Optional[Progress] = None) -> List[Face]:
        """Every face of a picture, best score first."""
        picture = as_image(image)
        capacity, count = FIRST_GUESS, ctypes.c_size_t()
        while True:
            faces = (CFace * capacity)()
            with watched(progress):
                check(library.facenet_detect(self.handle, picture.c, faces, capacity, ctypes.byref(count)))
            if count.value <= capacity:
                return [face_from_c(face) for face in faces[: count.value]]
            capacity = count.value


class Embedder(Handle):
    """Turns aligned faces into vectors. Immutable: any thread, many at once.

    >>> with Detector() as detector, Embedder("dlib") as embedder:
    ...     pictures = ["obama.jpg", "obama2.jpg"]
    ...     crops = [embedder.align(picture, detector.detect(picture)[0]) for picture in pictures]
    ...     a, b = embedder.embed(crops)
    ...     crops[0].shape, a.shape, embedder.distance(a, b) <= embedder.threshold
    ((150, 150, 3), (128,), True)
    """

    def __init__(
        self,
        model: Optional[ModelLike] = None,
        *,
        threads: int = 1,
        threshold: float = 0,
        progress: Optional[Progress] = None,
    ) -> None:
        """Opens an installed model by name ("facenet", the default, "dlib", ...), by path or bytes.

        threads: at most this many work on a call, 0 for one a processor.
        threshold: distances up to it mean the same person; 0 means the model's own.
        progress: told how far opening is.
        """
        options = CEmbedderOptions(ctypes.sizeof(CEmbedderOptions), thread_limit(threads), threshold)
        found = opener(model, options, library.facenet_embedder_open, library.facenet_embedder_decode)
        with watched(progress):
            super().__init__(*found, library.facenet_embedder_free)

    @property
    def dimension(self) -> int:
        """Numbers in an embedding, D."""
        return int(library.facenet_embedder_dimension(self.handle))

    @property
    def side(self) -> int:
        """Width and height in pixels of the crops it takes."""
        return int(library.facenet_embedder_side(self.handle))

    @property
    def threshold(self) -> float:
        """The distance up to which faces count as one person's."""
        return self.threshold_at(0)

    def threshold_at(self, false_accept_rate: float) -> float:
        """The threshold at which this share of pairs of different people passes, as it was measured for the model.

        Raises NotFoundError when none was measured for this rate.
        """
        out = ctypes.c_float()
        check(library.facenet_embedder_threshold(self.handle, false_accept_rate, ctypes.byref(out)))
        return out.value

    def align(self, image: ImageLike, face: Face) -> Pixels:
        """The face cut out upright: uint8 (side, side, 3), red, green, blue; black where the crop leaves the picture.

        Without numpy, a memoryview of that shape.
        """
        picture, side = as_image(image), self.side
        count = 3 * side * side
        rgb = (ctypes.c_uint8 * count)()
        check(library.facenet_embedder_align(self.handle, picture.c, ctypes.byref(face_to_c(face)), rgb, count))
        if np is not None:
            return np.frombuffer(rgb, dtype=np.uint8).reshape(side, side, 3)  # type: ignore[no-any-return]
        return memoryview(rgb).cast("B").cast("B", (side, side, 3))  # type: ignore[return-value]

    def embed(self, crops: Union[Sequence[ImageLike], Pixels], *, progress: Optional[Progress] = None) -> Vectors:
        """The embeddings of aligned crops of side x side pixels: float32 (N, D), length 1 if the metric is squared L2.

        An array (N, side, side, 3) will do for crops. Without numpy, a list of array('f').
        """
        if isinstance(crops, (str, bytes, bytearray, os.PathLike)):
            raise InvalidArgumentError("embed takes a sequence of crops; facenet.embed takes one photograph")
        pictures = [as_image(crop) for crop in crops]
        count, dimension = len(pictures), self.dimension
        images = (CImage * count)(*(picture.c for picture in pictures))
        floats = (ctypes.c_float * (count * dimension))()
        with watched(progress):
            check(library.facenet_embed(self.handle, images, count, floats, count * dimension))
        return vectors_from_c(floats, count, dimension)

    def distance(self, a: Sequence[float], b: Sequence[float]) -> float:
        """The distance of two embeddings by the model's metric, the one thresholds are about."""
        dimension = self.dimension
        first, second = vector_to_c(a, dimension, "a"), vector_to_c(b, dimension, "b")
        distance = float(library.facenet_embedder_distance(self.handle, first, second))
        if distance != distance and all(number == number for number in [*first, *second]):
            raise InvalidArgumentError(message())
        return distance
