import Core

/// A row of a gallery's table as a store keeps it: a byte with the schema's version, then a value for each column;
/// docs/gallery.md has the bytes.
enum RowEncoding {
  private enum Kind: UInt8 {
    case null, integer, real, text, blob
  }

  /// - Throws: `tooLarge` above the size of a record.
  static func encode(_ values: [SQLiteValue]) throws(FacenetError) -> [UInt8] {
    var bytes = [UInt8(Schema.version)]
    for value in values {
      switch value {
      case .null: bytes.append(Kind.null.rawValue)
      case .integer(let number): append(.integer, UInt64(bitPattern: number), to: &bytes)
      case .real(let number): append(.real, number.bitPattern, to: &bytes)
      case .text(let text): append(.text, Array(text.utf8), to: &bytes)
      case .blob(let blob): append(.blob, blob, to: &bytes)
      }
    }
    guard bytes.count <= StoreRecord.largest else {
      throw FacenetError(.tooLarge, "a row of \(bytes.count) bytes, a store takes \(StoreRecord.largest) at most")
    }
    return bytes
  }

  private static func append(_ kind: Kind, _ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
    bytes.append(kind.rawValue)
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private static func append(_ kind: Kind, _ content: [UInt8], to bytes: inout [UInt8]) {
    append(kind, UInt32(content.count), to: &bytes)
    bytes += content
  }

  /// - Throws: `unsupported` for another version's row; `corrupt` for what is no row of so many columns.
  static func decode(_ bytes: UnsafeRawBufferPointer, columns: Int) throws(FacenetError) -> [SQLiteValue] {
    var reader = ByteReader(bytes)
    let version = try reader.readInteger(UInt8.self, .little)
    guard version == Schema.version else {
      throw FacenetError(
        .unsupported, "its schema has version \(version), this version of the library reads \(Schema.version)")
    }
    var values: [SQLiteValue] = []
    for _ in 0..<columns { values.append(try decodeValue(&reader)) }
    guard reader.isAtEnd else { throw FacenetError(.corrupt, "\(reader.remaining) bytes follow the last column") }
    return values
  }

  private static func decodeValue(_ reader: inout ByteReader) throws(FacenetError) -> SQLiteValue {
    let kind = try reader.readInteger(UInt8.self, .little)
    switch Kind(rawValue: kind) {
    case .null: return .null
    case .integer: return .integer(Int64(bitPattern: try reader.readInteger(UInt64.self, .little)))
    case .real: return .real(Double(bitPattern: try reader.readInteger(UInt64.self, .little)))
    case .blob: return .blob(Array(try decodeContent(&reader)))
    case .text:
      guard let text = String(validating: try decodeContent(&reader), as: UTF8.self), !text.utf8.contains(0) else {
        throw FacenetError(.corrupt, "a text that is not UTF-8, or has a zero byte")
      }
      return .text(text)
    case nil: throw FacenetError(.corrupt, "a value of the kind \(kind), expected 0 to 4")
    }
  }

  private static func decodeContent(_ reader: inout ByteReader) throws(FacenetError) -> UnsafeRawBufferPointer {
    try reader.read(Int(try reader.readInteger(UInt32.self, .little)))
  }
}
