import Core
import TestSupport
import Testing

@testable import Evaluation

@Suite struct PairsTests {
  @Test func readsFoldsInOrder() throws {
    let text = "2\t1\nAda_L\t1\t4\nAda_L\t2\tBob\t1\r\nCy\t10\t12345\nCy\t3\tDee\t9999\n"
    let pairs = try Pairs(parsing: Array(text.utf8))
    #expect(pairs.folds.count == 2)
    #expect(pairs.folds[0][0].a.path == "Ada_L/Ada_L_0001.jpg" && pairs.folds[0][0].b.path == "Ada_L/Ada_L_0004.jpg")
    #expect(pairs.folds.map { $0.map(\.isSame) } == [[true, false], [true, false]])
    #expect(pairs.folds[1][0].b.path == "Cy/Cy_12345.jpg")
    #expect(pairs.photographs.count == 8)
  }

  @Test func aSingleNumberIsOneFold() throws {
    let pairs = try Pairs(parsing: Array("1\nAda\t1\t2\nAda\t1\tBob\t1".utf8))
    #expect(pairs.folds.count == 1 && pairs.photographs.count == 3)
  }

  @Test(arguments: [
    "", "x\t1\n", "0\t300\n", "1\t1\nAda\t1\t2\n", "1\t1\nAda\t1\nAda\t1\tBob\t1\n",
    "1\t1\nAda\t1\tx\nAda\t1\tBob\t1\n",
    "1\t1\nAda\t0\t2\nAda\t1\tBob\t1\n", "1\t1\n../x\t1\t2\nAda\t1\tBob\t1\n", "1\t1\nAda\t1\t2\nAda\t1\tAda\t2\n",
    "1\t1\nAda\t1\t2\nAda\t1\tBob\t1\nAda\t1\t2\n", "9999999\t9999999\n", "99999999999999999999\t2\n",
  ])
  func refusesWhatDoesNotFollowTheFormat(text: String) {
    let status = #expect(throws: FacenetError.self) { try Pairs(parsing: Array(text.utf8)) }?.status
    #expect(status == .corrupt)
  }

  @Test func namesTheLine() {
    #expect(throws: FacenetError(.corrupt, "line 3 should hold name, number, name, number, got 3 fields")) {
      try Pairs(parsing: Array("1\t1\nAda\t1\t2\nAda\t1\tBob\n".utf8))
    }
  }

  @Test(.enabled(if: SharedData.path("data/lfw/pairs.txt") != nil, "data not present"))
  func readsTheRealList() throws {
    let pairs = try Pairs(path: try #require(SharedData.path("data/lfw/pairs.txt")))
    #expect(pairs.folds.map(\.count) == [600, 600, 600])
    #expect(pairs.folds.allSatisfy { $0.count { $0.isSame } == 300 })
    #expect(pairs.photographs.count == 2320)
  }
}
