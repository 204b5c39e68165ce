import Core

/// What an index file says of the index as a whole, in its section `index`.
struct IndexHeader {
  static let section = "index"
  private static let kinds: [IndexKind] = [.flat, .flat8, .mlann, .auto]
  /// Stands for a kind that the section `kind` names.
  private static let named = UInt32(kinds.count)
  private static let pivotChoices: [PivotChoice] = [.principal, .farthestFirst, .random, .every]
  private static let likelihoods: [Likelihood] = [.equalVariance, .distanceProportional]

  var dimension: Int
  var count: Int
  var options: IndexOptions

  private var bytes: [UInt8] {
    var bytes: [UInt8] = []
    func append(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
    append(UInt32(dimension))
    append(UInt32(count))
    append(Self.kinds.firstIndex(of: options.kind).map(UInt32.init) ?? Self.named)
    append(options.recall.bitPattern)
    append(options.seed)
    append(UInt32(options.pivots))
    append(UInt32(options.examined))
    append(UInt32(options.partitions))
    append(UInt32(options.probed))
    append(UInt32(Self.pivotChoices.firstIndex(of: options.pivotChoice)!))
    append(UInt32(Self.likelihoods.firstIndex(of: options.likelihood)!))
    append((options.acceptance ?? .nan).bitPattern)
    return bytes
  }

  init(dimension: Int, count: Int, options: IndexOptions) {
    (self.dimension, self.count, self.options) = (dimension, count, options)
  }

  /// - Throws: `corrupt` for values out of range, `unsupported` for a kind whose plugin is not loaded.
  init(_ file: IndexFile, threads: Int) throws(FacenetError) {
    self = try file.read(Self.section).withBytes { bytes throws(FacenetError) in
      try IndexHeader(ByteReader(bytes), of: file, threads: threads)
    }
  }

  /// The index's header as it is saved.
  var sections: [IndexSection] {
    get throws(FacenetError) {
      let memory = try AlignedBuffer(count: bytes.count)
      memory.bytes.copyBytes(from: bytes)
      let header = IndexSection(Self.section, UnsafeRawBufferPointer(memory.bytes), owner: memory)
      return Self.kinds.contains(options.kind) ? [header] : [header, try options.kind.savedName]
    }
  }

  private init(_ reader: consuming ByteReader, of file: IndexFile, threads: Int) throws(FacenetError) {
    func integer(_ reader: inout ByteReader) throws(FacenetError) -> Int {
      Int(try reader.readInteger(UInt32.self, .little))
    }
    func choice<Choice>(_ reader: inout ByteReader, _ choices: [Choice]) throws(FacenetError) -> Choice {
      let number = try integer(&reader)
      guard choices.indices.contains(number) else {
        throw FacenetError(.corrupt, "there are choices 0 to \(choices.count - 1), got \(number)")
      }
      return choices[number]
    }
    func float(_ reader: inout ByteReader) throws(FacenetError) -> Float {
      Float(bitPattern: try reader.readInteger(UInt32.self, .little))
    }
    dimension = try integer(&reader)
    count = try integer(&reader)
    let kind = UInt32(try integer(&reader))
    guard kind <= Self.named else {
      throw FacenetError(.corrupt, "there are kinds 0 to \(Self.named), got \(kind)")
    }
    options = IndexOptions(
      kind: kind == Self.named ? try IndexKind(reading: file) : Self.kinds[Int(kind)], threads: threads)
    options.recall = try float(&reader)
    options.seed = try reader.readInteger(UInt64.self, .little)
    options.pivots = try integer(&reader)
    options.examined = try integer(&reader)
    options.partitions = try integer(&reader)
    options.probed = try integer(&reader)
    options.pivotChoice = try choice(&reader, Self.pivotChoices)
    options.likelihood = try choice(&reader, Self.likelihoods)
    let acceptance = try float(&reader)
    options.acceptance = acceptance.isNaN ? nil : acceptance
    do throws(FacenetError) { try options.validate() } catch { throw FacenetError(.corrupt, error.message) }
    guard reader.isAtEnd else {
      throw FacenetError(.corrupt, "the section '\(Self.section)' has \(reader.remaining) bytes too many")
    }
    guard VectorIndex.dimensions.contains(dimension), count <= VectorStore.largestCount else {
      throw FacenetError(.corrupt, "\(count) vectors of \(dimension) dimensions are out of range")
    }
  }
}
