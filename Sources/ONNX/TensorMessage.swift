import Core
import Graph

/// Where the bytes of a model's file are, and where files beside it may be.
struct ModelFile {
  /// Keeps every byte range of the messages alive.
  let owner: AnyObject
  /// The folder in which external data may lie; nil for a model that came from memory.
  let folder: String?
}

/// A TensorProto: values in one of several forms.
struct TensorMessage {
  var name = ""
  private(set) var sizes: [Int] = []
  private(set) var dataType = 0
  private var raw: UnsafeRawBufferPointer?
  private var floats: [UInt32] = []
  private var doubles: [UInt64] = []
  private var integers: [Int] = []
  private var external: [String: String] = [:]
  private(set) var isExternal = false

  init(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: sizes += try field.integers()
      case 2: dataType = try field.integer()
      case 4: floats += try field.fixed(UInt32.self)
      case 5, 7, 11: integers += try field.integers()
      case 8: name = try field.string()
      case 9: raw = try field.bytes()
      case 10: doubles += try field.fixed(UInt64.self)
      case 13:
        let entry = try EntryMessage(field.bytes())
        external[entry.key] = entry.value
      case 14: isExternal = try field.integer() == 1
      default: break
      }
    }
  }

  /// The tensor; `float16` and `float64` become `float32`.
  /// - Throws: `unsupported` for other element types, `corrupt` when values and shape do not agree.
  func tensor(in file: ModelFile) throws(FacenetError) -> Tensor {
    do throws(FacenetError) {
      let stored = try StoredType(dataType)
      let type = try TensorType.checked(stored.element, sizes)
      if isExternal {
        let data = try ExternalData(external).load(type.count * stored.size, from: file.folder)
        return try tensor(type, stored, UnsafeRawBufferPointer(data.bytes), owner: data)
      }
      if let raw { return try tensor(type, stored, raw, owner: file.owner) }
      return try typedTensor(type, stored)
    } catch { throw FacenetError(error.status, "tensor '\(name)': \(error.message)") }
  }

  /// Values as the file's bytes: used where they are if they can be, else converted.
  private func tensor(_ type: TensorType, _ stored: StoredType, _ bytes: UnsafeRawBufferPointer, owner: AnyObject)
    throws(FacenetError) -> Tensor
  {
    let wanted = type.count * stored.size
    guard bytes.count == wanted else {
      throw FacenetError(.corrupt, "\(type) wants \(wanted) bytes, got \(bytes.count)")
    }
    let isAligned = Int(bitPattern: bytes.baseAddress) % max(1, type.element.size) == 0
    if stored.isHeldAsStored && isAligned && bytes.count > 0 {
      return try Tensor(type, bytes: bytes, owner: owner)
    }
    return try Tensor(type) { memory in
      switch stored {
      case .float16:
        for index in 0..<type.count {
          let bits = bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
          memory.storeBytes(of: Float(Float16(bitPattern: bits)), toByteOffset: 4 * index, as: Float.self)
        }
      case .float64:
        for index in 0..<type.count {
          let bits = bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)
          memory.storeBytes(of: Float(Double(bitPattern: bits)), toByteOffset: 4 * index, as: Float.self)
        }
      case .bool: for index in 0..<type.count { memory[index] = bytes[index] == 0 ? 0 : 1 }
      default: memory.copyMemory(from: bytes)
      }
    }
  }

  /// Values as the message's own lists.
  private func typedTensor(_ type: TensorType, _ stored: StoredType) throws(FacenetError) -> Tensor {
    let given =
      switch stored {
      case .float32: floats.count
      case .float64: doubles.count
      default: integers.count
      }
    guard given == type.count else {
      throw FacenetError(.corrupt, "\(type) wants \(type.count) values, got \(given)")
    }
    switch stored {
    case .float32: return try Tensor(sizes, floats.map(Float.init(bitPattern:)))
    case .float64: return try Tensor(sizes, doubles.map { Float(Double(bitPattern: $0)) })
    case .float16:
      return try Tensor(sizes, integers.map { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) })
    case .int8: return try Tensor(sizes, integers.map { Int8(truncatingIfNeeded: $0) })
    case .uint8: return try Tensor(sizes, integers.map { UInt8(truncatingIfNeeded: $0) })
    case .int32: return try Tensor(sizes, integers.map { Int32(truncatingIfNeeded: $0) })
    case .int64: return try Tensor(sizes, integers.map { Int64($0) })
    case .bool: return try Tensor(sizes, integers.map { $0 != 0 })
    }
  }
}

/// The element types a file may hold, by TensorProto.DataType, and what they are held as.
enum StoredType: Int {
  case float32 = 1
  case uint8 = 2
  case int8 = 3
  case int32 = 6
  case int64 = 7
  case bool = 9
  case float16 = 10
  case float64 = 11

  /// - Throws: `unsupported` for the types that are not held at all.
  init(_ dataType: Int) throws(FacenetError) {
    guard let known = StoredType(rawValue: dataType) else {
      let names = [
        0: "undefined", 4: "uint16", 5: "int16", 8: "string", 12: "uint32", 13: "uint64", 14: "complex64",
        15: "complex128", 16: "bfloat16",
      ]
      throw FacenetError(.unsupported, "element type \(names[dataType] ?? "\(dataType)") is not supported")
    }
    self = known
  }

  var element: ElementType {
    switch self {
    case .float32, .float16, .float64: .float32
    case .uint8: .uint8
    case .int8: .int8
    case .int32: .int32
    case .int64: .int64
    case .bool: .bool
    }
  }

  /// Bytes an element in the file.
  var size: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .float16: 2
    case .float32, .int32: 4
    case .int64, .float64: 8
    }
  }

  /// Whether the file's bytes are the tensor's. A file's bool may be any byte.
  var isHeldAsStored: Bool { self != .float16 && self != .float64 && self != .bool }
}
