import Faces
import Imaging
import TestSupport
import Testing

/// The demonstration's own photographs: three of one man, one of another, one of a woman.
@Suite struct SampleTests {
  private static let names = ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png"]
  private static let isPresent = names.allSatisfy { TestFiles.sample($0) != nil }

  @Test(.enabled(if: isPresent && TestModels.hasPipeline, "sample photographs or models not installed"))
  func verdictsAreRight() throws {
    let pipeline = try TestModels.pipeline()
    let faces = try Self.names.map { name in
      let face = try pipeline.largestFace(in: Bitmap(path: TestFiles.sample(name) ?? name))
      return try #require(face, "\(name)")
    }
    for a in faces.indices {
      for b in faces.indices where a < b {
        let verdict = try pipeline.verify(faces[a], faces[b])
        #expect(verdict.isSame == (b < 3), "\(Self.names[a]) \(Self.names[b]): \(verdict.distance)")
      }
    }
  }
}
