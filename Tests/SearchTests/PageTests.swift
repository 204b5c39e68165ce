import Core
import Foundation
import Search
import Testing

@Suite struct PageTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")

  @Test func theExampleOfThePageRuns() throws {
    let index = try VectorIndex(dimension: 4, options: IndexOptions(kind: .auto, recall: 0.99))
    try index.add([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], keys: [10, 20, 30])
    var statistics: [SearchStatistics] = []
    let found = try index.search([[0, 0.9, 0.1, 0]], nearest: 2, statistics: &statistics)
    #expect(found[0].map(\.key) == [20, 30] && statistics[0].examined == 3)
  }

  /// What runs above is what the page shows, but for its last line, which prints.
  @Test func thePageShowsTheExample() throws {
    let page = try String(contentsOf: Self.root.appendingPathComponent("docs/search.md"), encoding: .utf8)
    let own = try String(contentsOfFile: #filePath, encoding: .utf8)
    let example = page.components(separatedBy: "```swift\n")[1].components(separatedBy: "```")[0]
    let lines = example.split(separator: "\n")
    #expect(lines.count == 5 && lines[4].hasSuffix("// [20, 30] 3"))
    for line in lines.dropLast() { #expect(own.contains("    " + line + "\n"), "\(line)") }
  }
}
