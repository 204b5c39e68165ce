import Core

/// The messages of onnx.proto (ONNX IR specification) as far as a network to run needs them. Byte ranges are borrowed
/// from the file.
struct ModelMessage {
  var version = 0
  var opsets: [String: Int] = [:]
  var metadata: [String: String] = [:]
  var graph: GraphMessage?
  var hasFunctions = false

  init(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: version = try field.integer()
      case 7: graph = try GraphMessage(field.bytes())
      case 8:
        let entry = try OpsetMessage(field.bytes())
        opsets[entry.domain] = entry.version
      case 14:
        let entry = try EntryMessage(field.bytes())
        metadata[entry.key] = entry.value
      case 25: hasFunctions = true
      default: break
      }
    }
  }
}

private struct OpsetMessage {
  var domain = ""
  var version = 0

  init(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      if field.number == 1 { domain = try field.string() }
      if field.number == 2 { version = try field.integer() }
    }
    if domain == "ai.onnx" { domain = "" }
  }
}

struct EntryMessage {
  var key = ""
  var value = ""

  init(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      if field.number == 1 { key = try field.string() }
      if field.number == 2 { value = try field.string() }
    }
  }
}

struct GraphMessage {
  let bytes: UnsafeRawBufferPointer
  var nodes: [NodeMessage] = []
  var initializers: [TensorMessage] = []
  var inputs: [ValueMessage] = []
  var outputs: [ValueMessage] = []
  var hasSparseInitializers = false

  init(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) {
    self.bytes = bytes
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: nodes.append(try NodeMessage(field.bytes()))
      case 5: initializers.append(try TensorMessage(field.bytes()))
      case 11: inputs.append(try ValueMessage(field.bytes()))
      case 12: outputs.append(try ValueMessage(field.bytes()))
      case 15: hasSparseInitializers = true
      default: break
      }
    }
  }
}

struct NodeMessage {
  var inputs: [String] = []
  var outputs: [String] = []
  var name = ""
  var operation = ""
  var domain = ""
  var attributes: [AttributeMessage] = []

  init(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: inputs.append(try field.string())
      case 2: outputs.append(try field.string())
      case 3: name = try field.string()
      case 4: operation = try field.string()
      case 5: attributes.append(try AttributeMessage(field.bytes()))
      case 7: domain = try field.string()
      default: break
      }
    }
    if domain == "ai.onnx" { domain = "" }
    if name.isEmpty { name = outputs.first { !$0.isEmpty } ?? "" }
  }
}

struct AttributeMessage {
  var name = ""
  var kind = 0
  var float: Float = 0
  var integer = 0
  var string = ""
  var tensor: TensorMessage?
  var floats: [Float] = []
  var integers: [Int] = []
  var strings: [String] = []
  /// Fields present, to tell the kind where an old file does not say it.
  private var present: Set<Int> = []

  init(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      present.insert(field.number)
      switch field.number {
      case 1: name = try field.string()
      case 2: float = try field.float()
      case 3: integer = try field.integer()
      case 4: string = try field.string()
      case 5: tensor = try TensorMessage(field.bytes())
      case 7: floats += try field.fixed(UInt32.self).map(Float.init(bitPattern:))
      case 8: integers += try field.integers()
      case 9: strings.append(try field.string())
      case 20: kind = try field.integer()
      default: break
      }
    }
    if kind == 0 { kind = guessedKind }
  }

  /// AttributeProto.AttributeType of the one field that is set.
  private var guessedKind: Int {
    let kinds = [2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6, 8: 7, 9: 8]
    return kinds.first { present.contains($0.key) }?.value ?? 0
  }
}

/// A graph input or output: name, element type and shape as declared.
struct ValueMessage {
  var name = ""
  var elementType = 0
  /// Nil where the file does not give a shape; nil inside it where a size is a name or unknown.
  var shape: [Int?]?
  var isTensor = true

  init(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      if field.number == 1 { name = try field.string() }
      if field.number == 2 { try readType(try field.bytes()) }
    }
  }

  private mutating func readType(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      if field.number == 6 { continue }
      guard field.number == 1 else {
        isTensor = false
        continue
      }
      var tensor = WireReader(try field.bytes())
      while let field = try tensor.next() {
        if field.number == 1 { elementType = try field.integer() }
        if field.number == 2 { shape = try Self.sizes(try field.bytes()) }
      }
    }
  }

  private static func sizes(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) -> [Int?] {
    var reader = WireReader(bytes)
    var sizes: [Int?] = []
    while let field = try reader.next() {
      guard field.number == 1 else { continue }
      var dimension = WireReader(try field.bytes())
      var size: Int?
      while let field = try dimension.next() {
        if field.number == 1 { size = try field.integer() }
      }
      sizes.append(size.flatMap { $0 > 0 ? $0 : nil })
    }
    return sizes
  }
}
