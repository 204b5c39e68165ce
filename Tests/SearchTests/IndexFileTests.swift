import Core
import Search
import Testing

@Suite struct IndexFileTests {
  private static func saved(_ kind: IndexKind, _ count: Int = 12) throws -> (TemporaryFile, [UInt8]) {
    var dice = Dice(3)
    let index = try VectorIndex(dimension: 5, options: IndexOptions(kind: kind))
    try index.add(dice.vectors(count, 5), keys: (0..<Int64(count)).map { 3 * $0 })
    let file = TemporaryFile()
    try index.save(to: file.path)
    return (file, try File.read(file.path))
  }

  /// What opening, searching for and checking the file's vectors throws.
  private func failures(_ path: String) -> [FacenetError?] {
    var index: VectorIndex?
    if let error = failure({ () throws(FacenetError) in index = try VectorIndex(path: path) }) { return [error] }
    return [
      failure { () throws(FacenetError) in _ = try index!.search([1, 2, 3, 4, 5], nearest: 12) },
      failure { () throws(FacenetError) in try index!.check() },
    ]
  }

  @Test(arguments: IndexKind.builtIn) func everyFlippedByteIsNoticed(kind: IndexKind) throws {
    let (file, bytes) = try Self.saved(kind)
    #expect(failures(file.path) == [nil, nil])
    for place in bytes.indices {
      var flipped = bytes
      flipped[place] ^= UInt8(1 << (place % 8))
      try overwrite(flipped, to: file.path)
      let found = failures(file.path)
      #expect(found.last! != nil, "byte \(place)")
      #expect(found.allSatisfy { $0 == nil || $0!.message.contains(file.path) }, "byte \(place)")
    }
  }

  @Test(arguments: IndexKind.builtIn) func everyShortenedFileIsRefused(kind: IndexKind) throws {
    let (file, bytes) = try Self.saved(kind)
    for length in 0..<bytes.count {
      try overwrite(Array(bytes[..<length]), to: file.path)
      #expect(failures(file.path)[0]?.status == .corrupt, "\(length) bytes")
    }
    try File.write(bytes + [0], to: file.path)
    #expect(failures(file.path)[0]?.status == .corrupt)
  }

  @Test func whatIsNoIndexFileIsRefused() throws {
    let (file, bytes) = try Self.saved(.flat)
    var newer = bytes
    newer[8] = 2
    try File.write(newer, to: file.path)
    #expect(failures(file.path)[0]?.status == .unsupported)
    #expect(failures("/tmp")[0]?.status == .invalidArgument)
    #expect(failures(file.path + "-absent")[0]?.status == .notFound)
    var dice = Dice(9)
    for _ in 0..<300 {
      var garbage = bytes
      for _ in 0..<8 { garbage[dice.next(below: garbage.count)] = UInt8(dice.next(below: 256)) }
      try overwrite(garbage, to: file.path)
      _ = failures(file.path)
    }
  }

  @Test(arguments: IndexKind.builtIn) func theSameOperationsGiveTheSameBytes(kind: IndexKind) throws {
    var files: [[UInt8]] = []
    for threads in [1, 3] {
      var dice = Dice(4)
      let index = try VectorIndex(dimension: 19, options: IndexOptions(kind: kind, seed: 7, threads: threads))
      try index.add(dice.vectors(200, 19), keys: Array(0..<200))
      try index.remove([5, 6, 199, 0])
      try index.add(dice.vectors(300, 19), keys: Array(1000..<1300))
      try index.replace(dice.vectors(2, 19), keys: [7, 5000])
      let file = TemporaryFile()
      try index.save(to: file.path)
      files.append(try File.read(file.path))
      let again = TemporaryFile()
      try VectorIndex(path: file.path).save(to: again.path)
      files.append(try File.read(again.path))
    }
    #expect(files.allSatisfy { $0 == files[0] })
  }

  @Test(arguments: IndexKind.builtIn) func whatManyRemovalsLeaveIsSavedAndOpened(kind: IndexKind) throws {
    var dice = Dice(6)
    let index = try VectorIndex(dimension: 33, options: IndexOptions(kind: kind))
    try index.add(dice.vectors(1500, 33), keys: Array(0..<1500))
    try index.remove(Array(100..<1500))
    let file = TemporaryFile()
    try index.save(to: file.path)
    let opened = try VectorIndex(path: file.path)
    try opened.check()
    let queries = dice.vectors(5, 33)
    #expect(opened.count == 100)
    #expect(try opened.search(queries, nearest: 9) == index.search(queries, nearest: 9))
  }

  @Test(arguments: IndexKind.builtIn) func aFileTellsNothingOfWhatWasRemoved(kind: IndexKind) throws {
    var dice = Dice(8)
    let index = try VectorIndex(dimension: 40, options: IndexOptions(kind: kind))
    try index.add(dice.vectors(1000, 40), keys: Array(0..<1000))
    let (before, after) = (TemporaryFile(), TemporaryFile())
    try index.save(to: before.path)
    try index.add([dice.vector(40)], keys: [5000])
    try index.remove([5000])
    try index.save(to: after.path)
    #expect(try File.read(before.path) == File.read(after.path))
  }

  @Test func aDigestTellsFilesApart() throws {
    let (file, bytes) = try Self.saved(.flat)
    let digest = try VectorIndex(path: file.path).fileDigest
    #expect(try digest != nil && VectorIndex(path: file.path).fileDigest == digest)
    let other = try VectorIndex(path: file.path)
    try other.replace([[5, 4, 3, 2, 1]], keys: [33])
    try other.save(to: file.path)
    #expect(try File.read(file.path).count == bytes.count)
    #expect(try VectorIndex(path: file.path).fileDigest != digest)
  }

  @Test func savingWhereItCannotLeavesWhatWasThere() throws {
    let (file, bytes) = try Self.saved(.flat)
    let index = try VectorIndex(path: file.path)
    #expect(failure { () throws(FacenetError) in try index.save(to: "/tmp/absent-folder/x") }?.status == .notFound)
    let stopped = failure { () throws(FacenetError) in
      try Progress.watch({ _ in false }) { () throws(FacenetError) in try index.save(to: file.path) }
    }
    #expect(stopped?.status == .cancelled)
    #expect(try File.read(file.path) == bytes)
  }

  @Test func anOpenIndexOutlivesItsFilesReplacement() throws {
    let (file, _) = try Self.saved(.flat8)
    let index = try VectorIndex(path: file.path)
    try File.write([1, 2, 3], to: file.path)
    #expect(try index.search([1, 2, 3, 4, 5], nearest: 12).count == 12)
    try index.check()
    try index.save(to: file.path)
    #expect(try VectorIndex(path: file.path).count == 12)
  }

  /// The first block of vectors is wrong, and only who reads it is told.
  @Test func vectorsAreReadWhenTheyAreWanted() throws {
    var dice = Dice(8)
    let (count, dimension) = (2000, 16)
    let index = try VectorIndex(dimension: dimension, options: IndexOptions(kind: .flat))
    let vectors = dice.vectors(count, dimension)
    try index.add(vectors, keys: Array(0..<Int64(count)))
    let file = TemporaryFile()
    try index.save(to: file.path)
    var bytes = try File.read(file.path)
    let place = try #require(vectors[3].withUnsafeBytes { Self.find(Array($0), in: bytes) })
    bytes[place] ^= 16
    try overwrite(bytes, to: file.path)
    let opened = try VectorIndex(path: file.path)
    #expect(opened.count == count && opened.contains(3))
    #expect(try opened.vector(of: 1999) == vectors[1999])
    for error in [
      failure { () throws(FacenetError) in _ = try opened.vector(of: 5) },
      failure { () throws(FacenetError) in _ = try opened.search(vectors[0], nearest: 1) },
      failure { () throws(FacenetError) in try opened.add([vectors[0]], keys: [-1]) },
      failure { () throws(FacenetError) in try opened.save(to: file.path) },
      failure { () throws(FacenetError) in try opened.check() },
    ] {
      #expect(error?.status == .corrupt && error!.message.contains("'vectors'"), "\(String(describing: error))")
    }
    #expect(opened.count == count)
  }

  private static func find(_ part: [UInt8], in bytes: [UInt8]) -> Int? {
    stride(from: 0, to: bytes.count - part.count, by: 64).first { bytes[$0..<$0 + part.count].elementsEqual(part) }
  }
}
