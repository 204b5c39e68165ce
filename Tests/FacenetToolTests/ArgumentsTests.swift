import Testing

@testable import FacenetTool

@Suite struct ArgumentsTests {
  static let verb = Verb(
    name: "try", summary: "Try",
    operands: [Operand("A", .one, "One."), Operand("B", .optional, "Two.")],
    options: [
      .flag("json", "J."), .text("output", "FILE", "O."), .integer("threads", "N", 1...8, "T."),
      .number("threshold", "T", 0...4, "H."), .number("far", "F", 0...1, "F."),
    ],
    exclusive: [["threshold", "far"]], work: { _, _ in .done })

  private func parse(_ words: String...) throws -> Arguments { try Arguments(words, for: Self.verb) }

  @Test func valuesFollowOrStandAfterAnEqualsSign() throws {
    let arguments = try parse("--threads", "3", "a", "--output=x=y", "--json")
    #expect(arguments.operands == ["a"])
    #expect(arguments.integer("threads") == 3)
    #expect(arguments.text("output") == "x=y")
    #expect(arguments.has("json") && !arguments.has("threshold"))
    #expect(try parse("a", "--threshold", "1.25").number("threshold") == 1.25)
  }

  @Test func everythingAfterTwoDashesIsAnOperand() throws {
    #expect(try parse("--", "--json", "-x").operands == ["--json", "-x"])
    #expect(try parse("-", "--").operands == ["-"])
  }

  @Test func helpNeedsNothingElse() throws {
    #expect(try parse("--help").wantsHelp)
    #expect(try parse("a", "b", "c", "-h").wantsHelp)
    #expect(!(try parse("--", "--help").wantsHelp))
  }

  @Test(arguments: [
    (["a", "--jsno"], "try knows no option --jsno; is --json meant?"),
    (["a", "--treads=2"], "try knows no option --treads; is --threads meant?"),
    (["a", "--quite-another"], "try knows no option --quite-another"),
    (["a", "-x"], "try knows no option -x (a file of that name is written ./-x)"),
    (["a", "--json=1"], "--json takes no value, got '1'"),
    (["a", "--json", "--json"], "--json stands twice"),
    (["a", "--output"], "--output needs a value: --output FILE"),
    (["a", "--output", "--json"], "--output needs a value: --output FILE"),
    (["a", "--output="], "the value of --output is empty: --output FILE"),
    (["a", "--threads", "0"], "--threads takes a whole number from 1 to 8, got '0'"),
    (["a", "--threads", "-1"], "--threads takes a whole number from 1 to 8, got '-1'"),
    (
      ["a", "--threads", "99999999999999999999"],
      "--threads takes a whole number from 1 to 8, got '99999999999999999999'"
    ),
    (["a", "--threads", "2.0"], "--threads takes a whole number from 1 to 8, got '2.0'"),
    (["a", "--threshold", "nan"], "--threshold takes a number from 0 to 4, got 'nan'"),
    (["a", "--threshold", "inf"], "--threshold takes a number from 0 to 4, got 'inf'"),
    (["a", "--threshold", "4.1"], "--threshold takes a number from 0 to 4, got '4.1'"),
    (["a", "--threshold", "1", "--far", "0.1"], "--threshold and --far cannot stand together"),
    ([], "try needs A: `facenet try --help` explains it"),
    (["a", "b", "c"], "try does not know what to do with 'c' after A [B]"),
    ([""], "A is empty"), (["a", ""], "B is empty"),
  ])
  func mistakesAreExplained(words: [String], message: String) {
    let error = #expect(throws: UsageError.self) { try Arguments(words, for: Self.verb) }
    #expect(error?.description == message)
  }

  @Test func nearestAllowsForASwapAndRefusesWhatIsFar() {
    #expect(nearest(to: "dtect", among: ["embed", "detect", "verify"]) == "detect")
    #expect(nearest(to: "evrify", among: ["embed", "detect", "verify"]) == "verify")
    #expect(nearest(to: "gallery", among: ["embed", "detect", "verify"]) == nil)
    #expect(editDistance("", "abc") == 3)
    #expect(editDistance("kitten", "sitting") == 3)
    #expect(editDistance("ab", "ba") == 1)
  }
}
