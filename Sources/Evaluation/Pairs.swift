import Core

/// A list of pairs of photographs, in folds that share no person: `pairs.txt` of Labeled Faces in the Wild.
///
/// First line: the number of folds and of pairs of each kind in a fold. Then, for each fold, as many lines `name n1 n2`
/// of the same person and as many lines `name1 n1 name2 n2` of different people, fields separated by tabs.
/// Source: Huang, Ramesh, Berg, Learned-Miller, "Labeled Faces in the Wild", 2007, view 2.
package struct Pairs: Sendable, Hashable {
  /// One photograph: number `number` (from 1) of a person.
  package struct Photograph: Sendable, Hashable {
    package let person: String
    package let number: Int

    /// `Person/Person_0001.jpg`
    package var path: String {
      let digits = String(number)
      return "\(person)/\(person)_\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).jpg"
    }
  }

  package struct Pair: Sendable, Hashable {
    package let a: Photograph
    package let b: Photograph

    package var isSame: Bool { a.person == b.person }
  }

  private static let largestFile = 64 << 20

  package let folds: [[Pair]]

  package init(folds: [[Pair]]) { self.folds = folds }

  /// - Throws: what reading the file throws; `corrupt` with the line's number where it does not follow the format.
  package init(path: String) throws(FacenetError) {
    let bytes = try File.read(path, limit: Self.largestFile)
    do throws(FacenetError) { try self.init(parsing: bytes) } catch { throw error.located(in: path) }
  }

  /// - Throws: `corrupt` with the line's number where the text does not follow the format.
  package init(parsing bytes: [UInt8]) throws(FacenetError) {
    let lines = bytes.split(separator: UInt8(ascii: "\n")).map { line in
      String(decoding: line, as: UTF8.self).split { $0 == "\t" || $0 == "\r" || $0 == " " }
    }
    let header = (lines.first ?? []).map { Int($0) ?? -1 }
    guard header.count == 1 || header.count == 2, header.allSatisfy({ $0 > 0 && $0 <= 1 << 24 }) else {
      throw FacenetError(.corrupt, "line 1 should hold the number of folds and of pairs of each kind")
    }
    let (count, size) = header.count == 2 ? (header[0], header[1]) : (1, header[0])
    guard lines.count - 1 == 2 * count * size else {
      throw FacenetError(
        .corrupt, "\(count) folds of twice \(size) pairs are \(2 * count * size) lines, got \(lines.count - 1)")
    }
    var folds: [[Pair]] = []
    for fold in 0..<count {
      var pairs: [Pair] = []
      for index in 0..<2 * size {
        let line = 1 + 2 * size * fold + index
        pairs.append(try Self.pair(lines[line], isSame: index < size, line: line + 1))
      }
      folds.append(pairs)
    }
    self.folds = folds
  }

  /// Every photograph once, in the order of first use.
  package var photographs: [Photograph] {
    var seen: Set<Photograph> = []
    return folds.joined().flatMap { [$0.a, $0.b] }.filter { seen.insert($0).inserted }
  }

  private static func pair(_ fields: [Substring], isSame: Bool, line: Int) throws(FacenetError) -> Pair {
    guard fields.count == (isSame ? 3 : 4) else {
      let wanted = isSame ? "name, number, number" : "name, number, name, number"
      throw FacenetError(.corrupt, "line \(line) should hold \(wanted), got \(fields.count) fields")
    }
    let a = try photograph(fields[0], fields[1], line)
    let b = try isSame ? photograph(fields[0], fields[2], line) : photograph(fields[2], fields[3], line)
    guard isSame || a.person != b.person else {
      throw FacenetError(.corrupt, "line \(line) should hold two different people, got \(a.person) twice")
    }
    return Pair(a: a, b: b)
  }

  private static func photograph(_ person: Substring, _ number: Substring, _ line: Int) throws(FacenetError)
    -> Photograph
  {
    guard let number = Int(number), number > 0, number < 1_000_000 else {
      throw FacenetError(.corrupt, "line \(line): '\(number.prefix(40))' is not a photograph's number")
    }
    guard !person.contains("/"), !person.contains("\0"), person != ".", person != "..", person.utf8.count < 200 else {
      throw FacenetError(.corrupt, "line \(line): '\(person.prefix(40))' is not a person's folder")
    }
    return Photograph(person: String(person), number: number)
  }
}
