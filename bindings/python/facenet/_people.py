"""What a gallery holds, and what it says of a face."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import List, Optional

from ._structures import CIdentificationThreshold, CPerson, CTemplate
from ._values import Face, face_from_c


class Verdict(enum.Enum):
    """Whether a face is somebody's."""

    KNOWN = 1
    """The nearest person is within the threshold, and nobody else nearly as near is."""
    UNKNOWN = 2
    """Nobody is within the threshold."""
    AMBIGUOUS = 3
    """Two people are, and their distances differ by no more than the margin."""


@dataclass(frozen=True)
class Person:
    """Someone of a gallery."""

    id: int
    """The gallery's number, never given again."""
    name: str
    key: Optional[str]
    """What another system calls them; nobody else has it."""
    created: float
    """Seconds since 1970."""
    templates: int
    """How many there are."""


@dataclass(frozen=True)
class Template:
    """A template of a person."""

    id: int
    """The gallery's number, never given again."""
    time: float
    """When it was made, in seconds since 1970."""
    quality: Optional[float]
    """:attr:`Quality.value`; None where only the embedding was given."""
    thumbnail: bool
    """Whether the aligned face is kept."""
    photo: Optional[str]
    """The path of the photograph; None where it came from memory."""
    digest: Optional[bytes]
    """The SHA-256 of the photograph's file: 32 bytes."""
    face: Optional[Face]
    """Where the face is in the photograph."""


@dataclass(frozen=True)
class Candidate:
    """Somebody who is near."""

    person: int
    """The person's number."""
    distance: float
    """By the model's metric."""
    nearest: int
    """The number of the nearest of the person's templates."""


@dataclass(frozen=True)
class Threshold:
    """What a gallery accepts, and the mistakes to expect of it."""

    distance: float
    """The largest that is accepted, by the model's metric."""
    far: Optional[float]
    """The share of pairs of different people that pass; None where nothing was measured of the model."""
    fpir: Optional[float]
    """The share of strangers that are taken for somebody of the gallery; None where none can be told."""
    extrapolated: bool
    """Whether far lies outside the rates that the model was measured at: distance or rates are a guess then."""


@dataclass(frozen=True)
class Identification:
    """What a gallery says of a face. True in a condition when the face is somebody's."""

    verdict: Verdict
    person: Optional[Person]
    """Who it is; None unless the verdict is KNOWN."""
    distance: float
    """Of the best person, by the model's metric; infinity where the gallery is empty."""
    threshold: float
    """The largest distance that is accepted."""
    candidates: List[Candidate]
    """The best people, nearest first."""
    reason: str
    """One sentence that says why; a long one is cut."""
    extrapolated: bool
    """Whether the threshold lies outside the rates that the model was measured at, and is a guess."""
    face: Optional[Face] = None
    """The face, where a photograph was searched."""

    def __bool__(self) -> bool:
        return self.verdict is Verdict.KNOWN


@dataclass(frozen=True)
class Sizes:
    """Sizes of a gallery."""

    people: int
    templates: int
    people_without_templates: int
    """Who are never found."""
    bytes: int
    """Of the file."""
    unused_bytes: int
    """Bytes of it that :meth:`Gallery.compact` gives back."""


def person_from_c(person: CPerson) -> Person:
    key = person.key.decode()
    return Person(person.id, person.name.decode(), key or None, person.created, person.templates)


def threshold_from_c(threshold: CIdentificationThreshold) -> Threshold:
    far, fpir = threshold.false_accept_rate, threshold.false_positive_rate
    return Threshold(
        threshold.distance,
        None if math.isnan(far) else far,
        None if math.isnan(fpir) else fpir,
        bool(threshold.extrapolated),
    )


def template_from_c(template: CTemplate) -> Template:
    quality = None if math.isnan(template.quality) else template.quality
    photo, digest = template.photo.decode("utf-8", "replace"), bytes(template.digest)
    return Template(
        template.id,
        template.time,
        quality,
        bool(template.thumbnail),
        photo or None,
        digest if any(digest) else None,
        face_from_c(template.face) if template.has_face else None,
    )
