// Where are the faces?  detect PHOTO.jpg   prints a line a face: box, score, five landmarks, in pixels
import Facenet
@preconcurrency import Glibc

guard CommandLine.arguments.count == 2 else {
  fputs("usage: detect PHOTO.jpg\n", stderr)
  exit(2)
}
do {
  let detector = try Detector(options: DetectorOptions(minimumSize: 24))
  for face in try detector.detect(path: CommandLine.arguments[1]).faces {
    let landmarks = face.landmarks.map { "\($0.x),\($0.y)" }.joined(separator: " ")
    print(face.left, face.top, face.right, face.bottom, face.score, landmarks)
  }
} catch {
  fputs("detect: \(error)\n", stderr)
  exit(1)
}
