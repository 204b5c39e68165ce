"""What the library's failures become: one class a status, each also the built-in error it resembles most."""

from __future__ import annotations

from typing import Dict, Type


class FacenetError(Exception):
    """Any failure of the library; its text says what, where, what was expected and what was got."""

    status = 0
    """The number that C calls facenet_status."""


class InvalidArgumentError(FacenetError, ValueError):
    """An argument is outside its documented range."""

    status = 1


class NotFoundError(FacenetError, LookupError):
    """A file, a model, or a face in a picture does not exist."""

    status = 2


class InputOutputError(FacenetError, OSError):
    """The operating system refused to read or write."""

    status = 3


class CorruptError(FacenetError, ValueError):
    """Bytes that should follow a format do not."""

    status = 4


class UnsupportedError(FacenetError, ValueError):
    """Well-formed, but not offered by this version."""

    status = 5


class TooLargeError(FacenetError, ValueError):
    """Larger than a limit, or than memory."""

    status = 6


class PluginError(FacenetError, RuntimeError):
    """A plugin broke its contract."""

    status = 7


class InternalError(FacenetError, RuntimeError):
    """A defect of the library."""

    status = 8


class CancelledError(FacenetError, RuntimeError):
    """The progress function stopped the call."""

    status = 9


_BY_STATUS: Dict[int, Type[FacenetError]] = {
    error.status: error
    for error in (
        InvalidArgumentError,
        NotFoundError,
        InputOutputError,
        CorruptError,
        UnsupportedError,
        TooLargeError,
        PluginError,
        InternalError,
        CancelledError,
    )
}


def error_for(status: int, message: str) -> FacenetError:
    """The exception for a status other than 0; FacenetError itself for one that a later library has added."""
    error = _BY_STATUS.get(status, FacenetError)(message)
    error.status = status
    return error
