"""Plugins written in Python: detectors and embedders of one's own, chosen by name as all others are."""

from __future__ import annotations

import ctypes
from typing import Any, Callable, List, Mapping, Sequence, Tuple

from ._calls import logger
from ._errors import FacenetError, InvalidArgumentError, PluginError
from ._image import Image
from ._library import check, library
from ._structures import (
    CDescribe,
    CDetect,
    CDetectorMethods,
    CEmbed,
    CEmbedderMethods,
    CEntry,
    CImage,
    CPluginDescription,
)
from ._values import Face, face_to_c, vector_to_c

ABI = 1
OK = 0

Find = Callable[[Image], Sequence[Face]]
"""What a detector of one's own does: all faces of a picture, with scores of 0 to 1, in any order."""


class OwnEmbedder:
    """What an embedder of one's own is: derive from it, set what it is, and write embed."""

    dimension: int
    """Numbers in an embedding, 1 to 65536."""
    side: int
    """Width and height in pixels of the crops it takes, 1 to 1024."""
    threshold: float
    """The squared distance, 0 to 4, up to which faces count as one person's."""
    identity: str
    """1 to 127 bytes that change whenever embeddings of the same face do: galleries are bound to it."""

    def embed(self, crops: List[Image]) -> Sequence[Sequence[float]]:
        """An embedding of each crop, of any length but zero. Called on any thread, even while another call waits."""
        raise NotImplementedError


_kept: List[Any] = []
"""What the library may call until the process ends."""


def attach(
    name: str,
    version: str,
    licence: str,
    *,
    detectors: Mapping[str, Find] = {},
    embedders: Mapping[str, OwnEmbedder] = {},
) -> None:
    """Adds detectors and embedders that are written in Python, by the names that choose them.

    They are used wherever a name is taken, :func:`facenet.verify`'s parts included, and stay until the process ends.
    An exception that one of them raises becomes a FacenetError that names it; the logger "facenet" has the traceback.
    name, version, licence: what :func:`plugins` says of the plugin; the licence is an SPDX expression.

    Raises InvalidArgumentError for a name that is taken, PluginError for one that is none. Then nothing was added.

    >>> import facenet
    >>> class Middle(OwnEmbedder):
    ...     dimension, side, threshold, identity = 3, 64, 0.1, "the pixel in the middle, 1"
    ...
    ...     def embed(self, crops):
    ...         return [crop.pixels[32, 32] for crop in crops]
    >>> attach("middle", "1.0", "MIT", embedders={"middle": Middle()})
    >>> facenet.Embedder("middle").dimension
    3
    """

    def add(host: Any, registrar: int) -> None:
        description = CPluginDescription(ctypes.sizeof(CPluginDescription), ABI, *map(_text, (name, version, licence)))
        _require(host.describe(registrar, ctypes.byref(description)))
        for own, find in detectors.items():
            methods = _detector_methods(host, find)
            _require(host.add_detector(registrar, _text(own), ctypes.byref(methods), None))
        for own, embedder in embedders.items():
            table = _embedder_methods(host, embedder)
            _require(host.add_embedder(registrar, _text(own), ctypes.byref(table), None))

    def enter(host: Any, registrar: int) -> int:
        return _guarded(host.contents, lambda: add(host.contents, registrar))

    entry = CEntry(enter)
    _kept.append(entry)
    check(library.facenet_plugin_attach(entry))


class _Refused(Exception):
    """The library refused something, and knows why."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


def _require(status: int) -> None:
    if status != OK:
        raise _Refused(status)


def _text(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _guarded(host: Any, body: Callable[[], None]) -> int:
    """The status of a call that Python does for the library, through which no exception can pass."""
    try:
        body()
        return OK
    except _Refused as refusal:
        return refusal.status
    except BaseException as error:
        logger.debug("a plugin written in Python failed", exc_info=True)
        status = error.status if isinstance(error, FacenetError) and error.status else PluginError.status
        sentence = str(error) if isinstance(error, FacenetError) else f"{type(error).__name__}: {error}"
        return int(host.fail(status, _text(sentence)))


def _detector_methods(host: Any, find: Find) -> CDetectorMethods:
    def detect(_self: Any, image: Any, faces: Any, capacity: int, count: Any) -> int:
        def body() -> None:
            found = sorted(find(_copied(image[0])), key=lambda face: -face.score)
            for position, face in enumerate(found[:capacity]):
                faces[position] = face_to_c(face)
            count[0] = len(found)

        return _guarded(host, body)

    method = CDetect(detect)
    _kept.append(method)
    return CDetectorMethods(struct_size=ctypes.sizeof(CDetectorMethods), detect=method)


def _embedder_methods(host: Any, embedder: OwnEmbedder) -> CEmbedderMethods:
    def describe(_self: Any, out: Any) -> int:
        def body() -> None:
            facts = out.contents
            facts.dimension, facts.side, facts.threshold = embedder.dimension, embedder.side, embedder.threshold
            facts.identity = _text(embedder.identity)

        return _guarded(host, body)

    def embed(_self: Any, crops: Any, count: int, embeddings: Any) -> int:
        def body() -> None:
            vectors = embedder.embed([_copied(crops[position]) for position in range(count)])
            if len(vectors) != count:
                raise InvalidArgumentError(f"embed gave {len(vectors)} embeddings of {count} crops")
            for position, vector in enumerate(vectors):
                row = vector_to_c(vector, embedder.dimension, f"embedding {position}")
                size = ctypes.sizeof(row)
                ctypes.memmove(ctypes.byref(embeddings.contents, position * size), row, size)

        return _guarded(host, body)

    methods: Tuple[Any, Any] = (CDescribe(describe), CEmbed(embed))
    _kept.append(methods)
    return CEmbedderMethods(struct_size=ctypes.sizeof(CEmbedderMethods), describe=methods[0], embed=methods[1])


def _copied(image: CImage) -> Image:
    """The picture in memory of its own: the library's lives only until a method returns."""
    stride = image.stride or 3 * image.width
    raw = ctypes.create_string_buffer(ctypes.string_at(image.pixels, stride * (image.height - 1) + 3 * image.width))
    return Image(CImage(ctypes.addressof(raw), image.width, image.height, stride, image.format), raw)
