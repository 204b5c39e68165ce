import Core

/// What an index file says of the index as a whole, in its section `index`.
struct IndexHeader {
  static let section = "index"
  private static let kinds: [IndexKind] = [.flat, .flat8, .mlann, .auto]
  private static let pivotChoices: [PivotChoice] = [.principal, .farthestFirst, .random, .every]
  private static let likelihoods: [Likelihood] = [.equalVariance, .distanceProportional]

  var dimension: Int
  var count: Int
  var options: IndexOptions

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    func append(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
    append(UInt32(dimension))
    append(UInt32(count))
    append(UInt32(Self.kinds.firstIndex(of: options.kind)!))
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

  /// - Throws: `corrupt` for values out of range.
  init(_ bytes: [UInt8], threads: Int) throws(FacenetError) {
    self = try bytes.withBytes { bytes throws(FacenetError) in try IndexHeader(ByteReader(bytes), threads: threads) }
  }

  private init(_ reader: consuming ByteReader, threads: Int) throws(FacenetError) {
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
    options = IndexOptions(kind: try choice(&reader, Self.kinds), threads: threads)
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
