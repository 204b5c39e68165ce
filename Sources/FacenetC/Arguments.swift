import Core
import Glibc

/// Text of the caller.
/// - Throws: `invalidArgument` for NULL, what is not UTF-8, and more than `limit` bytes.
func text(_ pointer: UnsafePointer<CChar>?, _ name: String, limit: Int = 65535) throws(FacenetError) -> String {
  guard let pointer else { throw FacenetError(.invalidArgument, "\(name) is NULL") }
  guard strnlen(pointer, limit + 1) <= limit else {
    throw FacenetError(.invalidArgument, "\(name) has more than \(limit) bytes")
  }
  guard let text = String(validatingCString: pointer) else {
    throw FacenetError(.invalidArgument, "\(name) is not UTF-8 text")
  }
  return text
}

/// `count` elements of the caller. NULL is allowed for none; a size_t beyond `Int` comes as a negative count.
/// - Throws: `invalidArgument` for NULL, `tooLarge` for more than memory can hold.
func elements<Element>(_ pointer: UnsafePointer<Element>?, _ count: Int, _ name: String)
  throws(FacenetError) -> UnsafeBufferPointer<Element>
{
  try check(count, of: MemoryLayout<Element>.stride, name)
  guard pointer != nil || count == 0 else { throw FacenetError(.invalidArgument, "\(name) is NULL") }
  return UnsafeBufferPointer(start: pointer, count: count)
}

/// Room of the caller for `count` elements; see ``elements(_:_:_:)-(UnsafePointer<_>?,_,_)``.
func room<Element>(_ pointer: UnsafeMutablePointer<Element>?, _ count: Int, _ name: String)
  throws(FacenetError) -> UnsafeMutableBufferPointer<Element>
{
  try check(count, of: MemoryLayout<Element>.stride, name)
  guard pointer != nil || count == 0 else { throw FacenetError(.invalidArgument, "\(name) is NULL") }
  return UnsafeMutableBufferPointer(start: pointer, count: count)
}

/// Bytes of a file in the caller's memory.
/// - Throws: `invalidArgument` for NULL or none, `tooLarge`.
func file(_ pointer: UnsafeRawPointer?, _ count: Int) throws(FacenetError) -> UnsafeRawBufferPointer {
  UnsafeRawBufferPointer(try elements(pointer?.assumingMemoryBound(to: UInt8.self), count, "bytes"))
}

/// A value of the caller that is read.
/// - Throws: `invalidArgument` for NULL.
func value<Value>(_ pointer: UnsafePointer<Value>?, _ name: String) throws(FacenetError) -> Value {
  guard let pointer else { throw FacenetError(.invalidArgument, "\(name) is NULL") }
  return pointer.pointee
}

/// A value of the caller that is written.
/// - Throws: `invalidArgument` for NULL.
func output<Value>(_ pointer: UnsafeMutablePointer<Value>?, _ name: String = "out") throws(FacenetError)
  -> UnsafeMutablePointer<Value>
{
  guard let pointer else { throw FacenetError(.invalidArgument, "\(name) is NULL") }
  return pointer
}

/// - Throws: `invalidArgument` for what is neither 0 nor 1.
func truth(_ number: Int32, _ name: String) throws(FacenetError) -> Bool {
  guard 0...1 ~= number else { throw FacenetError(.invalidArgument, "\(name) is \(number), expected 0 or 1") }
  return number == 1
}

/// The caller's room for a list, and for how many there are, which may be more than fit.
struct ListRoom<Element> {
  private let elements: UnsafeMutableBufferPointer<Element>
  private let count: UnsafeMutablePointer<Int>

  /// - Throws: `invalidArgument` for NULL, `tooLarge`.
  init(
    _ elements: UnsafeMutablePointer<Element>?, _ capacity: Int, _ name: String, _ count: UnsafeMutablePointer<Int>?
  ) throws(FacenetError) {
    self.elements = try room(elements, capacity, name)
    self.count = try output(count, "count")
  }

  func write<Value>(_ found: [Value], _ element: (Value) -> Element) {
    for (place, value) in found.prefix(elements.count).enumerated() { elements[place] = element(value) }
    count.pointee = found.count
  }
}

private func check(_ count: Int, of stride: Int, _ name: String) throws(FacenetError) {
  guard count >= 0, count <= Int.max / 2 / stride else {
    throw FacenetError(.tooLarge, "\(name) cannot have \(UInt(bitPattern: count)) elements")
  }
}
