"""Detector and embedder put together, and the verbs that need no objects at all."""

from __future__ import annotations

import ctypes
import functools
from typing import TYPE_CHECKING, List, Optional, Tuple

from ._calls import Progress, watched
from ._image import ImageLike, as_image
from ._library import Handle, check, library
from ._parts import FIRST_GUESS, Detector, Embedder
from ._structures import CFace, CVerification
from ._values import Face, Verification, face_from_c, vectors_from_c, verification_from_c

if TYPE_CHECKING:
    from ._values import Vectors


class Pipeline(Handle):
    """From a picture to embeddings and verdicts. Immutable: any thread, many at once.

    >>> with Pipeline(embedder=Embedder("dlib")) as pipeline:
    ...     faces, vectors = pipeline.embed("obama.jpg")
    ...     len(faces), vectors.shape, pipeline.verify("obama.jpg", "biden.jpg").same
    (1, (1, 128), False)
    """

    def __init__(
        self,
        detector: Optional[Detector] = None,
        embedder: Optional[Embedder] = None,
        *,
        progress: Optional[Progress] = None,
    ) -> None:
        """Puts two parts together; None is the default one. They may be closed afterwards."""
        arguments = [detector.handle if detector else None, embedder.handle if embedder else None]
        with watched(progress):
            super().__init__(library.facenet_pipeline_new, arguments, library.facenet_pipeline_free)

    def embed(self, image: ImageLike, *, progress: Optional[Progress] = None) -> Tuple[List[Face], Vectors]:
        """Every face of a picture, best score first, and their embeddings: float32 (N, D)."""
        picture, dimension = as_image(image), int(library.facenet_pipeline_dimension(self.handle))
        capacity, count = FIRST_GUESS, ctypes.c_size_t()
        while True:
            faces, floats = (CFace * capacity)(), (ctypes.c_float * (capacity * dimension))()
            arguments = [self.handle, picture.c, faces, floats, capacity, ctypes.byref(count)]
            with watched(progress):
                check(library.facenet_pipeline_embed(*arguments))
            if count.value <= capacity:
                found = [face_from_c(face) for face in faces[: count.value]]
                return found, vectors_from_c(floats, count.value, dimension)
            capacity = count.value

    def verify(
        self, a: ImageLike, b: ImageLike, threshold: float = 0, *, progress: Optional[Progress] = None
    ) -> Verification:
        """Whether the largest faces of two pictures are one person's.

        threshold: distances up to it mean yes; 0 means the embedder's own.
        Raises NotFoundError when a picture shows no face, saying which.
        """
        first, second = as_image(a), as_image(b)
        result = CVerification()
        with watched(progress):
            check(library.facenet_pipeline_verify(self.handle, first.c, second.c, threshold, ctypes.byref(result)))
        return verification_from_c(result)


@functools.lru_cache(maxsize=1)
def _detector() -> Detector:
    return Detector()


@functools.lru_cache(maxsize=1)
def default_pipeline() -> Pipeline:
    """Opened at the first use and kept for the life of the process."""
    return Pipeline(_detector())


def verify(
    a: ImageLike, b: ImageLike, threshold: float = 0, *, progress: Optional[Progress] = None
) -> Verification:
    """Whether two pictures show one person, by the largest face of each and the default models.

    The result is true in a condition when they do. threshold: distances up to it mean yes; 0 means the model's own.
    Raises NotFoundError when a picture shows no face, saying which.
    """
    return default_pipeline().verify(a, b, threshold, progress=progress)


def detect(image: ImageLike, *, progress: Optional[Progress] = None) -> List[Face]:
    """Every face of a picture, best score first, by the default detector; Detector has options."""
    return _detector().detect(image, progress=progress)


def embed(image: ImageLike, *, progress: Optional[Progress] = None) -> Vectors:
    """The embeddings of every face of a picture: float32 (N, D), of length 1, in the order of :func:`detect`.

    Without numpy, a list of array('f').
    """
    return default_pipeline().embed(image, progress=progress)[1]
