"""Any network through Model and Session: y = max(x, 0) + b, written here byte by byte."""

from __future__ import annotations

import threading
import unittest
from typing import List

from support import needs_numpy, np

import facenet


def field(number: int, content: bytes) -> bytes:
    """A length-delimited field of the protobuf wire format."""
    length, size = len(content), b""
    while length > 127:
        size, length = size + bytes([length & 127 | 128]), length >> 7
    return bytes([number << 3 | 2]) + size + bytes([length]) + content


def varint(number: int, value: int) -> bytes:
    return bytes([number << 3, value])


def value_info(name: bytes, *sizes: object) -> bytes:
    dimensions = [varint(1, size) if isinstance(size, int) else field(2, str(size).encode()) for size in sizes]
    shape = b"".join(field(1, dimension) for dimension in dimensions)
    return field(1, name) + field(2, field(1, varint(1, 1) + field(2, shape)))


def node(operation: bytes, inputs: List[bytes], output: bytes) -> bytes:
    return b"".join(field(1, name) for name in inputs) + field(2, output) + field(4, operation)


GRAPH = (
    field(1, node(b"Relu", [b"x"], b"p"))
    + field(1, node(b"Add", [b"p", b"b"], b"y"))
    + field(2, b"small")
    + field(11, value_info(b"x", "N", 3))
    + field(11, value_info(b"b", 3))
    + field(12, value_info(b"y", "N", 3))
)
NOTE = field(14, field(1, b"facenet.note") + field(2, "naïve".encode()))
MODEL = varint(1, 8) + field(7, GRAPH) + field(8, varint(2, 13)) + NOTE


class Models(unittest.TestCase):
    def test_what_it_says(self) -> None:
        with facenet.Model(MODEL) as model:
            self.assertEqual((model.inputs, model.outputs), (["x", "b"], ["y"]))
            self.assertEqual(model.metadata("facenet.note"), "naïve")
            self.assertIsNone(model.metadata("absent"))
        with self.assertRaisesRegex(facenet.InvalidArgumentError, "closed"):
            model.inputs
        model.close()

    def test_refusals(self) -> None:
        with self.assertRaises(facenet.FacenetError):
            facenet.Model(b"nonsense")
        with self.assertRaises(facenet.NotFoundError):
            facenet.Model("/no/such.onnx")

    @needs_numpy
    def test_run(self) -> None:
        with facenet.Model(MODEL) as model, facenet.Session(model, threads=0) as session:
            b = np.array([10, 20, 30], np.float32)
            for count in (1, 2, 7):
                x = np.arange(3 * count, dtype=np.float32).reshape(count, 3) - 4
                expected = np.maximum(x, 0) + b
                for given in (x, np.asfortranarray(x), x.astype(">f4"), np.repeat(x, 2, axis=1)[:, ::2]):
                    (y,) = session.run(given, b)
                    self.assertEqual((y.dtype, y.tolist()), (np.float32, expected.tolist()))
            self.assertEqual(model.run(x, b)[0].tolist(), expected.tolist())

    @needs_numpy
    def test_what_does_not_fit(self) -> None:
        x, b = np.zeros((2, 3), np.float32), np.zeros(3, np.float32)
        with facenet.Model(MODEL) as model, facenet.Session(model) as session:
            for inputs in [(), (x,), (x, b, b), (x.astype(np.int64), b), (np.zeros((2, 4), np.float32), b)]:
                with self.assertRaises(facenet.FacenetError):
                    session.run(*inputs)
            with self.assertRaisesRegex(facenet.InvalidArgumentError, "float64"):
                session.run(x.astype(np.float64), b)
            with self.assertRaises(facenet.InvalidArgumentError):
                facenet.Session(model, threads=-1)
            with self.assertRaises(facenet.InvalidArgumentError):
                facenet.Session(model, memory_limit=-1)

    def test_messages_of_threads_do_not_mix(self) -> None:
        wrong: List[str] = []

        def fail(name: str) -> None:
            for _ in range(200):
                try:
                    facenet.Model(name)
                except facenet.NotFoundError as error:
                    if name not in str(error):
                        wrong.append(str(error))

        threads = [threading.Thread(target=fail, args=(f"/no/such/{number}.onnx",)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
