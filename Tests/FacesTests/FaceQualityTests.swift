import Core
import Faces
import Foundation
import Imaging
import TestSupport
import Testing

@Suite struct FaceQualityTests {
  private static let sample = TestFiles.sample("obama.jpg")

  /// The photograph shrunk by each factor and brought back to its size: ever less detail in the same place.
  @Test(.enabled(if: sample != nil && TestModels.hasRetinaFace, "sample photograph or model not installed"))
  func blurCosts() throws {
    let sharp = try Bitmap(path: #require(Self.sample))
    let face = try #require(try TestModels.retinaFace().detect(sharp).first)
    var last = try FaceQuality(of: face, in: sharp)
    for factor in [4, 8, 16, 32] {
      let blurred = try Self.resized(
        Self.resized(sharp, sharp.width / factor, sharp.height / factor), sharp.width, sharp.height)
      let quality = try FaceQuality(of: face, in: blurred)
      #expect(quality.sharpness < last.sharpness && quality.value < last.value, "shrunk by \(factor)")
      #expect(quality.pose == last.pose && quality.size == last.size && quality.confidence == last.confidence)
      last = quality
    }
  }

  @Test(.enabled(if: sample != nil && TestModels.hasRetinaFace, "sample photograph or model not installed"))
  func fewerPixelsCost() throws {
    let large = try Bitmap(path: #require(Self.sample))
    let face = try #require(try TestModels.retinaFace().detect(large).first)
    let eyes = face.landmarks[1].x - face.landmarks[0].x
    var last = try FaceQuality(of: face, in: large)
    for wanted in [40, 30, 20, 10] as [Float] {
      let scale = wanted / eyes
      let small = try Self.resized(large, Int(Float(large.width) * scale), Int(Float(large.height) * scale))
      let quality = try FaceQuality(of: face.moved { Point(x: $0.x * scale, y: $0.y * scale) }, in: small)
      #expect(quality.size < last.size && quality.sharpness < last.sharpness && quality.value < last.value)
      #expect(abs(quality.size - wanted / 52) < 0.05 * quality.size)
      last = quality
    }
  }

  /// Light and contrast are the camera's, not the face's.
  @Test(.enabled(if: sample != nil && TestModels.hasRetinaFace, "sample photograph or model not installed"))
  func lightDoesNotCount() throws {
    let bright = try Bitmap(path: #require(Self.sample))
    let face = try #require(try TestModels.retinaFace().detect(bright).first)
    let rgb = bright.withView { view in (0..<3 * view.width * view.height).map { view.pixels[$0] / 2 + 20 } }
    let dark = try Bitmap(width: bright.width, height: bright.height, rgb: rgb)
    let (a, b) = (try FaceQuality(of: face, in: bright), try FaceQuality(of: face, in: dark))
    #expect(abs(a.sharpness - b.sharpness) < 0.05 * a.sharpness, "\(a.sharpness) and \(b.sharpness)")
  }

  @Test(arguments: [-75, -45, -20, 0, 10, 30, 60] as [Float], [-40, 0, 25] as [Float])
  func anglesComeBack(angle: Float, roll: Float) throws {
    let (radians, turn) = (angle * .pi / 180, roll * .pi / 180)
    let aside = try FaceQuality(of: turnedFace(yaw: radians, pitch: 0, roll: turn), in: Self.grey)
    #expect(abs(aside.yaw - angle) < 1 && abs(aside.pitch) < 1 && abs(aside.roll - roll) < 0.1, "\(aside)")
    #expect(abs(aside.pose - cos(radians)) < 0.02)
    let nodding = try FaceQuality(of: turnedFace(yaw: 0, pitch: radians, roll: turn), in: Self.grey)
    #expect(abs(nodding.pitch - angle) < 1 && abs(nodding.yaw) < 1 && abs(nodding.roll - roll) < 0.1, "\(nodding)")
    #expect(nodding.sharpness == 0 && nodding.value == 0)
  }

  @Test func impossibleFacesAreRefusedOrJudged() throws {
    let same = [Point](repeating: Point(x: 5, y: 5), count: 5)
    let view = Self.grey
    let point = try Face(left: 0, top: 0, right: 9, bottom: 9, landmarks: same)
    let nothing = try FaceQuality(of: point, in: view)
    #expect(nothing.value == 0 && nothing.sharpness == 0 && nothing.size == 0 && nothing.confidence == 1)
    let huge: Float = 1e37
    for places in [
      [(0, 0), (0, 0), (5, 0), (0, 10), (0, 10)], [(0, 0), (9, 0), (5, 0), (0, 0), (9, 0)],
      [(-huge, 0), (huge, 0), (0, huge), (-huge, huge), (huge, huge)],
    ] as [[(Float, Float)]] {
      let face = try Face(
        left: 0, top: 0, right: 9, bottom: 9, score: 7, landmarks: places.map { Point(x: $0.0, y: $0.1) })
      let quality = try FaceQuality(of: face, in: view)
      let parts = [quality.value, quality.size, quality.sharpness, quality.pose, quality.confidence]
      #expect(parts.allSatisfy { (0...1).contains($0) }, "\(quality)")
      #expect([quality.yaw, quality.pitch, quality.roll].allSatisfy { $0.isFinite }, "\(quality)")
    }
  }

  /// Photographs from the front and from the side, as the data set's makers sorted them.
  @Test(.enabled(if: Photographs.hasCrops && TestModels.hasRetinaFace, "crops are absent or RetinaFace not installed"))
  func profilesScoreLower() throws {
    var (front, side): ([FaceQuality], [FaceQuality]) = ([], [])
    let crops = try Photographs.table("val160/manifest.csv").filter { $0[2] == "cfp" }
    for (index, row) in crops.enumerated() where index % 3 == 0 {
      let bitmap = try Photographs.bitmap("val160/\(row[0])")
      guard let face = try TestModels.retinaFace().detect(bitmap).first else { continue }
      let quality = try FaceQuality(of: face, in: bitmap)
      if row[3].contains("/profile/") { side.append(quality) } else { front.append(quality) }
    }
    #expect(front.count > 30 && side.count > 15)
    let right = front.reduce(0) { sum, front in sum + side.count { $0.value < front.value } }
    #expect(Double(right) / Double(front.count * side.count) > 0.97)
  }

  /// The same people are nearer each other where both photographs are good.
  @Test(.enabled(if: Photographs.hasLFW && TestModels.hasPipeline, "LFW is absent or models not installed"))
  func qualityTellsOfDistance() throws {
    let pipeline = try TestModels.pipeline()
    let lines = try String(contentsOfFile: Photographs.path("lfw/pairs.txt"), encoding: .utf8).split(separator: "\n")
    let pairs = lines.dropFirst().prefix(300).enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
    var measured: [(quality: Float, distance: Float)] = []
    for pair in pairs {
      let words = pair.split(separator: "\t").map(String.init)
      let faces = try words[1...].map { number in
        let name = "\(words[0])/\(words[0])_\(String(repeating: "0", count: 4 - number.count))\(number).jpg"
        let bitmap = try Photographs.bitmap("lfw/images/\(name)")
        let face = try #require(try pipeline.largestFace(in: bitmap))
        return (face.embedding, try FaceQuality(of: face.face, in: bitmap).value)
      }
      let distance = try pipeline.embedder.distance(faces[0].0, faces[1].0)
      measured.append((min(faces[0].1, faces[1].1), distance))
    }
    measured.sort { $0.quality < $1.quality }
    let half = measured.count / 2
    func mean(_ part: ArraySlice<(quality: Float, distance: Float)>) -> Float {
      part.reduce(0) { $0 + $1.distance } / Float(part.count)
    }
    #expect(mean(measured[half...]) < mean(measured[..<half]))
  }

  private static func resized(_ bitmap: Bitmap, _ width: Int, _ height: Int) throws -> Bitmap {
    try bitmap.withView { view in try view.resized(width: width, height: height) }
  }

  private static let grey: Bitmap = {
    let rgb = [UInt8](repeating: 128, count: 3 * 200 * 200)
    guard let bitmap = try? Bitmap(width: 200, height: 200, rgb: rgb) else { fatalError("a picture was expected") }
    return bitmap
  }()

  /// The landmarks of a head with eyes 63 apart, seen from far away.
  private func turnedFace(yaw: Float, pitch: Float, roll: Float) throws -> Face {
    let nose = 0.45 * 63 as Float
    let places: [SIMD3<Float>] = [
      SIMD3(-31.5, -33.4, 0), SIMD3(31.5, -33.4, 0), SIMD3(0, 0, nose), SIMD3(-25, 30.9, 0), SIMD3(25, 30.9, 0),
    ]
    let landmarks = places.map { place -> Point in
      let turned = SIMD2(place.x * cos(yaw) + place.z * sin(yaw), place.z * cos(yaw) - place.x * sin(yaw))
      let (x, y) = (turned.x, place.y * cos(pitch) + turned.y * sin(pitch))
      return Point(x: 100 + x * cos(roll) - y * sin(roll), y: 100 + x * sin(roll) + y * cos(roll))
    }
    return try Face(left: 50, top: 50, right: 150, bottom: 150, landmarks: landmarks)
  }
}
