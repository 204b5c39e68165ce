import Core
import Faces
import Foundation
import Imaging
import TestSupport
import Testing

/// How many faces the detectors find in photographs of which the number is known.
@Suite(.serialized) struct FaceCountTests {
  private struct Count {
    let file: String
    let expected: Int
    let found: Int
    let note: String

    var set: String { file.split(separator: "/").first.map(String.init) ?? "" }
  }

  /// Prints a line a set and one a disagreement; gives the number of photographs that agree.
  private func report(_ name: String, _ detector: Detector) throws -> (agree: Int, all: Int) {
    let counts = try Photographs.table("photos/faces.csv").map { row in
      Count(
        file: row[0], expected: Int(row[1]) ?? -1,
        found: try detector.detect(Photographs.bitmap("photos/" + row[0])).count,
        note: row.dropFirst(2).joined(separator: ","))
    }
    for (set, members) in Dictionary(grouping: counts, by: \.set).sorted(by: { $0.key < $1.key }) {
      let agree = members.count { $0.expected == $0.found }
      let (expected, found) = (members.reduce(0) { $0 + $1.expected }, members.reduce(0) { $0 + $1.found })
      print(
        "\(name) \(set): \(agree) of \(members.count) photographs agree; faces expected \(expected), found \(found)")
    }
    for count in counts where count.expected != count.found {
      print("\(name) disagrees on \(count.file): expected \(count.expected), found \(count.found) \(count.note)")
    }
    return (counts.count { $0.expected == $0.found }, counts.count)
  }

  @Test(.enabled(if: Photographs.isPresent && TestModels.hasRetinaFace, "data or model not present"))
  func retinaFaceAgrees() throws {
    let (agree, all) = try report("retinaface", TestModels.retinaFace())
    #expect(all == 166)
    #expect(agree >= 161)
  }

  @Test(.enabled(if: Photographs.isPresent && TestModels.yuNetPath != nil, "data not present"))
  func yuNetAgrees() throws {
    let (agree, all) = try report("yunet", TestModels.yuNet())
    #expect(all == 166)
    #expect(agree >= 160)
  }
}

/// Photographs that show one face for certain.
@Suite struct FaceFoundTests {
  /// Photographs of LFW in which the detector finds no face, and how many there are in all.
  private func searchLFW(_ detector: Detector) async throws -> (missed: [String], all: Int) {
    let folder = try Photographs.path("lfw/images")
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".jpg") }
    let lanes = min(files.count, ThreadPool.processors)
    let missed = try await withThrowingTaskGroup(of: [String].self) { group in
      for lane in 0..<lanes {
        group.addTask {
          try stride(from: lane, to: files.count, by: lanes).map { files[$0] }
            .filter { try detector.detect(Bitmap(path: "\(folder)/\($0)")).isEmpty }
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    return (missed.sorted(), files.count)
  }

  @Test(.enabled(if: Photographs.hasLFW && TestModels.hasRetinaFace, "data or model not present"))
  func retinaFaceFindsAFaceInEveryPhotographOfLFW() async throws {
    let (missed, all) = try await searchLFW(TestModels.retinaFace())
    #expect(all == 3825)
    #expect(missed == [])
  }

  @Test(.enabled(if: Photographs.hasLFW && TestModels.yuNetPath != nil, "data not present"))
  func yuNetFindsAFaceInEveryPhotographOfLFW() async throws {
    let (missed, all) = try await searchLFW(TestModels.yuNet())
    #expect(all == 3825)
    #expect(missed == [])
  }

  /// Landmarks lie where another detector saw them, in the same order: at the median within a tenth of the distance
  /// between the eyes, the usual limit of a localisation that has not failed.
  @Test(.enabled(if: Photographs.hasLFW && TestModels.hasRetinaFace, "data or model not present"))
  func landmarksLieOnTheFace() throws {
    let rows = try Photographs.table("lfw/landmarks.csv")
    var errors: [Float] = []
    for row in stride(from: 0, to: rows.count, by: 60).map({ rows[$0] }) {
      let numbers = row.dropFirst().map { Float($0) ?? .nan }
      let centre = Point(x: numbers[0] + numbers[2] / 2, y: numbers[1] + numbers[3] / 2)
      let faces = try TestModels.retinaFace().detect(Photographs.bitmap("lfw/images/" + row[0]))
      let face = try #require(
        faces.first { $0.left < centre.x && centre.x < $0.right && $0.top < centre.y && centre.y < $0.bottom })
      let eyes = hypot(numbers[6] - numbers[4], numbers[7] - numbers[5])
      for (point, index) in zip(face.landmarks, stride(from: 4, to: 14, by: 2)) {
        errors.append(hypot(point.x - numbers[index], point.y - numbers[index + 1]) / eyes)
      }
    }
    errors.sort()
    #expect(errors[errors.count / 2] < 0.1)
  }

  /// The face fills the picture: chips, tight crops, and chips blown up as near faces are in large photographs.
  @Test(
    .enabled(if: Photographs.isPresent && TestModels.hasRetinaFace, "data or model not present"),
    arguments: [150, 640, 1000, 2000])
  func findsOneFaceThatFillsThePicture(side: Int) throws {
    let folder = try Photographs.path("photos/dlib_examples/johns")
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".jpg") }.sorted()
    try #require(files.count == 55)
    for file in stride(from: 0, to: files.count, by: 11).map({ files[$0] }) {
      let chip = try Bitmap(path: "\(folder)/\(file)")
      let large = try chip.withView { try $0.resized(width: side, height: side) }
      let faces = try TestModels.retinaFace().detect(large)
      #expect(faces.count == 1, "\(file) at \(side)")
      let face = try #require(faces.first)
      #expect(face.width > 0.55 * Float(side), "\(file) at \(side)")
      // Only the face, without forehead, ears and chin.
      let (width, height) = (Int(face.width * 0.7), Int(face.height * 0.7))
      let inner = try large.withView {
        try Bitmap(
          copying: $0.cropped(
            x: max(0, Int(face.left + face.width * 0.15)), y: max(0, Int(face.top + face.height * 0.2)), width: width,
            height: height))
      }
      #expect(try TestModels.retinaFace().detect(inner).count == 1, "the middle of \(file) at \(side)")
    }
  }

  @Test(.enabled(if: Photographs.hasCrops && TestModels.hasRetinaFace, "data or model not present"))
  func findsAFaceInAlignedCrops() throws {
    let rows = try Photographs.table("val160/manifest.csv")
    let files = stride(from: 0, to: rows.count, by: 50).map { rows[$0][0] }
    let missed = try files.filter { try TestModels.retinaFace().detect(Photographs.bitmap("val160/" + $0)).isEmpty }
    #expect(missed == [])
  }
}
