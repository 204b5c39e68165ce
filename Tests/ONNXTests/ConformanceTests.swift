import Testing

@testable import Core
@testable import ONNX

@Suite struct ConformanceTests {
  @Test(.enabled(if: Conformance.folder != nil, "data not present: make_conformance.py writes build/conformance"))
  func runsTheStandardsOwnCases() throws {
    let folder = try #require(Conformance.folder)
    let cases = try Conformance.cases(in: folder)
    var (passed, failed) = (0, 0)
    for test in cases where test.reason.isEmpty {
      do {
        let difference = try Conformance.difference(test, in: folder)
        if let difference { Issue.record("\(test.name): \(difference)") }
        if difference == nil { passed += 1 } else { failed += 1 }
      } catch {
        failed += 1
        Issue.record("\(test.name): \(error)")
      }
    }
    let unclaimed = Dictionary(grouping: cases.filter { !$0.reason.isEmpty }, by: \.reason)
    for (reason, group) in unclaimed.sorted(by: { ($1.value.count, $0.key) < ($0.value.count, $1.key) }) {
      print("out of scope: \(group.count) \(reason): \(group.map(\.name).joined(separator: " "))")
    }
    print("conformance: \(passed) passed, \(failed) failed, \(cases.count - passed - failed) out of scope")
    #expect(passed > 0)
  }

  /// An operator that was added since must take its cases into scope.
  @Test(.enabled(if: Conformance.folder != nil, "data not present: make_conformance.py writes build/conformance"))
  func leavesOutNoCaseForAnOperatorThatIsKnown() throws {
    let needs = "needs "
    for test in try Conformance.cases(in: try #require(Conformance.folder)) where test.reason.hasPrefix(needs) {
      for name in test.reason.dropFirst(needs.count).split(separator: ", ") {
        #expect(OperatorTable.makers[String(name)] == nil, "\(test.name) is left out: it \(test.reason)")
      }
    }
  }
}
