"""What is timed: the networks of random weights, and the real models that are at hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import List, Optional, Tuple

from layers import np, picture
from networks import NETWORKS
from places import BUILD, SHARED, WORK


@dataclass(frozen=True)
class Case:
    """A network and the size of its input."""

    name: str
    title: str
    model: Path
    height: int
    width: int
    group: str
    """`random`, or `real` for trained weights."""

    batched: Optional[Path] = None
    """The same network with a free batch, where there is one."""

    mean: Optional[Tuple[float, float, float]] = None
    """What is taken off the blue, green and red of a photograph; None stands for pictures of random numbers."""

    def file(self, batch: int) -> Path:
        """The ONNX file for a batch."""
        return self.model if batch == 1 or self.batched is None else self.batched

    @property
    def converted(self) -> Path:
        """The parameters that ncnn reads; its weights lie beside them."""
        return WORK / "models" / f"{self.name}.ncnn.param"

    def input(self, batch: int) -> Path:
        """The pictures as a .npy file, made if it is not there."""
        path = WORK / "inputs" / f"{self.name}-{batch}.npy"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            size = (self.height, self.width)
            np.save(path, picture(size, batch) if self.mean is None else photograph(size, self.mean))
        return path


def photograph(size: Tuple[int, int], mean: Tuple[float, float, float]) -> np.ndarray:
    """A sample photograph as a detector's input: float32 (1, 3, height, width), blue, green, red."""
    import cv2

    path = BUILD / "samples" / "obama.jpg"
    pixels = cv2.imread(str(path))
    if pixels is None:
        raise FileNotFoundError(f"{path} cannot be read: run `make samples` first")
    pixels = cv2.resize(pixels, size[::-1], interpolation=cv2.INTER_AREA)
    values = pixels.astype(np.float32) - np.array(mean, dtype=np.float32)
    return np.ascontiguousarray(values.transpose(2, 0, 1)[np.newaxis])


def random_cases() -> List[Case]:
    """The networks of random weights."""
    folder = WORK / "models"
    return [
        Case(
            name=network.name,
            title=network.title,
            model=folder / f"{network.name}.onnx",
            height=network.side,
            width=network.side,
            group="random",
            batched=folder / f"{network.name}-batch.onnx",
        )
        for network in NETWORKS
    ]


def real_cases() -> List[Case]:
    """The models of the recipes, and YuNet."""
    models, yunet = BUILD / "models", SHARED / "models" / "yunet"
    cases = []
    for height, width in ((320, 320), (480, 640)):
        name, mean = f"retinaface-{width}x{height}", (104.0, 117.0, 123.0)
        model, title = models / "retinaface.onnx", "RetinaFace MobileNet-0.25"
        cases.append(Case(name, title, model, height, width, "real", mean=mean))
    for side in (320, 640):
        model, mean = yunet / f"yunet_n_{side}_{side}.onnx", (0.0, 0.0, 0.0)
        cases.append(Case(f"yunet-{side}", "YuNet", model, side, side, "real", mean=mean))
    edgeface = models / "edgeface-s.onnx"
    return [*cases, Case("edgeface-s", "EdgeFace-S", edgeface, 112, 112, "real", batched=edgeface)]


def all_cases() -> List[Case]:
    return random_cases() + real_cases()
