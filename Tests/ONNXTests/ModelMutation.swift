import TestSupport

@testable import Core
@testable import ONNX

/// What a field that holds a message holds, by its number (onnx.proto): enough to change one number deep in a file and
/// leave every length around it right.
indirect enum MessageShape {
  case message([Int: MessageShape])

  private static let tensor = MessageShape.message([:])
  private static let attribute = MessageShape.message([5: tensor])
  private static let value = MessageShape.message([2: .message([1: .message([2: .message([1: .message([:])])])])])
  private static let graph = MessageShape.message([1: .message([5: attribute]), 5: tensor, 11: value, 12: value])
  static let model = MessageShape.message([7: graph, 8: .message([:])])

  fileprivate subscript(field: Int) -> MessageShape? {
    switch self {
    case .message(let fields): fields[field]
    }
  }
}

extension Dice {
  /// A file with something in it changed; `donor` is another one, parts of which may come in.
  mutating func mutated(_ bytes: [UInt8], donor: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0..<1 + below(3) {
      guard !result.isEmpty else { return result }
      switch below(10) {
      case 0: result.removeLast(1 + below(result.count))
      case 1: overwrite(&result)
      case 2: cut(&result)
      case 3: insert(slice(of: donor), into: &result)
      case 4: insert(slice(of: result), into: &result)
      default: result = changed(result, donor, .model)
      }
    }
    return result
  }

  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }

  private mutating func overwrite(_ bytes: inout [UInt8]) {
    for _ in 0..<1 + below(4) {
      bytes[below(bytes.count)] = happens(50) ? one(of: [0, 1, 0x7F, 0x80, 0xFF]) : UInt8(below(256))
    }
  }

  private mutating func slice(of bytes: [UInt8]) -> [UInt8] {
    let start = below(bytes.count + 1)
    return Array(bytes[start..<min(bytes.count, start + 1 + below(64))])
  }

  private mutating func cut(_ bytes: inout [UInt8]) {
    let start = below(bytes.count)
    bytes.removeSubrange(start..<min(bytes.count, start + 1 + below(32)))
  }

  private mutating func insert(_ part: [UInt8], into bytes: inout [UInt8]) {
    bytes.insert(contentsOf: part, at: below(bytes.count + 1))
  }

  /// One field of a message changed, doubled or left out, or changed inside where it is a message itself.
  private mutating func changed(_ bytes: [UInt8], _ donor: [UInt8], _ shape: MessageShape) -> [UInt8] {
    var fields = Self.fields(bytes)
    guard !fields.isEmpty else { return bytes }
    let position = below(fields.count)
    let (number, value) = fields[position]
    switch value {
    case .bytes(let inner):
      if let shape = shape[number], happens(90) {
        let others = Self.fields(donor).compactMap { $0.number == number ? $0.value.message : nil }
        let other = others.isEmpty ? inner : one(of: others)
        fields[position].value = .bytes(happens(10) ? other : changed(inner, other, shape))
      } else {
        fields[position].value = .bytes(happens(50) ? self.bytes(below(20)) : slice(of: inner))
      }
    case .integer: fields[position].value = .integer(integer())
    case .float: fields[position].value = .float(float())
    }
    if happens(5) { fields.append(fields[position]) }
    if happens(5) { fields.remove(at: position) }
    return Self.encoded(fields)
  }

  fileprivate enum Value {
    case integer(Int)
    case float(Float)
    case bytes([UInt8])

    var message: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }
  }

  /// The fields of a message as far as they can be read.
  private static func fields(_ bytes: [UInt8]) -> [(number: Int, value: Value)] {
    bytes.withUnsafeBytes { memory in
      var reader = WireReader(memory)
      var result: [(number: Int, value: Value)] = []
      while case let field?? = try? reader.next() {
        switch field.value {
        case .varint(let value): result.append((field.number, .integer(Int(truncatingIfNeeded: value))))
        case .fixed32(let bits): result.append((field.number, .float(Float(bitPattern: bits))))
        case .bytes(let bytes): result.append((field.number, .bytes(Array(bytes))))
        case .fixed64: continue
        }
      }
      return result
    }
  }

  private static func encoded(_ fields: [(number: Int, value: Value)]) -> [UInt8] {
    var writer = WireWriter()
    for (number, value) in fields {
      switch value {
      case .integer(let value): writer.integer(number, value)
      case .float(let value): writer.float(number, value)
      case .bytes(let value): writer.bytes(number, value)
      }
    }
    return writer.bytes
  }
}
