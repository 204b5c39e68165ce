import Foundation
import Testing

@testable import FacenetTool

@Suite(.enabled(if: Fixtures.canRecognise, "default models or samples not present")) struct VerifyTests {
  @Test(arguments: [
    ("obama.jpg", "obama2.jpg", "same", 0), ("obama2.jpg", "obama3.jpg", "same", 0),
    ("obama.jpg", "biden.jpg", "different", 1), ("biden.jpg", "astronaut.png", "different", 1),
    ("obama.jpg", "obama.jpg", "same", 0),
  ])
  func theVerdictIsTheStatus(a: String, b: String, verdict: String, status: Int32) throws {
    let run = try ProgramRun(["verify", Fixtures.sample(a), Fixtures.sample(b), "--json"])
    #expect(run.status == status)
    let object = try #require(try run.objects().first)
    #expect(object["verdict"] as? String == verdict)
    let distance = try #require(object["distance"] as? Double)
    let threshold = try #require(object["threshold"] as? Double)
    #expect((distance <= threshold) == (status == 0))
    #expect(distance >= 0 && distance <= 4)
    if a == b { #expect(distance < 1e-6) }
    #expect(object["metric"] as? String == "squared-l2-unit")
    #expect((object["a"] as? [String: Any])?["path"] as? String == (try Fixtures.sample(a)))
    #expect((object["b"] as? [String: Any])?["faces"] as? Int == 1)
  }

  @Test func theThresholdDecides() throws {
    let photographs = try [Fixtures.sample("obama.jpg"), Fixtures.sample("obama2.jpg")]
    #expect(try ProgramRun(["verify"] + photographs + ["--threshold", "0"]).status == 1)
    let run = try ProgramRun(["verify", "--threshold=4", Fixtures.sample("obama.jpg"), Fixtures.sample("biden.jpg")])
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("distance ") && run.output.hasSuffix("threshold 4.0000  same person\n"))
  }

  @Test(arguments: [("0.01", 1.166), ("0.001", 0.891), ("1e-4", 0.668)])
  func aMeasuredRateGivesItsThreshold(rate: String, threshold: Double) throws {
    let photographs = try [Fixtures.sample("obama.jpg"), Fixtures.sample("obama2.jpg")]
    let object = try #require(try ProgramRun(["verify", "--json", "--far", rate] + photographs).objects().first)
    #expect(object["threshold"] as? Double == threshold)
  }

  @Test func aRateThatWasNotMeasuredIsRefused() throws {
    let photographs = try [Fixtures.sample("obama.jpg"), Fixtures.sample("obama2.jpg")]
    let run = try ProgramRun(["verify"] + photographs + ["--far", "0.12345"])
    #expect(run.status == 2)
    #expect(run.messages.split(separator: "\n").count == 1)
  }

  @Test func whatCannotBeDecidedIsStatusTwo() throws {
    let folder = try TemporaryFolder()
    let plain = try folder.write("plain.png", Fixtures.plainPicture(width: 90, height: 60))
    let empty = try folder.write("empty.jpg")
    let face = try Fixtures.sample("obama.jpg")
    for (photograph, reason) in [(plain, "shows no face"), (empty, "empty"), (folder.file("none.jpg"), "No such file")]
    {
      for pair in [[face, photograph], [photograph, face]] {
        let run = try ProgramRun(["verify", "--json"] + pair)
        #expect(run.status == 2)
        let object = try #require(try run.objects().first)
        #expect(object["verdict"] as? String == "undecided")
        #expect((object["error"] as? String)?.contains(photograph) == true, "\(object)")
        #expect(run.messages.contains(reason), "\(run.messages)")
        #expect(run.messages.split(separator: "\n").count == 1)
      }
    }
  }
}
