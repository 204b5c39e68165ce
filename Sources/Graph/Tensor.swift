import Core

/// Values with a type: row-major, immutable once made, memory kept alive by `owner`. Immutable: any thread.
package struct Tensor: @unchecked Sendable {
  package let type: TensorType
  package let bytes: UnsafeRawBufferPointer
  private let owner: AnyObject

  /// Borrows memory that `owner` keeps alive and that nobody changes.
  /// - Throws: `corrupt` when the bytes are not exactly as many as the type wants.
  package init(_ type: TensorType, bytes: UnsafeRawBufferPointer, owner: AnyObject) throws(FacenetError) {
    guard bytes.count == type.byteCount else {
      throw FacenetError(.corrupt, "a tensor \(type) wants \(type.byteCount) bytes, got \(bytes.count)")
    }
    self.type = type
    self.bytes = bytes
    self.owner = owner
  }

  /// A tensor whose zeroed memory `fill` completes.
  package init(_ type: TensorType, fill: (UnsafeMutableRawBufferPointer) -> Void = { _ in }) throws(FacenetError) {
    let buffer = try AlignedBuffer(count: type.byteCount)
    fill(buffer.bytes)
    self.type = type
    bytes = UnsafeRawBufferPointer(buffer.bytes)
    owner = buffer
  }

  /// - Throws: `invalidArgument` when the shape does not hold exactly `values`.
  package init<Value: Element>(_ shape: [Int], _ values: [Value]) throws(FacenetError) {
    let type = try TensorType.checked(Value.elementType, shape)
    guard values.count == type.count else {
      throw FacenetError(.invalidArgument, "\(values.count) values do not fill the shape \(shape)")
    }
    try self.init(type) { memory in
      values.withUnsafeBytes { memory.copyMemory(from: $0) }
    }
  }

  package var shape: [Int] { type.shape }
  package var count: Int { type.count }

  /// The elements, which must be of `Value`'s type and aligned (all tensors made here are).
  package func values<Value: Element>(as: Value.Type = Value.self) -> UnsafeBufferPointer<Value> {
    precondition(Value.elementType == type.element, "a \(type) read as \(Value.elementType)")
    return bytes.bindMemory(to: Value.self)
  }

  /// The elements as integers: axes, sizes, indices. Clamped to nothing: a value is what the file says.
  /// - Throws: `invalidArgument` for a tensor that is not of integers.
  package func integers() throws(FacenetError) -> [Int] {
    switch type.element {
    case .int64: values(as: Int64.self).map { Int($0) }
    case .int32: values(as: Int32.self).map { Int($0) }
    case .int8: values(as: Int8.self).map { Int($0) }
    case .uint8: values(as: UInt8.self).map { Int($0) }
    case .bool: bytes.map { Int($0) }
    case .float32: throw FacenetError(.invalidArgument, "integers wanted, got \(type)")
    }
  }

  /// The same values under another shape.
  package func reshaped(_ shape: [Int]) throws(FacenetError) -> Tensor {
    try Tensor(TensorType.checked(type.element, shape), bytes: bytes, owner: owner)
  }
}
