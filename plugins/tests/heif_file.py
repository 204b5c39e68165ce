"""Takes HEIF files of heif-enc apart and puts their pictures together anew, as phones do (ISO/IEC 14496-12, 23008-12)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Dict, List, Sequence, Tuple


def box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def full_box(kind: bytes, version: int, *parts: bytes, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def rotation(quarters: int) -> bytes:
    """Turns a picture anti-clockwise."""
    return box(b"irot", bytes([quarters]))


def content(data: bytes, kind: bytes) -> Tuple[int, int]:
    """Where the content of the first box of a kind begins and ends."""
    place = data.index(kind)
    return place + 4, place - 4 + int(struct.unpack(">I", data[place - 4 : place])[0])


@dataclass
class Coded:
    """A coded picture: what the decoder has to know, and its data."""

    configuration: bytes
    data: bytes


def coded_picture(data: bytes) -> Coded:
    """The first picture of a file of heif-enc: item 1, of one extent in the file."""
    begin, end = content(data, b"hvcC")
    configuration = box(b"hvcC", data[begin:end])
    begin, _ = content(data, b"iloc")
    version, sizes, _, item = struct.unpack_from(">BxxxHHH", data, begin)
    # Version 1 says how each item is stored.
    base, extents, offset, length = struct.unpack_from(">HIHII", data, begin + 10 + 2 * version)[1:]
    if version > 1 or (sizes, item, extents) != (0x4440, 1, 1):
        raise ValueError("this heif-enc lays out its files in another way")
    return Coded(configuration, data[base + offset : base + offset + length])


def with_size(data: bytes, width: int, height: int) -> bytes:
    """The file, all of whose pictures say another size; what is coded stays."""
    pieces = data.split(b"ispe")
    stated = struct.pack(">III", 0, width, height)
    return b"ispe".join([pieces[0]] + [stated + piece[12:] for piece in pieces[1:]])


def grid(
    tiles: Sequence[Coded], columns: int, side: int, width: int, height: int, turns: Sequence[bytes] = (), exif: bytes = b"",
    stated: Tuple[int, int] = (0, 0),
) -> bytes:
    """A picture of square tiles, row after row, that reach beyond its right and lower edges.

    turns: boxes that turn it; exif: a TIFF structure; stated: the size that the grid itself states, if another.
    """
    items: Dict[int, Tuple[bytes, bytes]] = {1 + i: (b"hvc1", tile.data) for i, tile in enumerate(tiles)}
    primary, metadata = len(tiles) + 1, len(tiles) + 2
    shape = struct.pack(">BBBBII", 0, 1, len(tiles) // columns - 1, columns - 1, *(stated if stated[0] else (width, height)))
    items[primary] = (b"grid", shape)
    references = [box(b"dimg", struct.pack(f">HH{len(tiles)}H", primary, len(tiles), *range(1, primary)))]
    if exif:
        items[metadata] = (b"Exif", struct.pack(">I", 0) + exif)
        references.append(box(b"cdsc", struct.pack(">HHH", metadata, 1, primary)))
    properties = [
        tiles[0].configuration, full_box(b"ispe", 0, struct.pack(">II", side, side)),
        full_box(b"ispe", 0, struct.pack(">II", width, height)), *turns,
    ]
    # 0x80: a property without which the picture must not be shown.
    uses = [struct.pack(">HBBB", item, 2, 0x81, 2) for item in range(1, primary)]
    uses.append(struct.pack(">HB", primary, 1 + len(turns)) + bytes([3, *(0x84 + i for i in range(len(turns)))]))
    return assemble(items, primary, references, properties, uses)


def overlay(coded: Coded, count: int, side: int) -> bytes:
    """A square picture that is shown `count` times, one over the other."""
    shape = struct.pack(">BBHHHHHH", 0, 0, 0, 0, 0, 65535, side, side) + bytes(4 * count)
    references = [box(b"dimg", struct.pack(f">HH{count}H", 2, count, *[1] * count))]
    properties = [coded.configuration, full_box(b"ispe", 0, struct.pack(">II", side, side))]
    uses = [struct.pack(">HBBB", 1, 2, 0x81, 2), struct.pack(">HBB", 2, 1, 2)]
    return assemble({1: (b"hvc1", coded.data), 2: (b"iovl", shape)}, 2, references, properties, uses)


def assemble(
    items: Dict[int, Tuple[bytes, bytes]], primary: int, references: List[bytes], properties: List[bytes], uses: List[bytes],
) -> bytes:
    """A file of items, each a kind and its data."""
    entries = [full_box(b"infe", 2, struct.pack(">HH", item, 0), kind, b"\0") for item, (kind, _) in items.items()]
    start = box(b"ftyp", b"heic", struct.pack(">I", 0), b"mif1heic")

    def meta(offset: int) -> bytes:
        locations = []
        for item, (_, data) in items.items():
            locations.append(struct.pack(">HHHII", item, 0, 1, offset, len(data)))
            offset += len(data)
        return full_box(
            b"meta", 0, full_box(b"hdlr", 0, struct.pack(">I4s12x", 0, b"pict"), b"\0"),
            full_box(b"pitm", 0, struct.pack(">H", primary)),
            full_box(b"iloc", 0, struct.pack(">BBH", 0x44, 0, len(items)), *locations),
            full_box(b"iinf", 0, struct.pack(">H", len(items)), *entries), full_box(b"iref", 0, *references),
            box(b"iprp", box(b"ipco", *properties), full_box(b"ipma", 0, struct.pack(">I", len(uses)), *uses)),
        )

    head = start + meta(len(start) + len(meta(0)) + 8)
    return head + box(b"mdat", *(data for _, data in items.values()))
