import Core
import Testing

@testable import Search

/// Files whose checksums are right and whose contents are not: an error that says what is wrong, never a trap.
@Suite struct ForgedIndexTests {
  private static let count = 700
  private static let people = People(count, 16, probes: 3, seed: 21)
  /// Of each kind, one file; partitions enough that blocks are not full.
  private static let options: [String: IndexOptions] = [
    "flat": IndexOptions(kind: .flat), "flat8": IndexOptions(kind: .flat8), "auto": IndexOptions(kind: .auto),
    "mlann": IndexOptions(kind: .mlann, pivots: 6, partitions: 5),
    "matrix": IndexOptions(kind: .mlann, examined: 40, pivotChoice: .every),
  ]

  struct Forgery: Sendable, CustomTestStringConvertible {
    let kind: String
    let what: String
    /// What one of the messages says.
    let words: String
    let forge: @Sendable (inout ForgedIndex) throws -> Void
    var testDescription: String { "\(kind): \(what)" }

    init(
      _ kind: String, _ what: String, _ words: String, _ forge: @escaping @Sendable (inout ForgedIndex) throws -> Void
    ) {
      (self.kind, self.what, self.words, self.forge) = (kind, what, words, forge)
    }
  }

  /// What everything that can be done with the file throws: nothing of it may trap.
  private func failures(_ path: String) -> [FacenetError] {
    var index: VectorIndex?
    if let error = failure({ () throws(FacenetError) in index = try VectorIndex(path: path) }) { return [error] }
    let everyOther = Set(stride(from: Int64(0), to: 3 * Int64(Self.count), by: 6))
    return [
      failure { () throws(FacenetError) in _ = try index!.search(Self.people.probes, nearest: 5) },
      failure { () throws(FacenetError) in _ = try index!.search(Self.people.probes[0], nearest: Self.count) },
      failure { () throws(FacenetError) in
        _ = try index!.search(Self.people.probes, nearest: everyOther.count, allowed: everyOther)
      },
      failure { () throws(FacenetError) in _ = try index!.vector(of: 3) },
      failure { () throws(FacenetError) in try index!.check() },
      failure { () throws(FacenetError) in try index!.replace([Self.people.probes[0]], keys: [3]) },
      failure { () throws(FacenetError) in try index!.remove([6, 9, 2094]) },
      failure { () throws(FacenetError) in try index!.add([Self.people.probes[1]], keys: [1]) },
      failure { () throws(FacenetError) in _ = try index!.search(Self.people.probes, nearest: Self.count) },
    ].compactMap { $0 }
  }

  private func expect(_ forgery: Forgery, _ file: TemporaryFile) {
    let found = failures(file.path)
    let statuses: Set<Status> = [.corrupt, .unsupported]
    #expect(found.contains { $0.message.contains(forgery.words) }, "\(forgery.testDescription): \(found)")
    #expect(found.allSatisfy { statuses.contains($0.status) }, "\(forgery.testDescription): \(found)")
    #expect(found.contains { $0.message.contains(file.path) }, "\(forgery.testDescription): \(found)")
  }

  @Test(arguments: Self.forgeries) func isNamed(forgery: Forgery) throws {
    var forged = try ForgedIndex(try Self.people.index(Self.options[forgery.kind]!))
    let file = TemporaryFile()
    forged.seal()
    try overwrite(forged.bytes, to: file.path)
    #expect(failures(file.path) == [], "what was not forged is whole")
    forged = try ForgedIndex(try Self.people.index(Self.options[forgery.kind]!))
    try forgery.forge(&forged)
    forged.seal()
    try overwrite(forged.bytes, to: file.path)
    expect(forgery, file)
  }

  static let forgeries = headers + tables + indexes + vectors + kinds

  private static let headers = [
    Forgery("flat", "magic", "no index file") { $0.write(UInt64(1), at: 0) },
    Forgery("flat", "a later version", "version 2") { $0.write(UInt32(2), at: 8) },
    Forgery("flat", "no sections", "no section 'index'") {
      $0.write(UInt32(0), at: 12)
      for place in 72..<128 { $0.write(UInt8(0), at: place) }
    },
    Forgery("flat", "too many sections", "257 sections") { $0.write(UInt32(257), at: 12) },
    Forgery("flat", "most sections", "4294967295 sections") { $0.write(UInt32.max, at: 12) },
    Forgery("flat", "a size that is smaller", "its header says 64") { $0.write(UInt64(64), at: 16) },
    Forgery("flat", "a size that is larger", "its header says 18446744073709551615") { $0.write(UInt64.max, at: 16) },
    Forgery("flat", "a header that does not end with zeros", "table of sections") { $0.write(UInt8(1), at: 63) },
    Forgery("flat", "a shortened file", "its header says") { $0.shorten(by: 64) },
    Forgery("flat", "a shortened file of the right size", "lies outside the file's") {
      $0.shorten(by: 64)
      $0.write(UInt64($0.bytes.count), at: 16)
    },
  ]

  /// Numbers of a section's entry: offset, bytes, offset of the checksums.
  private static let tables =
    [UInt64.max, UInt64.max - 63, 1 << 63, 1 << 62, 1 << 40].flatMap { number in
      (0..<3).map { field in
        Forgery("flat", "field \(field) is \(number)", "'vectors' lies outside the file's") {
          try $0.write(number, field: field, of: "vectors")
        }
      }
    } + [
      Forgery("flat", "an offset that is not aligned", "'vectors' lies outside") {
        try $0.write(UInt64($0.place("vectors") + 4), field: 0, of: "vectors")
      },
      Forgery("flat", "fewer bytes", "'vectors' has 64 bytes, expected") { try $0.write(64, field: 1, of: "vectors") },
      Forgery("flat", "no bytes", "'keys' has 0 bytes, expected") { try $0.write(0, field: 1, of: "keys") },
      Forgery("flat", "sections that overlap", "'squared-lengths' lies over what comes before it") {
        try $0.write(UInt64($0.place("vectors")), field: 0, of: "squared-lengths")
      },
      Forgery("flat", "a section over the table", "'index' lies over what comes before it") {
        try $0.write(64, field: 0, of: "index")
      },
      Forgery("flat", "checksums in their section", "'vectors' lies over what comes before it") {
        try $0.write(UInt64($0.place("vectors")), field: 2, of: "vectors")
      },
      Forgery("flat", "two sections of one name", "two sections 'vectors'") {
        let entry = try $0.entry("squared-lengths")
        for (i, byte) in (Array("vectors".utf8) + [UInt8](repeating: 0, count: 17)).enumerated() {
          $0.write(byte, at: entry + i)
        }
      },
      Forgery("flat", "another name", "no section 'keys'") { $0.write(UInt8(65), at: try $0.entry("keys")) },
      Forgery("flat", "an entry that does not end with zeros", "'keys' does not end with zeros") {
        $0.write(UInt8(1), at: try $0.entry("keys") + 63)
      },
    ]

  /// The section `index`, field by field.
  private static let indexes = [
    Forgery("flat", "dimension 0", "of 0 dimensions") { try $0.write(UInt32(0), 0, of: "index") },
    Forgery("flat", "another dimension", "'vectors' has") { try $0.write(UInt32(40), 0, of: "index") },
    Forgery("flat", "too many dimensions", "dimensions are out of range") { try $0.write(UInt32.max, 0, of: "index") },
    Forgery("flat", "one vector more", "'vectors' has") { try $0.write(UInt32(count + 1), 1, of: "index") },
    Forgery("flat", "no vectors", "'vectors' has") { try $0.write(UInt32(0), 1, of: "index") },
    Forgery("flat", "too many vectors", "4294967295 vectors") { try $0.write(UInt32.max, 1, of: "index") },
    Forgery("flat", "a kind that is none", "got 5") { try $0.write(UInt32(5), 2, of: "index") },
    Forgery("flat", "a kind whose name is missing", "no section 'kind'") { try $0.write(UInt32(4), 2, of: "index") },
    Forgery("flat", "another kind", "no section 'codes") { try $0.write(UInt32(1), 2, of: "index") },
    Forgery("flat", "recall", "recall must be 0 to 1") { try $0.write(Float.nan, 3, of: "index") },
    Forgery("mlann", "pivots", "pivots must be") { try $0.write(UInt32.max, 6, of: "index") },
    Forgery("mlann", "examined", "examined vectors must be") { try $0.write(UInt32.max, 7, of: "index") },
    Forgery("mlann", "partitions", "partitions must be") { try $0.write(UInt32.max, 8, of: "index") },
    Forgery("mlann", "probed", "probed partitions must be") { try $0.write(UInt32.max, 9, of: "index") },
    Forgery("mlann", "a choice of pivots that is none", "got 4") { try $0.write(UInt32(4), 10, of: "index") },
    Forgery("mlann", "another choice of pivots", "no section 'mlann-matrix'") {
      try $0.write(UInt32(3), 10, of: "index")
    },
    Forgery("flat", "every vector a pivot of flat", "in the kind mlann alone") {
      try $0.write(UInt32(3), 10, of: "index")
    },
    Forgery("mlann", "a likelihood that is none", "got 2") { try $0.write(UInt32(2), 11, of: "index") },
    Forgery("mlann", "acceptance", "acceptance threshold") { try $0.write(-Float.infinity, 12, of: "index") },
    Forgery("flat", "bytes too few", "are left") { try $0.write(51, field: 1, of: "index") },
    Forgery("flat", "bytes too many", "bytes too many") { try $0.write(56, field: 1, of: "index") },
  ]

  private static let vectors = ["flat", "flat8", "mlann", "matrix"].flatMap { kind in
    [
      Forgery(kind, "a vector that is not a number", "saved vector 2 has the squared") {
        try $0.write(Float.nan, 32, of: "vectors")
      },
      Forgery(kind, "an infinite vector", "saved vector 699 has the squared") {
        try $0.write(Float.infinity, 16 * count - 1, of: "vectors")
      },
      Forgery(kind, "a vector of another length", "saved vector 0 has the squared length") {
        try $0.write(Float(3), 0, of: "vectors")
      },
      Forgery(kind, "a length that is not a number", "squared length nan") {
        try $0.write(Float.nan, 5, of: "squared-lengths")
      },
      Forgery(kind, "a length that is none", "squared length -1.0") {
        try $0.write(Float(-1), 5, of: "squared-lengths")
      },
      Forgery(kind, "another length", "5 ha\(kind == "flat8" ? "ve" : "s") the squared length") {
        try $0.write(Float(9), 5, of: "squared-lengths")
      },
      Forgery(kind, "a key that is there twice", "two vectors have the key 6") {
        try $0.write(Int64(6), 9, of: "keys")
      },
    ]
  }

  private static let kinds =
    [Float.nan, .infinity, 1e30].flatMap { number in
      [
        Forgery("flat8", "an offset of codes \(number)", "the codes of dimension 1") {
          try $0.write(number, 1, of: "codes-scales")
        },
        Forgery("flat8", "a step of codes \(number)", "the codes of dimension 0") {
          try $0.write(number, 16, of: "codes-scales")
        },
        Forgery("mlann", "step \(number)", "'mlann-floats' holds") { try $0.write(number, 0, of: "mlann-floats") },
        Forgery("mlann", "pivot \(number)", "'mlann-floats' holds") { try $0.write(number, 40, of: "mlann-floats") },
        Forgery("mlann", "centre \(number)", "'mlann-floats' holds") { try $0.write(number, 115, of: "mlann-floats") },
      ]
    }
    + [Float.nan, .infinity].flatMap { number in
      [
        Forgery("mlann", "noise \(number)", "'mlann-floats' holds") { try $0.write(number, 1, of: "mlann-floats") },
        Forgery("mlann", "a row's length \(number)", "'mlann-offsets' holds") {
          try $0.write(number, 0, of: "mlann-offsets")
        },
        Forgery("matrix", "a distance \(number)", "'mlann-matrix' holds") {
          try $0.write(number, 1000, of: "mlann-matrix")
        },
        Forgery("matrix", "noise \(number)", "'mlann-noise' holds") { try $0.write(number, 0, of: "mlann-noise") },
      ]
    } + numbers

  /// Where the last spread of a part is: step, noise, origin and 6 directions of 16, 5 centres of 6, 5 spreads.
  private static let lastFloat = 2 + 7 * 16 + 5 * 6 + 5 - 1

  private static let numbers = [
    Forgery("mlann", "a spread of zero", "'mlann-floats' holds") {
      try $0.write(Float(0), lastFloat, of: "mlann-floats")
    },
    Forgery("flat8", "learnt from too many", "chosen by") { try $0.write(Int64.max, 0, of: "codes-trained") },
    Forgery("flat8", "learnt from less than none", "chosen by -1") { try $0.write(Int64(-1), 0, of: "codes-trained") },
    Forgery("flat8", "another length of codes", "the codes of row 1") {
      try $0.write(Float(7), 1, of: "codes-lengths")
    },
    Forgery("flat8", "a row behind the last", "the codes of row 701") {
      try $0.write(Float(1), 701, of: "codes-lengths")
    },
    Forgery("flat8", "codes of fewer vectors", "'codes' has 64 bytes") { try $0.write(64, field: 1, of: "codes") },
    Forgery("auto", "a kind that is none", "no kind of number 4") { try $0.write(Int64(4), 0, of: "auto-kind") },
    Forgery("auto", "a kind whose name is missing", "no section 'kind'") { try $0.write(Int64(3), 0, of: "auto-kind") },
    Forgery("auto", "another kind", "no section 'mlann-numbers'") { try $0.write(Int64(1), 0, of: "auto-kind") },
    Forgery("mlann", "no pivots", "out of range") { try $0.write(Int64(0), 0, of: "mlann-numbers") },
    Forgery("mlann", "more pivots", "'mlann-floats' has") { try $0.write(Int64(7), 0, of: "mlann-numbers") },
    Forgery("mlann", "most pivots", "out of range") { try $0.write(Int64.max, 0, of: "mlann-numbers") },
    Forgery("mlann", "more partitions", "'mlann-floats' has") { try $0.write(Int64(6), 1, of: "mlann-numbers") },
    Forgery("mlann", "most partitions", "out of range") { try $0.write(Int64.max, 1, of: "mlann-numbers") },
    Forgery("mlann", "learnt from less than none", "out of range") { try $0.write(Int64.min, 2, of: "mlann-numbers") },
    Forgery("mlann", "a partition that is none", "'mlann-owners' gives a block to partition 5") {
      try $0.write(Int32(5), 0, of: "mlann-owners")
    },
    Forgery("mlann", "a partition below all", "to partition -2") { try $0.write(Int32(-2), 0, of: "mlann-owners") },
    Forgery("mlann", "fewer blocks", "'mlann-codes' has") { try $0.write(4, field: 1, of: "mlann-owners") },
    Forgery("mlann", "a block that nobody has", "'mlann-slots' has") { try $0.write(Int32(-1), 0, of: "mlann-owners") },
    Forgery("mlann", "a slot that is none", "slot \(count) of") { try $0.write(Int32(count), 0, of: "mlann-slots") },
    Forgery("mlann", "the largest slot", "slot \(Int32.max) of") { try $0.write(Int32.max, 0, of: "mlann-slots") },
    Forgery("mlann", "a slot twice", "wrongly or twice") {
      try $0.write($0.number(at: try $0.place("mlann-slots") + 4) as Int32, 0, of: "mlann-slots")
    },
    Forgery("mlann", "a row that is missing", "gaps in block 0") { try $0.write(Int32(-1), 0, of: "mlann-slots") },
  ]
}
