"""An index of vectors: the nearest of many, found by their distance to a query."""

from __future__ import annotations

import array
import ctypes
import operator
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterable, List, Literal, Optional, Sequence, Tuple, Union, overload

from ._calls import Progress, watched
from ._errors import InvalidArgumentError, NotFoundError
from ._image import path_bytes
from ._library import Handle, check, library, thread_limit
from ._plugins import component
from ._structures import CIndexOptions, CSearchStatistics
from ._values import np, vectors_from_c

if TYPE_CHECKING:
    import numpy
    import numpy.typing

    from ._values import Vectors

    Keys = numpy.typing.NDArray[numpy.int64]

KINDS = ("auto", "flat", "flat8", "mlann")
"""The library's kinds, in the order of facenet_index_kind."""
PLUGIN_KINDS = 1024
"""FACENET_INDEX_PLUGIN: what plugins' kinds are above."""
CHOICES = {"principal": 0, "farthest-first": 1, "random": 2, "every": 3}
"""facenet_pivot_choice by name."""
LIKELIHOODS = {"equal-variance": 0, "distance-proportional": 1}
"""facenet_likelihood by name."""
KEYS = range(-(1 << 63), 1 << 63)


@dataclass(frozen=True)
class SearchStatistics:
    """What the search for one query's nearest vectors looked at."""

    examined: int
    """Vectors compared with the query exactly."""
    judged: int
    """Vectors judged by what is known of their distances to pivots, or by their codes."""


class Index(Handle):
    """Vectors under keys. Any thread: searches run together; changes wait.

    >>> from facenet import Index, embed
    >>> vectors = [embed(photograph)[0] for photograph in ("obama.jpg", "biden.jpg")]
    >>> with Index(512) as index:
    ...     index.add(vectors, keys=[10, 20])
    ...     keys, squared_distances = index.search(embed("obama2.jpg"), nearest=2)
    ...     keys.tolist(), bool(squared_distances[0, 0] < 1 < squared_distances[0, 1])
    ([[10, 20]], True)
    """

    def __init__(
        self,
        dimension: int,
        kind: str = "auto",
        recall: float = 0.99,
        seed: int = 1,
        *,
        threads: int = 1,
        pivots: int = 0,
        examined: int = 0,
        partitions: int = 0,
        probed: int = 0,
        choice: str = "principal",
        likelihood: str = "equal-variance",
        acceptance: float = 0,
    ) -> None:
        """An empty index for vectors of `dimension` numbers, D, 1 to 65,536.

        kind: "flat", exact; "flat8", 8-bit codes, the best of them compared again; "mlann", distances to a few pivots tell
        which vectors to compare; "auto" chooses from the number of vectors, their dimension and the recall; or the name of
        a kind that a loaded plugin brings.
        recall: wanted share of queries whose nearest vector is found, 0 to 1; of no consequence to "flat" and "flat8".
        seed: decides what is left to chance, 0 to 2^32 - 1; the same calls with the same seed give the same results.
        threads: at most this many work on a call, 0 for one a processor.

        Of "mlann", 0 meaning that the library chooses:
        pivots: a byte a vector each; at most 512.
        examined: vectors compared exactly for a query.
        partitions: parts that the vectors are divided into; the likeliest are looked at.
        probed: how many of the parts are looked at for a query.
        choice: which pivots, made orthonormal: "principal" components, "farthest-first" or "random" vectors; or "every"
            vector as it is, as in the method's paper, of at most 8,192.
        likelihood: "equal-variance" or "distance-proportional".
        acceptance: a search stops at the first vector whose squared distance is below: a match, not always the nearest, and
            maybe fewer than were wanted; 0: never.
        """
        numbers = dict(dimension=dimension, seed=seed, pivots=pivots, examined=examined)
        for name, number in dict(numbers, partitions=partitions, probed=probed).items():
            if not 0 <= number <= 0xFFFFFFFF:
                raise InvalidArgumentError(f"{name} is {number}, expected 0 to 2^32 - 1")
        options = CIndexOptions(
            struct_size=ctypes.sizeof(CIndexOptions),
            kind=kind_number(kind, "kind"),
            threads=thread_limit(threads),
            recall=recall,
            seed=seed,
            pivots=pivots,
            examined=examined,
            partitions=partitions,
            probed=probed,
            choice=named(choice, CHOICES, "choice"),
            likelihood=named(likelihood, LIKELIHOODS, "likelihood"),
            acceptance=acceptance,
        )
        self._take(library.facenet_index_create, [dimension, ctypes.byref(options)])

    @classmethod
    def open(
        cls, path: Union[str, os.PathLike[str]], *, threads: int = 1, progress: Optional[Progress] = None
    ) -> Index:
        """Opens an index that was saved, by memory map: parts are read and compared with their checksums at first use.

        The file may be replaced, as :meth:`save` does, but must not be changed in place while the index lives.
        """
        index = cls.__new__(cls)
        with watched(progress):
            index._take(library.facenet_index_open, [path_bytes(path), thread_limit(threads)])
        return index

    def _take(self, function: Any, arguments: List[Any]) -> None:
        super().__init__(function, arguments, library.facenet_index_free)
        self._dimension = int(library.facenet_index_dimension(self.handle))

    @property
    def dimension(self) -> int:
        """Numbers in a vector, D."""
        return self._dimension

    @property
    def kind(self) -> str:
        """How it searches now: never "auto" but what was chosen, as more vectors came perhaps anew."""
        number = int(library.facenet_index_kind_in_use(self.handle))
        return KINDS[number] if number < PLUGIN_KINDS else component(number - PLUGIN_KINDS).name

    def __len__(self) -> int:
        """Vectors in the index."""
        return int(library.facenet_index_count(self.handle))

    def __contains__(self, key: int) -> bool:
        """Whether there is a vector under this key."""
        return key in KEYS and bool(library.facenet_index_contains(self.handle, operator.index(key)))

    def add(self, vectors: Any, keys: Iterable[int], *, progress: Optional[Progress] = None) -> None:
        """Adds vectors, all or none: (N, D) and N keys, int64; a float32 array in row-major order is not copied.

        Raises InvalidArgumentError, naming the vector, for one that is zero or not finite, and for a key that is there
        already or given twice.
        """
        self._change(library.facenet_index_add, vectors, keys, progress)

    def replace(self, vectors: Any, keys: Iterable[int], *, progress: Optional[Progress] = None) -> None:
        """Adds vectors as :meth:`add` does, but each takes the place of the one that has its key."""
        self._change(library.facenet_index_replace, vectors, keys, progress)

    def _change(self, function: Any, vectors: Any, keys: Iterable[int], progress: Optional[Progress]) -> None:
        rows, names = Rows(vectors, self.dimension, "vectors"), KeyList(keys, "keys")
        if rows.count != names.count:
            raise InvalidArgumentError(f"there are {rows.count} vectors and {names.count} keys")
        with watched(progress):
            check(function(self.handle, rows.address, names.address, rows.count))

    def remove(self, keys: Iterable[int]) -> int:
        """Removes the vectors under these keys; returns how many there were."""
        names, removed = KeyList(keys, "keys"), ctypes.c_size_t()
        check(library.facenet_index_remove(self.handle, names.address, names.count, ctypes.byref(removed)))
        return removed.value

    def vector(self, key: int) -> Vectors:
        """The vector under a key: float32 (D,), without numpy an array('f').

        Raises NotFoundError where there is none.
        """
        if key not in KEYS:
            raise InvalidArgumentError(f"the key {key} is no whole number of 64 bits")
        dimension = self.dimension
        floats = (ctypes.c_float * dimension)()
        check(library.facenet_index_vector(self.handle, operator.index(key), floats, dimension))
        return vectors_from_c(floats, 1, dimension)[0]  # type: ignore[no-any-return]

    @overload
    def search(
        self,
        queries: Any,
        nearest: int = ...,
        allowed: Optional[Iterable[int]] = ...,
        *,
        statistics: Literal[False] = ...,
        progress: Optional[Progress] = ...,
    ) -> Tuple[Keys, Vectors]: ...

    @overload
    def search(
        self,
        queries: Any,
        nearest: int = ...,
        allowed: Optional[Iterable[int]] = ...,
        *,
        statistics: Literal[True],
        progress: Optional[Progress] = ...,
    ) -> Tuple[Keys, Vectors, List[SearchStatistics]]: ...

    def search(
        self,
        queries: Any,
        nearest: int = 10,
        allowed: Optional[Iterable[int]] = None,
        *,
        statistics: bool = False,
        progress: Optional[Progress] = None,
    ) -> Union[Tuple[Keys, Vectors], Tuple[Keys, Vectors, List[SearchStatistics]]]:
        """The nearest vectors to each query: keys, int64 (Q, K), and squared Euclidean distances, float32 alike.

        K is nearest, or the number of vectors in the index where that is less. Rows go from near to far, of equally near
        vectors the smaller key first; where fewer are found, the key -1 and the distance infinity fill the row. Without numpy both are lists of lists.
        queries: (Q, D), or one vector (D,) as Q = 1; a float32 array in row-major order is not copied.
        allowed: keys, the only ones that may be found; None: all may.
        statistics: whether to return a third value, what was looked at for each query: Q SearchStatistics.

        Raises InvalidArgumentError, naming the query, for one that is zero or not finite, and CorruptError where the file
        that the index was opened from is not what was saved.
        """
        if not 0 <= nearest <= 0x7FFFFFFF:
            raise InvalidArgumentError(f"nearest is {nearest}, expected 0 to 2^31 - 1")
        nearest = min(nearest, len(self))
        rows = Rows(queries, self.dimension, "queries")
        found = Found(rows.count, nearest)
        address, count = None, 0
        if allowed is not None:
            filtered = KeyList(allowed, "allowed")
            # NULL allows all keys, even where the caller allows none.
            address, count = filtered.address or ctypes.byref(ctypes.c_int64()), filtered.count
        counts = (CSearchStatistics * rows.count)() if statistics else None
        arguments = [rows.address, rows.count, nearest, address, count, found.keys, found.squared_distances]
        with watched(progress):
            check(library.facenet_index_search(self.handle, *arguments, counts))
        if counts is None:
            return found.result()
        return (*found.result(), [SearchStatistics(count.examined, count.judged) for count in counts])

    def save(self, path: Union[str, os.PathLike[str]], *, progress: Optional[Progress] = None) -> None:
        """Writes the index so that the file holds either what it held before or all of it."""
        with watched(progress):
            check(library.facenet_index_save(self.handle, path_bytes(path)))

    def check(self, *, progress: Optional[Progress] = None) -> None:
        """Reads all of the file that the index was opened from.

        Raises CorruptError where it is not what was saved, or its vectors, keys and tables do not fit each other.
        """
        with watched(progress):
            check(library.facenet_index_check(self.handle))


class Rows:
    """(count, dimension) floats where the library can read them; alive as long as this object."""

    __slots__ = ("_owner", "address", "count")

    def __init__(self, vectors: Any, dimension: int, name: str) -> None:
        if np is not None:
            self._owner = _matrix(vectors, dimension, name)
            self.count, self.address = self._owner.size // dimension, address_of(self._owner)
        else:
            self._owner = _joined(vectors, dimension, name)
            self.count, self.address = len(self._owner) // dimension, self._owner.buffer_info()[0]


_Start = ctypes.c_char * 0
"""Of whatever has a beginning."""


def address_of(owner: Any) -> Any:
    """Where the elements of a numpy array without gaps lie, as a pointer that a call takes."""
    try:
        return _Start.from_buffer(owner)  # A fifth of the time of owner.ctypes.data.
    except (TypeError, ValueError):  # Nobody may write to it, or it is empty.
        return owner.ctypes.data


def _matrix(vectors: Any, dimension: int, name: str) -> Any:
    """float32 (N, D), or (D,) for one, in row-major order."""
    try:
        matrix = np.ascontiguousarray(vectors, np.float32)
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"{name} are no vectors of one length: {error}") from None
    if matrix.ndim > 2 or (matrix.shape[-1] != dimension and matrix.size > 0):
        raise InvalidArgumentError(f"{name} have the shape {matrix.shape}, expected (N, {dimension})")
    return matrix


def _joined(vectors: Sequence[Any], dimension: int, name: str) -> array.array[float]:
    """The same without numpy: one row after the other."""
    joined = array.array("f")
    single = len(vectors) > 0 and isinstance(vectors[0], (int, float))
    for place, vector in enumerate([vectors] if single else vectors):
        if len(vector) != dimension:
            raise InvalidArgumentError(f"{name}[{place}] has {len(vector)} numbers, expected {dimension}")
        joined.extend(vector if isinstance(vector, array.array) and vector.typecode == "f" else map(float, vector))
    return joined


class KeyList:
    """Whole numbers of 64 bits where the library can read them; alive as long as this object."""

    def __init__(self, keys: Iterable[int], name: str) -> None:
        self._owner: Any
        if np is not None and isinstance(keys, np.ndarray) and keys.ndim == 1 and keys.dtype.kind == "i":
            self._owner = np.ascontiguousarray(keys, np.int64)
            self.count, self.address = len(self._owner), address_of(self._owner)
            return
        try:
            if isinstance(keys, (str, bytes, bytearray)):
                raise TypeError
            self._owner = array.array("q", keys)
        except (TypeError, OverflowError):
            raise InvalidArgumentError(f"{name} are not whole numbers of 64 bits") from None
        self.address, self.count = self._owner.buffer_info()


class Found:
    """Room for what a search finds."""

    __slots__ = ("_arrays", "_shape", "keys", "squared_distances")

    def __init__(self, count: int, nearest: int) -> None:
        self._shape = (count, nearest)
        if np is not None:
            keys, squared_distances = np.empty(self._shape, np.int64), np.empty(self._shape, np.float32)
            self.keys, self.squared_distances = address_of(keys), address_of(squared_distances)
            self._arrays = keys, squared_distances
        else:
            self.keys = (ctypes.c_int64 * (count * nearest))()
            self.squared_distances = (ctypes.c_float * (count * nearest))()

    def result(self) -> Tuple[Keys, Vectors]:
        if np is not None:
            return self._arrays
        return self._rows(self.keys), self._rows(self.squared_distances)  # type: ignore[return-value]

    def _rows(self, values: Any) -> List[List[Any]]:
        count, nearest = self._shape
        return [list(values[row * nearest : (row + 1) * nearest]) for row in range(count)]


def kind_number(name: str, what: str) -> int:
    """The facenet_index_kind of a name."""
    number = ctypes.c_int32()
    try:
        check(library.facenet_index_kind_named(name.encode(), ctypes.byref(number)))
    except NotFoundError as error:
        raise InvalidArgumentError(f"{what} is {name!r}: {error}") from None
    return number.value


def named(name: str, numbers: dict[str, int], what: str) -> int:
    """The number that a name stands for."""
    if name not in numbers:
        raise InvalidArgumentError(f"{what} is {name!r}, expected one of {', '.join(numbers)}")
    return numbers[name]
