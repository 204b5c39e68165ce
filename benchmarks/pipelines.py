"""From the bytes of a JPEG to faces and embeddings, by this library and by its peers, one in a process of its own.

Loads, runs once, and then answers like `worker.py`. All embed with the same FaceNet model except facenet-pytorch, whose
weights would be fetched from elsewhere: its embedder has random ones, which take the same time.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence, Tuple

from engines import ROOT, OnnxRuntime, limit_threads
from worker import peak_memory, say

Pipeline = Callable[[bytes], int]
"""Takes a JPEG file's bytes; returns how many faces were found and embedded."""

MODELS = ROOT / "build" / "models"
YUNET = ROOT.parent / "shared" / "models" / "yunet" / "yunet_n_dynamic.onnx"
EMBEDDER = MODELS / "facenet.onnx"
TEMPLATE = [(54, 66), (106, 66), (60, 122), (100, 122)]
"""Where eyes and mouth corners lie in the embedder's crops of 160 x 160 pixels."""
SIDE = 160
SEARCHED = (640, 360)
"""The size at which peers search: that at which we do, a third of the photograph's."""


def ours(detector: Path) -> Pipeline:
    sys.path.insert(0, str(ROOT / "bindings" / "python"))
    import facenet

    pipeline = facenet.Pipeline(facenet.Detector(detector), facenet.Embedder(EMBEDDER))
    return lambda data: len(pipeline.embed(data)[0])


def opencv(embed: Callable[[Any], Any]) -> Pipeline:
    """YuNet in OpenCV, on the photograph made smaller; crops are cut from the photograph itself."""
    import cv2
    import numpy as np

    cv2.setNumThreads(1)
    detector = cv2.FaceDetectorYN.create(str(YUNET), "", SEARCHED, 0.6, 0.3)
    template = np.array(TEMPLATE, dtype=np.float32)

    def run(data: bytes) -> int:
        picture = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
        found = detector.detect(cv2.resize(picture, SEARCHED, interpolation=cv2.INTER_LINEAR))[1]
        crops = []
        for face in found if found is not None else []:
            points = face[4:14].reshape(5, 2)[[0, 1, 3, 4]] * (picture.shape[1] / SEARCHED[0])
            transform, _ = cv2.estimateAffinePartial2D(points, template, method=cv2.LMEDS)
            crops.append(cv2.warpAffine(picture, transform, (SIDE, SIDE), flags=cv2.INTER_LINEAR))
        if crops:
            pixels = cv2.dnn.blobFromImages(crops, 1 / 128, (SIDE, SIDE), (128, 128, 128), swapRB=True)
            vectors = embed(pixels)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return len(crops)

    return run


def opencv_alone() -> Pipeline:
    import cv2

    network = cv2.dnn.readNetFromONNX(str(EMBEDDER))

    def embed(pixels: Any) -> Any:
        network.setInput(pixels)
        return network.forward()

    return opencv(embed)


def opencv_onnxruntime() -> Pipeline:
    engine = OnnxRuntime(EMBEDDER, threads=1)
    return opencv(lambda pixels: engine.run(pixels)[0])


def facenet_pytorch() -> Pipeline:
    """MTCNN and InceptionResnetV1; the smallest face is the one that we look for too."""
    import io

    import torch
    from facenet_pytorch import MTCNN, InceptionResnetV1
    from PIL import Image

    torch.set_num_threads(1)
    finder = MTCNN(image_size=SIDE, keep_all=True, min_face_size=48)
    embedder = InceptionResnetV1(pretrained=None, classify=False).eval()

    def run(data: bytes) -> int:
        with torch.inference_mode():
            crops = finder(Image.open(io.BytesIO(data)).convert("RGB"))
            return 0 if crops is None else len(embedder(crops))

    return run


RETINAFACE = MODELS / "retinaface.onnx"
PIPELINES: Dict[str, Tuple[str, Callable[[], Pipeline], Sequence[Path]]] = {
    "facenet": ("facenet: RetinaFace", lambda: ours(RETINAFACE), [RETINAFACE, EMBEDDER]),
    "facenet-yunet": ("facenet: YuNet", lambda: ours(YUNET), [YUNET, EMBEDDER]),
    "opencv": ("OpenCV: YuNet", opencv_alone, [YUNET, EMBEDDER]),
    "opencv-onnxruntime": ("OpenCV: YuNet; ONNX Runtime", opencv_onnxruntime, [YUNET, EMBEDDER]),
    "facenet-pytorch": ("facenet-pytorch: MTCNN", facenet_pytorch, []),
}
"""Title, what makes it, and the files it needs. The first two are ours."""


def measure(pipeline: Pipeline, photograph: bytes, count: int) -> List[Tuple[float, float]]:
    times = []
    for _ in range(count):
        wall, processor = time.perf_counter(), time.process_time()
        pipeline(photograph)
        times.append((time.perf_counter() - wall, time.process_time() - processor))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pipeline", choices=PIPELINES)
    parser.add_argument("photograph", type=Path)
    options = parser.parse_args()
    limit_threads(1)
    photograph = options.photograph.read_bytes()
    pipeline = PIPELINES[options.pipeline][1]()
    faces = pipeline(photograph)
    say({"memory": peak_memory(), "faces": faces})
    for line in sys.stdin:
        times = measure(pipeline, photograph, int(line))
        say({"times": times, "memory": peak_memory()})


if __name__ == "__main__":
    main()
