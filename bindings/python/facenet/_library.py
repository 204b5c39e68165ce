"""Finds and declares libfacenet.so. The header facenet.h is the manual; names and order are its own."""

from __future__ import annotations

import ctypes
import os
import weakref
from ctypes import (
    POINTER,
    c_char_p,
    c_float,
    c_int32,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint8,
    c_void_p,
)
from pathlib import Path
from types import TracebackType
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Type, TypeVar

from ._errors import InvalidArgumentError, error_for
from ._structures import (
    CCandidate,
    CComponent,
    CDetectorOptions,
    CEmbedderOptions,
    CEntry,
    CFace,
    CFault,
    CGalleryOptions,
    CGallerySizes,
    CIdentification,
    CIdentificationOptions,
    CIdentificationThreshold,
    CImage,
    CIndexOptions,
    CLog,
    CPerson,
    CProgress,
    CQuality,
    CSearchStatistics,
    CSessionOptions,
    CTemplate,
    CTensor,
    CVerification,
)

SONAME = "libfacenet.so.0"
OLDEST = 100
"""The first version that has every function declared here: 10203 is 1.2.3."""

ALL_PROCESSORS = 0xFFFFFFFF

_STATUS: Dict[str, List[Any]] = {
    "facenet_log_set": [CLog, c_void_p, c_int32],
    "facenet_bitmap_open": [c_char_p, POINTER(c_void_p)],
    "facenet_bitmap_decode": [c_void_p, c_size_t, POINTER(c_void_p)],
    "facenet_bitmap_image": [c_void_p, POINTER(CImage)],
    "facenet_detector_open": [c_char_p, POINTER(CDetectorOptions), POINTER(c_void_p)],
    "facenet_detector_decode": [c_void_p, c_size_t, POINTER(CDetectorOptions), POINTER(c_void_p)],
    "facenet_detect": [c_void_p, POINTER(CImage), POINTER(CFace), c_size_t, POINTER(c_size_t)],
    "facenet_embedder_open": [c_char_p, POINTER(CEmbedderOptions), POINTER(c_void_p)],
    "facenet_embedder_decode": [c_void_p, c_size_t, POINTER(CEmbedderOptions), POINTER(c_void_p)],
    "facenet_embedder_threshold": [c_void_p, c_float, POINTER(c_float)],
    "facenet_embedder_align": [c_void_p, POINTER(CImage), POINTER(CFace), POINTER(c_uint8), c_size_t],
    "facenet_embed": [c_void_p, POINTER(CImage), c_size_t, POINTER(c_float), c_size_t],
    "facenet_face_quality": [POINTER(CImage), POINTER(CFace), POINTER(CQuality)],
    "facenet_pipeline_new": [c_void_p, c_void_p, POINTER(c_void_p)],
    "facenet_pipeline_verify": [c_void_p, POINTER(CImage), POINTER(CImage), c_float, POINTER(CVerification)],
    "facenet_pipeline_embed": [
        c_void_p,
        POINTER(CImage),
        POINTER(CFace),
        POINTER(c_float),
        c_size_t,
        POINTER(c_size_t),
    ],
    "facenet_model_open": [c_char_p, POINTER(c_void_p)],
    "facenet_model_decode": [c_void_p, c_size_t, POINTER(c_void_p)],
    "facenet_session_new": [c_void_p, POINTER(CSessionOptions), POINTER(c_void_p)],
    "facenet_session_run": [c_void_p, POINTER(CTensor), c_size_t],
    "facenet_session_output": [c_void_p, c_size_t, POINTER(CTensor)],
    "facenet_index_create": [c_uint32, POINTER(CIndexOptions), POINTER(c_void_p)],
    "facenet_index_open": [c_char_p, c_uint32, POINTER(c_void_p)],
    "facenet_index_add": [c_void_p, c_void_p, c_void_p, c_size_t],
    "facenet_index_replace": [c_void_p, c_void_p, c_void_p, c_size_t],
    "facenet_index_remove": [c_void_p, c_void_p, c_size_t, POINTER(c_size_t)],
    "facenet_index_vector": [c_void_p, c_int64, POINTER(c_float), c_size_t],
    "facenet_index_search": [
        c_void_p,
        c_void_p,
        c_size_t,
        c_size_t,
        c_void_p,
        c_size_t,
        c_void_p,
        c_void_p,
        POINTER(CSearchStatistics),
    ],
    "facenet_index_save": [c_void_p, c_char_p],
    "facenet_index_check": [c_void_p],
    "facenet_gallery_create": [c_char_p, c_void_p, POINTER(CGalleryOptions), POINTER(c_void_p)],
    "facenet_gallery_open": [c_char_p, POINTER(CGalleryOptions), POINTER(c_void_p)],
    "facenet_gallery_enrol": [c_void_p, c_char_p, c_char_p, c_void_p, c_size_t, POINTER(c_int64)],
    "facenet_gallery_enrol_images": [
        c_void_p,
        c_void_p,
        c_char_p,
        c_char_p,
        POINTER(CImage),
        c_size_t,
        c_int32,
        POINTER(c_int64),
    ],
    "facenet_gallery_enrol_photos": [
        c_void_p,
        c_void_p,
        c_char_p,
        c_char_p,
        POINTER(c_char_p),
        c_size_t,
        c_int32,
        POINTER(c_int64),
    ],
    "facenet_gallery_enrol_many": [c_void_p, POINTER(c_char_p), c_void_p, c_size_t, POINTER(c_size_t)],
    "facenet_gallery_enrol_file": [c_void_p, POINTER(c_char_p), c_char_p, c_size_t, POINTER(c_size_t)],
    "facenet_gallery_add": [c_void_p, c_int64, c_void_p, c_size_t],
    "facenet_gallery_rename": [c_void_p, c_int64, c_char_p],
    "facenet_gallery_set_key": [c_void_p, c_int64, c_char_p],
    "facenet_gallery_set_facts": [c_void_p, c_int64, c_char_p],
    "facenet_gallery_remove": [c_void_p, c_void_p, c_size_t],
    "facenet_gallery_person": [c_void_p, c_int64, POINTER(CPerson)],
    "facenet_gallery_people": [c_void_p, c_int64, POINTER(CPerson), c_size_t, POINTER(c_size_t)],
    "facenet_gallery_person_with_key": [c_void_p, c_char_p, POINTER(CPerson)],
    "facenet_gallery_people_named": [c_void_p, c_char_p, POINTER(CPerson), c_size_t, POINTER(c_size_t)],
    "facenet_gallery_facts": [c_void_p, c_int64, c_char_p, c_size_t, POINTER(c_size_t)],
    "facenet_gallery_templates": [c_void_p, c_int64, POINTER(CTemplate), c_size_t, POINTER(c_size_t)],
    "facenet_gallery_remove_templates": [c_void_p, c_void_p, c_size_t],
    "facenet_gallery_identify": [
        c_void_p,
        c_void_p,
        c_size_t,
        POINTER(CIdentificationOptions),
        POINTER(CCandidate),
        POINTER(CIdentification),
    ],
    "facenet_gallery_threshold": [c_void_p, POINTER(CIdentificationOptions), POINTER(CIdentificationThreshold)],
    "facenet_gallery_export": [c_void_p, c_char_p],
    "facenet_gallery_import": [c_void_p, c_char_p, POINTER(c_size_t)],
    "facenet_gallery_migrate": [c_void_p, c_void_p],
    "facenet_gallery_check": [c_void_p, CFault, c_void_p],
    "facenet_gallery_compact": [c_void_p],
    "facenet_gallery_statistics": [c_void_p, POINTER(CGallerySizes)],
    "facenet_index_kind_named": [c_char_p, POINTER(c_int32)],
    "facenet_plugin_load": [c_char_p],
    "facenet_plugin_load_directory": [c_char_p, POINTER(c_size_t)],
    "facenet_plugin_component": [c_size_t, POINTER(CComponent)],
    "facenet_plugin_attach": [CEntry],
}
"""Functions that return a facenet_status, and what they take."""

_OTHER: Dict[str, Tuple[Any, List[Any]]] = {
    "facenet_version": (c_uint32, []),
    "facenet_error_message": (c_char_p, []),
    "facenet_progress_set": (None, [CProgress, c_void_p]),
    "facenet_bitmap_free": (None, [c_void_p]),
    "facenet_detector_free": (None, [c_void_p]),
    "facenet_embedder_dimension": (c_uint32, [c_void_p]),
    "facenet_embedder_side": (c_uint32, [c_void_p]),
    "facenet_embedder_distance": (c_float, [c_void_p, POINTER(c_float), POINTER(c_float)]),
    "facenet_embedder_free": (None, [c_void_p]),
    "facenet_pipeline_dimension": (c_uint32, [c_void_p]),
    "facenet_pipeline_free": (None, [c_void_p]),
    "facenet_model_input_count": (c_size_t, [c_void_p]),
    "facenet_model_output_count": (c_size_t, [c_void_p]),
    "facenet_model_input_name": (c_char_p, [c_void_p, c_size_t]),
    "facenet_model_output_name": (c_char_p, [c_void_p, c_size_t]),
    "facenet_model_metadata": (c_char_p, [c_void_p, c_char_p]),
    "facenet_model_free": (None, [c_void_p]),
    "facenet_session_free": (None, [c_void_p]),
    "facenet_index_dimension": (c_uint32, [c_void_p]),
    "facenet_index_count": (c_size_t, [c_void_p]),
    "facenet_index_kind_in_use": (c_int32, [c_void_p]),
    "facenet_index_contains": (c_int32, [c_void_p, c_int64]),
    "facenet_index_free": (None, [c_void_p]),
    "facenet_gallery_dimension": (c_uint32, [c_void_p]),
    "facenet_gallery_free": (None, [c_void_p]),
    "facenet_plugin_component_count": (c_size_t, []),
}
"""Functions with another result, and what they take."""


def _candidates() -> List[str]:
    """Where the library may be, the first that exists wins."""
    named = os.environ.get("FACENET_LIBRARY")
    if named:
        return [named]
    package = Path(__file__).resolve().parent
    found = [package / SONAME]
    root = package.parents[2]
    if (root / "include" / "facenet.h").exists():
        found.append(root / "build" / "lib" / SONAME)
    return [str(path) for path in found if path.exists()] + [SONAME]


def _load() -> ctypes.CDLL:
    path = _candidates()[0]
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(
            f"libfacenet cannot be loaded ({error}): run `make build` in a checkout, install it, "
            "or set FACENET_LIBRARY to its path"
        ) from None
    signatures = dict(_OTHER, **{name: (c_int32, arguments) for name, arguments in _STATUS.items()})
    for name, (result, arguments) in signatures.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise ImportError(f"{path} has no {name}: it is not libfacenet, or older than 0.1") from None
        function.restype = result
        function.argtypes = arguments
    found = library.facenet_version()
    if found < OLDEST or found >= 10000:
        raise ImportError(f"{path} has the version {found}, expected {OLDEST} to 9999")
    return library


library: Any = _load()


def version() -> str:
    """The version of the library that runs, such as "0.1.0"."""
    number = library.facenet_version()
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"


def check(status: int) -> None:
    """Raises what a status other than 0 stands for, with the message of this thread."""
    if status != 0:
        raise error_for(status, message())


def message() -> str:
    """The sentence about this thread's last failure."""
    raw: bytes = library.facenet_error_message()
    # Who has this package need not have the program; the command is offered by both.
    return raw.decode("utf-8", "replace").replace("run `facenet model", "run `python -m facenet model")


def thread_limit(threads: int) -> int:
    """Python's 0, one thread a processor, as the library says it."""
    if not 0 <= threads <= 1024:
        raise InvalidArgumentError(f"threads is {threads}, expected 0 to 1024")
    return threads or ALL_PROCESSORS


Self = TypeVar("Self", bound="Handle")


class Handle:
    """Something the library keeps for us until it is closed, collected, or left as a context manager."""

    def __init__(self, open_function: Callable[..., int], arguments: Sequence[Any], free: Callable[..., None]) -> None:
        out = c_void_p()
        check(open_function(*arguments, ctypes.byref(out)))
        self._raw: Optional[int] = out.value
        self._finalizer = weakref.finalize(self, free, out.value)

    @property
    def handle(self) -> int:
        """The library's own name for it.

        Raises InvalidArgumentError once it is closed.
        """
        if self._raw is None:
            raise InvalidArgumentError(f"this {type(self).__name__} is closed")
        return self._raw

    def close(self) -> None:
        """Gives it back to the library now; closing twice does nothing."""
        self._raw = None
        self._finalizer()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()
