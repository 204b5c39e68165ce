import Core
import Faces
import Imaging
import Synchronization
import TestSupport
import Testing

import func Facenet.withProgress

@Suite struct CallTests {
  private func picture() throws -> Bitmap { try Photographs.bitmap("photos/azure_face/Family1-Dad1.jpg") }

  private func fractions(stopAt: Int = .max, _ body: () throws -> Void) rethrows -> [Double] {
    nonisolated(unsafe) var told: [Double] = []
    try withProgress(
      { fraction in
        told.append(fraction)
        return told.count < stopAt
      }, body)
    return told
  }

  private func expectWhole(_ told: [Double], least: Int, _ what: Comment) {
    #expect(told == told.sorted() && told.first == 0 && told.last == 1 && told.count >= least, what)
    #expect(told.filter { $0 == 1 }.count == 1, what)
  }

  @Test(.enabled(if: Photographs.isPresent && TestModels.hasPipeline, "data or model not present"))
  func longCallsTellFromTheirBeginToTheirEnd() throws {
    let (pipeline, picture) = (try TestModels.pipeline(), try picture())
    let face = try #require(try pipeline.detector.detect(picture).first)
    let crops = [Bitmap](repeating: try pipeline.embedder.align(picture, face), count: 40)
    expectWhole(try fractions { _ = try pipeline.detector.detect(picture) }, least: 20, "detect")
    expectWhole(try fractions { _ = try pipeline.embedder.embed(crops) }, least: 50, "embed")
    expectWhole(try fractions { _ = try pipeline.faces(in: picture) }, least: 20, "faces")
    expectWhole(try fractions { _ = try pipeline.verify(picture, picture) }, least: 20, "verify")
    expectWhole(try fractions { _ = try Embedder(TestModels.installed("facenet")) }, least: 5, "open")
  }

  /// No part may say that all is done before the next begins: the largest step tells of a lost part.
  @Test(.enabled(if: Photographs.isPresent && TestModels.hasPipeline, "data or model not present"))
  func batchesAndPartsFollowEachOther() throws {
    let (pipeline, picture) = (try TestModels.pipeline(), try picture())
    let face = try #require(try pipeline.detector.detect(picture).first)
    let crops = [Bitmap](repeating: try pipeline.embedder.align(picture, face), count: 40)
    let embedding = try fractions { _ = try pipeline.embedder.embed(crops) }
    #expect(zip(embedding, embedding.dropFirst()).allSatisfy { $1 - $0 < 0.1 }, "\(embedding)")
    let verifying = try fractions { _ = try pipeline.verify(picture, picture) }
    #expect(zip(verifying, verifying.dropFirst()).allSatisfy { $1 - $0 < 0.3 }, "\(verifying)")
  }

  @Test(.enabled(if: Photographs.isPresent && TestModels.hasPipeline, "data or model not present"))
  func aStoppedPipelineGoesOnWorking() throws {
    let (pipeline, picture) = (try TestModels.pipeline(), try picture())
    let expected = try pipeline.faces(in: picture)
    for stop in [1, 7, 30] {
      nonisolated(unsafe) var count = 0
      let error = #expect(throws: FacenetError.self) {
        try withProgress({ _ in
          count += 1
          return count < stop
        }) { _ = try pipeline.faces(in: picture) }
      }
      #expect(error?.status == .cancelled && count == stop)
      #expect(try pipeline.faces(in: picture) == expected && count == stop)
    }
  }
}

/// One receiver a process: one test at a time. Other suites open models meanwhile: messages are told apart by path.
@Suite(.serialized) struct LogTests {
  private final class Heard: Sendable {
    private let messages = Mutex<[(level: Log.Level, text: String)]>([])

    func listen(from level: Log.Level, to words: String) {
      Log.send(from: level) { level, text in
        if text.contains(words) { self.note(level, text) }
      }
    }

    func note(_ level: Log.Level, _ text: String) { messages.withLock { $0.append((level, text)) } }

    var levels: [Log.Level] { messages.withLock { $0.map(\.level) } }
    var texts: [String] { messages.withLock { $0.map(\.text) } }
  }

  private let heard = Heard()

  @Test func sendsFromALevelUpUntilItIsSilenced() {
    heard.listen(from: .information, to: "of the log's test")
    Log.write(.debug, "\(Issue.record("a message nobody wants is made")) of the log's test")
    Log.write(.information, "one of the log's test")
    Log.write(.warning, "two of the log's test")
    Log.send(to: nil)
    Log.write(.warning, "\(Issue.record("a message nobody wants is made")) of the log's test")
    #expect(heard.levels == [.information, .warning])
    #expect(heard.texts.first == "one of the log's test")
  }

  @Test func whatAReceiverCausesIsDropped() {
    Log.send(from: .warning) { [heard] level, text in
      guard text == "outer" else { return }
      heard.note(level, text)
      Log.write(.warning, "outer")
    }
    Log.write(.warning, "outer")
    Log.send(to: nil)
    #expect(heard.texts == ["outer"])
  }

  @Test(.enabled(if: TestModels.hasFaceNet, "model not present")) func openingAnEmbedderSaysWhatItIs() throws {
    let path = try TestModels.installed("facenet")
    heard.listen(from: .debug, to: path)
    _ = try Embedder(path)
    Log.send(to: nil)
    #expect(heard.texts.contains { $0.hasPrefix("read ") && $0.contains(" operators, ") })
    #expect(heard.texts.contains { $0.hasPrefix("opened the embedder facenet (") && $0.contains("512 numbers") })
    #expect(heard.texts.contains { $0.hasPrefix("planned ") && $0.contains(" kernels, threads: 1") })
    #expect(!heard.levels.contains(.warning))
  }

  private static let bare = SharedData.path("models/mobilefacenet/MobileFaceNet.onnx")

  @Test(.enabled(if: bare != nil, "data not present")) func aModelWithoutFactsCausesAWarning() throws {
    let path = try #require(Self.bare)
    heard.listen(from: .warning, to: path)
    _ = try Embedder(path)
    Log.send(to: nil)
    #expect(heard.levels == [.warning])
    #expect(heard.texts.first?.contains("ArcFace") == true)
  }
}
