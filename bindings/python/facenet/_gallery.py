"""A gallery of people: whose face is this?"""

from __future__ import annotations

import ctypes
import json
import os
from typing import Any, Iterable, Iterator, List, Optional, Sequence, Union

from ._calls import Progress, watched
from ._errors import InvalidArgumentError
from ._image import ImageLike, as_image, path_bytes
from ._index import KeyList, Rows, kind_number, named
from ._library import Handle, check, library, thread_limit
from ._people import (
    Candidate,
    Identification,
    Person,
    Sizes,
    Template,
    Threshold,
    Verdict,
    person_from_c,
    template_from_c,
    threshold_from_c,
)
from ._pipeline import Pipeline, default_pipeline
from ._structures import (
    CCandidate,
    CFault,
    CGalleryOptions,
    CGallerySizes,
    CIdentification,
    CIdentificationOptions,
    CIdentificationThreshold,
    CImage,
    CPerson,
    CTemplate,
)
from ._values import Face

Path = Union[str, "os.PathLike[str]"]
ENCODINGS = {"float32": 0, "byte": 1}
"""facenet_template_encoding by name."""
PEOPLE_AT_ONCE = 256


class Gallery(Handle):
    """People and the templates of their faces in a file, bound to one embedder. Any thread: searches run together.

    >>> import os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Gallery.create(os.path.join(folder, "people.gallery")) as gallery:
    ...     obama, biden = gallery.enrol("Barack", photos=["obama.jpg"]), gallery.enrol("Joe", photos=["biden.jpg"])
    ...     (found,) = gallery.identify("obama2.jpg", distance=1.1)
    ...     found.person.name, found.distance < found.threshold, [person.name for person in gallery.people()]
    ('Barack', True, ['Barack', 'Joe'])
    """

    _pipeline: Optional[Pipeline]

    def __init__(self, path: Path, pipeline: Optional[Pipeline] = None, **options: Any) -> None:
        """Opens a gallery; see :meth:`open`."""
        self._start(library.facenet_gallery_open, [path_bytes(path)], pipeline, **options)

    @classmethod
    def open(
        cls,
        path: Path,
        pipeline: Optional[Pipeline] = None,
        *,
        wait: float = 0,
        index: str = "auto",
        recall: float = 0.99,
        threads: int = 1,
    ) -> Gallery:
        """Opens a gallery.

        pipeline: finds and embeds the faces of photographs, with the gallery's embedder; None: the default one.
        wait: seconds that a call waits while another process writes, up to 3600; 0 means 5.
        index, recall, threads: how it is searched, as :class:`Index` has them.
        """
        return cls(path, pipeline, wait=wait, index=index, recall=recall, threads=threads)

    @classmethod
    def create(
        cls, path: Path, pipeline: Optional[Pipeline] = None, *, encoding: str = "float32", **options: Any
    ) -> Gallery:
        """Makes a new gallery, a file that its owner alone may read, for the embedder of a pipeline.

        encoding: how embeddings are stored: "float32", or "byte", one a number. The others are those of :meth:`open`.
        Raises InvalidArgumentError where the path exists.
        """
        gallery = cls.__new__(cls)
        arguments = [path_bytes(path), (pipeline or default_pipeline()).handle]
        gallery._start(library.facenet_gallery_create, arguments, pipeline, encoding=encoding, **options)
        return gallery

    def _start(
        self,
        function: Any,
        arguments: List[Any],
        pipeline: Optional[Pipeline],
        encoding: str = "float32",
        wait: float = 0,
        index: str = "auto",
        recall: float = 0.99,
        threads: int = 1,
    ) -> None:
        options = CGalleryOptions(
            struct_size=ctypes.sizeof(CGalleryOptions),
            encoding=named(encoding, ENCODINGS, "encoding"),
            wait=wait,
            index=kind_number(index, "index"),
            recall=recall,
            threads=thread_limit(threads),
        )
        self._pipeline = pipeline
        Handle.__init__(self, function, [*arguments, ctypes.byref(options)], library.facenet_gallery_free)

    @property
    def pipeline(self) -> Pipeline:
        """What finds and embeds the faces of photographs."""
        return self._pipeline or default_pipeline()

    @property
    def dimension(self) -> int:
        """Numbers in an embedding, D."""
        return int(library.facenet_gallery_dimension(self.handle))

    def enrol(
        self,
        name: str,
        photos: Sequence[ImageLike] = (),
        embeddings: Any = None,
        *,
        key: Optional[str] = None,
        thumbnails: bool = False,
        progress: Optional[Progress] = None,
    ) -> int:
        """Adds a person with templates from photographs that show one face each, or from embeddings (N, D).

        All of it is on disk when this returns, or nothing is. key: what another system calls them; nobody else has it.
        Where all photographs are paths, the gallery keeps these and the files' digests, by which :meth:`migrate` finds
        them again. thumbnails: keeps the aligned faces in the gallery, which it needs of others.
        Returns the person's number. Raises NotFoundError for a photograph without a face, InvalidArgumentError for one
        with several, and for a name, key or embedding that is refused.
        """
        person = ctypes.c_int64()
        texts = [_text(name, "name"), None if key is None else _text(key, "key")]
        with watched(progress):
            files = [photo for photo in photos if isinstance(photo, (str, os.PathLike))]
            if embeddings is None and len(files) == len(photos):
                paths = (ctypes.c_char_p * len(files))(*map(path_bytes, files))
                arguments: List[Any] = [self.handle, self.pipeline.handle, *texts, paths, len(files)]
                check(library.facenet_gallery_enrol_photos(*arguments, int(thumbnails), ctypes.byref(person)))
            elif embeddings is None:
                pictures = [as_image(photo) for photo in photos]
                images = (CImage * len(pictures))(*(picture.c for picture in pictures))
                arguments = [self.handle, self.pipeline.handle, *texts, images, len(pictures)]
                check(library.facenet_gallery_enrol_images(*arguments, int(thumbnails), ctypes.byref(person)))
            elif len(photos) > 0:
                raise InvalidArgumentError("enrol takes photographs or embeddings, not both")
            else:
                rows = Rows(embeddings, self.dimension, "embeddings")
                arguments = [self.handle, *texts, rows.address, rows.count, ctypes.byref(person)]
                check(library.facenet_gallery_enrol(*arguments))
        return person.value

    def enrol_many(self, keys: Sequence[str], embeddings: Any, *, progress: Optional[Progress] = None) -> int:
        """Enrols many: N keys and embeddings (N, D), or the path of a .npy file of float32, larger than memory perhaps.

        Embeddings of one key are one person's, who is made, with the key for a name, where nobody has it. They are
        written some thousand at a time, each time all or none; progress tells how many are on disk. An embedding that its
        person has already, number for number, is left out. Returns how many were added.
        """
        added = ctypes.c_size_t()
        texts = (ctypes.c_char_p * len(keys))(*(_text(key, "key") for key in keys))
        with watched(progress):
            if isinstance(embeddings, (str, os.PathLike)):
                path = path_bytes(embeddings)
                check(library.facenet_gallery_enrol_file(self.handle, texts, path, len(keys), ctypes.byref(added)))
                return added.value
            rows = Rows(embeddings, self.dimension, "embeddings")
            if rows.count != len(keys):
                raise InvalidArgumentError(f"there are {rows.count} embeddings and {len(keys)} keys")
            arguments = [self.handle, texts, rows.address, rows.count, ctypes.byref(added)]
            check(library.facenet_gallery_enrol_many(*arguments))
        return added.value

    def add(self, person: int, embeddings: Any) -> None:
        """Adds templates (N, D) to a person, all or none; raises NotFoundError for one who is not there."""
        rows = Rows(embeddings, self.dimension, "embeddings")
        check(library.facenet_gallery_add(self.handle, person, rows.address, rows.count))

    def rename(self, person: int, name: str) -> None:
        """Gives a person another name."""
        check(library.facenet_gallery_rename(self.handle, person, _text(name, "name")))

    def set_key(self, person: int, key: Optional[str]) -> None:
        """Gives a person another key, which nobody else may have, or none."""
        text = None if key is None else _text(key, "key")
        check(library.facenet_gallery_set_key(self.handle, person, text))

    def facts(self, person: int) -> Any:
        """What was noted of a person with :meth:`set_facts`; {} at first."""
        size = ctypes.c_size_t()
        check(library.facenet_gallery_facts(self.handle, person, None, 0, ctypes.byref(size)))
        while True:
            room = ctypes.create_string_buffer(size.value)
            check(library.facenet_gallery_facts(self.handle, person, room, len(room), ctypes.byref(size)))
            if size.value <= len(room):
                return json.loads(room.value)

    def set_facts(self, person: int, facts: Any) -> None:
        """Notes something of a person: anything that JSON has, at most 1 MiB of it."""
        check(library.facenet_gallery_set_facts(self.handle, person, json.dumps(facts).encode()))

    def remove(self, people: Union[int, Iterable[int]]) -> None:
        """Removes people, by number, and all that belongs to them, from every file of the gallery, all or none."""
        keys = KeyList([people] if isinstance(people, int) else people, "people")
        check(library.facenet_gallery_remove(self.handle, keys.address, keys.count))

    def remove_templates(self, templates: Union[int, Iterable[int]]) -> None:
        """Removes templates, by number, as :meth:`remove` does people, who stay."""
        keys = KeyList([templates] if isinstance(templates, int) else templates, "templates")
        check(library.facenet_gallery_remove_templates(self.handle, keys.address, keys.count))

    def person(self, person: int) -> Person:
        """Someone by number; raises NotFoundError."""
        out = CPerson()
        check(library.facenet_gallery_person(self.handle, person, ctypes.byref(out)))
        return person_from_c(out)

    def people(self) -> Iterator[Person]:
        """Everyone, by number."""
        after, count, room = 0, ctypes.c_size_t(), (CPerson * PEOPLE_AT_ONCE)()
        while True:
            arguments = [self.handle, after, room, PEOPLE_AT_ONCE, ctypes.byref(count)]
            check(library.facenet_gallery_people(*arguments))
            if count.value == 0:
                return
            found = [person_from_c(person) for person in room[: count.value]]
            after = found[-1].id
            yield from found

    def person_with_key(self, key: str) -> Person:
        """Someone by key; raises NotFoundError."""
        out = CPerson()
        check(library.facenet_gallery_person_with_key(self.handle, _text(key, "key"), ctypes.byref(out)))
        return person_from_c(out)

    def people_named(self, name: str) -> List[Person]:
        """The people of this name, by number."""
        found = self._all(library.facenet_gallery_people_named, _text(name, "name"), CPerson)
        return [person_from_c(person) for person in found]

    def templates(self, person: int) -> List[Template]:
        """A person's templates, the oldest first."""
        return [template_from_c(one) for one in self._all(library.facenet_gallery_templates, person, CTemplate)]

    def _all(self, function: Any, argument: Any, kind: Any) -> Any:
        """What a function writes that says how much there is."""
        capacity, count = 16, ctypes.c_size_t()
        while True:
            room = (kind * capacity)()
            check(function(self.handle, argument, room, capacity, ctypes.byref(count)))
            if count.value <= capacity:
                return room[: count.value]
            capacity = count.value

    def identify(
        self,
        photo: Optional[ImageLike] = None,
        embeddings: Any = None,
        *,
        fpir: float = 0,
        far: float = 0,
        distance: float = 0,
        margin: float = 0,
        people: int = 5,
        templates: int = 1,
        progress: Optional[Progress] = None,
    ) -> List[Identification]:
        """Says whose faces those of a photograph are, best score first, or whose embeddings (N, D) are.

        At most one says when a face is somebody's; if none does, fpir is 0.01:
        fpir: wanted share of strangers that are taken for somebody of this gallery, above 0 and below 1.
        far: wanted share of pairs of different people that pass, above 0 and below 1.
        distance: by the model's metric.

        margin: two people within the threshold who differ by no more make a face ambiguous; 0 means 10% of the threshold.
        people: best people that are told, 1 to 1000.
        templates: a person's distance is the mean of that many nearest templates, 1 to 100.
        """
        if (photo is None) == (embeddings is None):
            raise InvalidArgumentError("identify takes a photograph or embeddings")
        if not (1 <= people <= 1000 and 1 <= templates <= 100):
            raise InvalidArgumentError(f"people is {people} and templates {templates}, expected 1 to 1000 and 1 to 100")
        faces: List[Optional[Face]] = []
        if photo is not None:
            found, embeddings = self.pipeline.embed(photo, progress=progress)
            faces += found
        rows = Rows(embeddings, self.dimension, "embeddings")
        size = ctypes.sizeof(CIdentificationOptions)
        options = CIdentificationOptions(size, fpir, far, distance, margin, people, templates)
        candidates, out = (CCandidate * (rows.count * people))(), (CIdentification * rows.count)()
        arguments = [self.handle, rows.address, rows.count, ctypes.byref(options), candidates, out]
        with watched(progress if photo is None else None):
            check(library.facenet_gallery_identify(*arguments))
        faces = faces or [None] * rows.count
        parts = [candidates[people * row : people * row + said.count] for row, said in enumerate(out)]
        return [self._identification(*each) for each in zip(out, parts, faces)]

    def threshold(self, *, fpir: float = 0, far: float = 0, distance: float = 0) -> Threshold:
        """What :meth:`identify` accepts with the gallery as it is now, and the mistakes to expect of it."""
        options = CIdentificationOptions(ctypes.sizeof(CIdentificationOptions), fpir, far, distance)
        out = CIdentificationThreshold()
        check(library.facenet_gallery_threshold(self.handle, ctypes.byref(options), ctypes.byref(out)))
        return threshold_from_c(out)

    def _identification(
        self, said: CIdentification, candidates: List[CCandidate], face: Optional[Face]
    ) -> Identification:
        person = self.person(said.person) if said.person else None
        near = [Candidate(one.person, one.distance, one.nearest) for one in candidates]
        verdict, reason = Verdict(said.verdict), said.reason.decode()
        return Identification(
            verdict, person, said.distance, said.threshold, near, reason, bool(said.extrapolated), face
        )

    def export(self, folder: Path, *, progress: Optional[Progress] = None) -> None:
        """Writes all people (JSON lines) and templates (.npy) into a folder, which is made where it is not there.

        All or nothing: raises InvalidArgumentError where the folder is not empty, and leaves it as it was where it raises.
        """
        with watched(progress):
            check(library.facenet_gallery_export(self.handle, path_bytes(folder)))

    def import_people(self, folder: Path, *, progress: Optional[Progress] = None) -> int:
        """Adds the people of an export, all or none; returns how many.

        Raises InvalidArgumentError for another model's export, and for somebody who is there already: by key, or without
        one by name and moment of enrolment.
        """
        people = ctypes.c_size_t()
        with watched(progress):
            check(library.facenet_gallery_import(self.handle, path_bytes(folder), ctypes.byref(people)))
        return people.value

    def migrate(self, pipeline: Pipeline, *, progress: Optional[Progress] = None) -> None:
        """Binds the gallery to the embedder of another pipeline and embeds all faces again, all or none.

        Faces are cut from their photographs again, where these are what they were, else their thumbnails are taken;
        raises NotFoundError, naming the person, where neither is left of a template. Others who have the gallery open
        have to open it again.
        """
        with watched(progress):
            check(library.facenet_gallery_migrate(self.handle, pipeline.handle))
        self._pipeline = pipeline

    def check(self, *, progress: Optional[Progress] = None) -> List[str]:
        """Reads all of the gallery and says what is wrong with it, a sentence each; nothing where it is sound."""
        faults: List[str] = []
        tell = CFault(lambda _context, fault: faults.append(fault.decode("utf-8", "replace")))
        with watched(progress):
            status = library.facenet_gallery_check(self.handle, tell, None)
            if not faults:
                check(status)
        return faults

    def compact(self) -> None:
        """Gives unused space back, overwrites what was removed, and makes the index again of who is left."""
        check(library.facenet_gallery_compact(self.handle))

    def statistics(self) -> Sizes:
        """Sizes of the gallery as it is now."""
        out = CGallerySizes()
        check(library.facenet_gallery_statistics(self.handle, ctypes.byref(out)))
        return Sizes(out.people, out.templates, out.people_without_templates, out.bytes, out.unused_bytes)


def _text(text: str, what: str) -> bytes:
    if "\0" in text:
        raise InvalidArgumentError(f"the {what} {text!r} has a zero byte")
    return text.encode("utf-8", "surrogatepass")
