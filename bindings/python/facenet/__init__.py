"""Faces in photographs found, aligned, embedded and verified.

>>> import facenet
>>> result = facenet.verify("obama.jpg", "obama2.jpg")
>>> result.same, result.distance < result.threshold
(True, True)
>>> [face.score > 0.9 for face in facenet.detect("biden.jpg")]
[True]
>>> facenet.embed("biden.jpg").shape
(1, 512)

Pictures may be paths, the bytes of JPEG or PNG files, uint8 arrays (H, W, 3), Pillow images, or :class:`Image`.
Coordinates are pixels of the picture: origin top left, y down. Failures raise :class:`FacenetError`, by kind.

Long calls take ``progress``, a function that is told how much is done, 0 to 1, and stops the call by returning False.
What the library says of its work goes to the logger "facenet".
"""

from __future__ import annotations

from . import models
from ._attach import OwnEmbedder, attach
from ._calls import Progress, connect
from ._errors import (
    CancelledError,
    CorruptError,
    FacenetError,
    InputOutputError,
    InternalError,
    InvalidArgumentError,
    NotFoundError,
    PluginError,
    TooLargeError,
    UnsupportedError,
)
from ._gallery import Gallery
from ._image import Image, ImageLike
from ._index import Index, SearchStatistics
from ._library import version
from ._model import Model, Session
from ._parts import Detector, Embedder
from ._people import Candidate, Identification, Person, Sizes, Template, Threshold, Verdict
from ._pipeline import Pipeline, detect, embed, verify
from ._plugins import Component, load_plugin, plugins
from ._quality import Quality, quality
from ._values import Face, Verification

__version__ = "0.1.0"

connect()

__all__ = [
    "CancelledError",
    "Candidate",
    "Component",
    "CorruptError",
    "Detector",
    "Embedder",
    "Face",
    "FacenetError",
    "Gallery",
    "Identification",
    "Image",
    "ImageLike",
    "Index",
    "InputOutputError",
    "InternalError",
    "InvalidArgumentError",
    "Model",
    "NotFoundError",
    "OwnEmbedder",
    "Person",
    "Pipeline",
    "PluginError",
    "Progress",
    "Quality",
    "SearchStatistics",
    "Session",
    "Sizes",
    "Template",
    "Threshold",
    "TooLargeError",
    "UnsupportedError",
    "Verdict",
    "Verification",
    "attach",
    "detect",
    "embed",
    "load_plugin",
    "models",
    "plugins",
    "quality",
    "verify",
    "version",
]
