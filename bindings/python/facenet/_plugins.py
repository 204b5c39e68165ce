"""Plugins: components that other shared objects bring, chosen by name."""

from __future__ import annotations

import ctypes
import os
from typing import List, NamedTuple, Optional, Union

from ._library import check, library
from ._structures import CComponent


class Component(NamedTuple):
    """Something that can be chosen by name, such as a detector."""

    kind: str
    """"detector", "embedder", "decoder", ..."""
    name: str
    plugin: Optional[str]
    """The plugin that brought it; None where it is built in."""
    version: str
    licence: str
    """An SPDX licence expression."""
    file: Optional[str]
    """The plugin's shared object; None where it is built in or was attached."""


def load_plugin(path: Union[str, "os.PathLike[str]"]) -> None:
    """Loads a plugin, or all plugins of a folder, whose names end in ".so".

    A plugin is code and can do all that this process can. It stays until the process ends; loading it again does
    nothing. Where one of a folder fails the others are loaded all the same.

    Raises a FacenetError that says which file was refused and why.
    """
    name = os.fsencode(path)
    if os.path.isdir(name):
        check(library.facenet_plugin_load_directory(name, None))
    else:
        check(library.facenet_plugin_load(name))


def plugins() -> List[Component]:
    """What can be chosen by name: what is built in, then what plugins brought, in the order in which it came.

    >>> [component.name for component in plugins() if component.kind == "decoder" and not component.plugin]
    ['jpeg', 'netpbm', 'png']
    """
    return [component(position) for position in range(library.facenet_plugin_component_count())]


def component(position: int) -> Component:
    """The component of this number, as facenet_plugin_component counts them."""
    raw = CComponent()
    check(library.facenet_plugin_component(position, ctypes.byref(raw)))
    texts = [getattr(raw, field[0]).decode("utf-8", "surrogateescape") for field in CComponent._fields_]
    return Component(texts[0], texts[1], texts[2] or None, texts[3], texts[4], texts[5] or None)
