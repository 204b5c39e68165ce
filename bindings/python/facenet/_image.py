"""Pictures in: paths, encoded bytes, arrays, Pillow images."""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING, Any, Optional, Sequence, Tuple, Union

from ._errors import InvalidArgumentError, TooLargeError
from ._library import Handle, check, library
from ._structures import CImage
from ._values import np

if TYPE_CHECKING:
    from ._values import Pixels

FORMATS = {("gray", 1): 1, ("rgb", 3): 2, ("bgr", 3): 3, ("rgb", 4): 4, ("bgr", 4): 5}
"""The library's pixel formats by the order and number of channels."""


class Image:
    """A picture: decoded from a file or from bytes, or borrowed from an array.

    Immutable, if the array it was made from is left alone: any thread.

    >>> image = Image.open("obama.jpg")
    >>> image.width, image.height, image.pixels.shape
    (910, 1137, (1137, 910, 3))
    >>> Image.from_array(image.pixels[100:300, 200:500]).width
    300
    """

    def __init__(self, image: CImage, owner: Any) -> None:
        """Not for users: open, decode or from_array make images."""
        self.c = image
        self._owner = owner

    @classmethod
    def open(cls, path: Union[str, os.PathLike[str]]) -> Image:
        """Decodes a JPEG, PNG or binary PGM/PPM file and turns it upright as its EXIF orientation says."""
        return cls._decoded(Handle(library.facenet_bitmap_open, [path_bytes(path)], library.facenet_bitmap_free))

    @classmethod
    def decode(cls, data: Union[bytes, bytearray, memoryview]) -> Image:
        """Decodes the bytes of such a file."""
        raw = bytes(data)
        return cls._decoded(Handle(library.facenet_bitmap_decode, [raw, len(raw)], library.facenet_bitmap_free))

    @classmethod
    def _decoded(cls, bitmap: Handle) -> Image:
        image = CImage()
        check(library.facenet_bitmap_image(bitmap.handle, ctypes.byref(image)))
        return cls(image, bitmap)

    @classmethod
    def from_array(cls, pixels: Any, order: str = "rgb") -> Image:
        """Borrows a uint8 array of shape (H, W, 3), (H, W, 4) with alpha, which is ignored, or (H, W) gray.

        order is that of the channels, "rgb" or "bgr" (OpenCV). Nothing is copied unless a row has gaps.
        """
        address, shape, row, owner = _borrow(pixels)
        channels = shape[2] if len(shape) == 3 else 1
        if order not in ("rgb", "bgr"):
            raise InvalidArgumentError(f'order is {order!r}, expected "rgb" or "bgr"')
        number = FORMATS.get(("gray" if channels == 1 else order, channels))
        if number is None:
            raise InvalidArgumentError(f"an array of shape {shape} is no picture: (H, W), (H, W, 3) or (H, W, 4)")
        height, width = shape[0], shape[1]
        if max(height, width, row) > 0x7FFFFFFF:
            raise TooLargeError(f"an array of shape {shape} is larger than any picture")
        return cls(CImage(address, width, height, row, number), owner)

    @property
    def width(self) -> int:
        """Pixels in a row."""
        return int(self.c.width)

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.c.height)

    @property
    def pixels(self) -> Pixels:
        """The pixels of a decoded picture, uint8 (H, W, 3), red, green, blue, read-only and not copied. Needs numpy."""
        if np is None:
            raise InvalidArgumentError("pixels needs numpy, which is not installed")
        if self.c.format != FORMATS["rgb", 3]:
            raise InvalidArgumentError("pixels is offered for pictures that were decoded or are red, green, blue")
        return np.asarray(_Rows(self))  # type: ignore[no-any-return]


class _Rows:
    """Shows numpy an image's memory; the array keeps this, and this the image."""

    def __init__(self, image: Image) -> None:
        self._image = image
        c = image.c
        self.__array_interface__ = {
            "version": 3,
            "typestr": "|u1",
            "shape": (c.height, c.width, 3),
            "strides": (c.stride or 3 * c.width, 3, 1),
            "data": (c.pixels, True),
        }


if TYPE_CHECKING:
    import numpy.typing
    import PIL.Image

    ImageLike = Union[
        str, os.PathLike[str], bytes, bytearray, memoryview, numpy.typing.NDArray[numpy.uint8], PIL.Image.Image, Image
    ]
else:
    ImageLike = Any
"""What functions take as a picture."""


def as_image(picture: ImageLike) -> Image:
    """The picture behind any of the kinds that are understood."""
    if isinstance(picture, Image):
        return picture
    if isinstance(picture, (str, os.PathLike)):
        return Image.open(picture)
    if isinstance(picture, (bytes, bytearray)) or (isinstance(picture, memoryview) and picture.ndim == 1):
        return Image.decode(picture)
    if type(picture).__module__.split(".")[0] == "PIL" or hasattr(picture, "getbands"):
        return _from_pillow(picture)
    return Image.from_array(picture)


def path_bytes(path: Union[str, os.PathLike[str]]) -> bytes:
    """A path as the library takes it."""
    raw = os.fsencode(path)
    if b"\0" in raw:
        raise InvalidArgumentError(f"the path {path!r} has a zero byte")
    return raw


def _from_pillow(picture: Any) -> Image:
    """Upright, on white where it is transparent, in red, green, blue."""
    from PIL import Image as Pillow
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(picture)
    if upright.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in upright.info:
        layer = upright.convert("RGBA")
        upright = Pillow.alpha_composite(Pillow.new("RGBA", layer.size, "white"), layer)
    raw = upright.convert("RGB").tobytes()
    return Image.from_array(memoryview(raw).cast("B", (upright.height, upright.width, 3)))


def _borrow(pixels: Any) -> Tuple[int, Sequence[int], int, Any]:
    """Address, shape and bytes a row of an array of bytes, and what keeps it alive."""
    interface: Optional[Any] = getattr(pixels, "__array_interface__", None)
    if interface is not None and np is not None:
        array = np.asarray(pixels)
        if array.dtype != np.uint8:
            raise InvalidArgumentError(f"pixels are uint8, got an array of {array.dtype}")
        if array.ndim in (2, 3) and not _has_dense_rows(array.shape, array.strides):
            array = np.ascontiguousarray(array)
        _check_dimensions(array.shape)
        return array.ctypes.data, tuple(array.shape), array.strides[0], array
    try:
        view = memoryview(pixels)
    except TypeError:
        raise InvalidArgumentError(
            f"a {type(pixels).__name__} is no picture: path, bytes, uint8 array, Pillow image or facenet.Image"
        ) from None
    if view.itemsize != 1 or view.format not in ("B", "c", "<B"):
        raise InvalidArgumentError(f"pixels are unsigned bytes, got the format {view.format!r}")
    shape = tuple(view.shape or ())
    _check_dimensions(shape)
    raw = view.tobytes()
    address = ctypes.cast(ctypes.c_char_p(raw), ctypes.c_void_p).value or 0
    return address, shape, len(raw) // shape[0], raw


def _check_dimensions(shape: Sequence[int]) -> None:
    if len(shape) not in (2, 3) or 0 in shape:
        raise InvalidArgumentError(f"an array of shape {tuple(shape)} is no picture: (H, W), (H, W, 3) or (H, W, 4)")


def _has_dense_rows(shape: Sequence[int], strides: Sequence[int]) -> bool:
    """Whether pixels follow each other within a row, and rows go down."""
    channels = shape[2] if len(shape) == 3 else 1
    last = len(shape) == 2 or strides[2] == 1 or channels == 1
    across = shape[1] == 1 or strides[1] == channels
    return last and across and strides[0] >= shape[1] * channels
