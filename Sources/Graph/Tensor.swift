import Core

/// Values with a shape, what networks take and give: row-major, the last axis without gaps, copied in and out.
///
/// Shapes are those of the model's file, outermost first: (N, C, H, W) for images. Immutable: any thread.
public struct Tensor: @unchecked Sendable {
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
    let buffer = try AlignedBuffer(count: type.byteCount, isFilled: true)
    fill(buffer.bytes)
    self.type = type
    bytes = UnsafeRawBufferPointer(buffer.bytes)
    owner = buffer
  }

  /// Copies `values`, which fill `shape` row by row; the shape of a single value is `[]`.
  /// - Throws: `invalidArgument` when the shape does not hold exactly `values` or has a negative size, `tooLarge` beyond
  ///   8 axes or 2^31 elements.
  public init<Value: TensorElement>(_ shape: [Int], _ values: [Value]) throws(FacenetError) {
    let type = try TensorType.checked(Value.elementType, shape)
    guard MemoryLayout<Value>.stride == type.element.size else {
      throw FacenetError(.invalidArgument, "the type \(Value.self) is no element of a tensor of \(type.element)")
    }
    guard values.count == type.count else {
      throw FacenetError(.invalidArgument, "\(values.count) values do not fill the shape \(shape)")
    }
    try self.init(type) { memory in
      values.withUnsafeBytes { memory.copyMemory(from: $0) }
    }
  }

  /// Sizes of the axes, outermost first; empty for a single value.
  public var shape: [Int] { type.shape }
  /// Elements in all: the product of ``shape``.
  public var count: Int { type.count }
  /// What the elements are.
  public var elementType: ElementType { type.element }

  /// A copy of the elements, row by row: ``count`` of them.
  /// - Throws: `invalidArgument` when they are of another type than `Value`.
  public func array<Value: TensorElement>(of _: Value.Type = Value.self) throws(FacenetError) -> [Value] {
    guard Value.elementType == type.element, MemoryLayout<Value>.stride == type.element.size else {
      throw FacenetError(.invalidArgument, "a tensor \(type) does not hold elements of the type \(Value.self)")
    }
    return Array(values())
  }

  /// The elements, which must be of `Value`'s type.
  package func values<Value: TensorElement>(as: Value.Type = Value.self) -> TensorValues<Value> {
    TensorValues(self)
  }

  /// Calls `body` with the elements' memory, which is valid until it returns.
  package func withValues<Value: TensorElement, Result: ~Copyable, Failure: Error>(
    as: Value.Type = Value.self, _ body: (UnsafeBufferPointer<Value>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(Value.elementType == type.element, "a \(type) read as \(Value.elementType)")
    defer { withExtendedLifetime(owner) {} }
    return try body(bytes.bindMemory(to: Value.self))
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

  /// Numbers, each times the factor of its position.
  func scaled(by factor: (Int) -> Float) throws(FacenetError) -> Tensor {
    let source = values(as: Float.self)
    return try Tensor(type) { memory in
      let target = memory.bindMemory(to: Float.self)
      for index in source.indices { target[index] = source[index] * factor(index) }
    }
  }

  /// The same values under another shape.
  package func reshaped(_ shape: [Int]) throws(FacenetError) -> Tensor {
    try Tensor(TensorType.checked(type.element, shape), bytes: bytes, owner: owner)
  }
}

/// The elements of a tensor as a collection that keeps their memory alive.
package struct TensorValues<Value: TensorElement>: RandomAccessCollection {
  private let tensor: Tensor
  private let memory: UnsafeBufferPointer<Value>

  init(_ tensor: Tensor) {
    precondition(Value.elementType == tensor.type.element, "a \(tensor.type) read as \(Value.elementType)")
    self.tensor = tensor
    memory = tensor.bytes.bindMemory(to: Value.self)
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { memory.count }

  package subscript(index: Int) -> Value {
    defer { withExtendedLifetime(tensor) {} }
    return memory[index]
  }
}

extension Tensor? {
  /// As ``Tensor/withValues(as:_:)``, nil for no tensor.
  func withValues<Value: TensorElement, Result, Failure: Error>(
    as: Value.Type = Value.self, _ body: (UnsafeBufferPointer<Value>?) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let self else { return try body(nil) }
    return try self.withValues { values throws(Failure) in try body(values) }
  }
}
