/// A C structure that begins with its own size, `struct_size`, so that later versions may add fields at its end.
package enum GrowingStructure {
  /// Larger ones are nobody's.
  private static let largest = 4096

  /// The caller's structure as this version knows it: an older caller's missing fields stay as they are in `zero`.
  /// - Parameters:
  ///   - zero: every field zero.
  ///   - firstSize: `sizeof` in the first version that had it.
  /// - Throws: `invalidArgument` for an impossible `struct_size`, `unsupported` for a newer caller's field that is set.
  package static func read<Structure>(
    _ pointer: UnsafePointer<Structure>, zero: Structure, firstSize: Int, _ name: String
  ) throws(FacenetError) -> Structure {
    var result = zero
    let size = Int(UnsafeRawPointer(pointer).loadUnaligned(as: UInt32.self))
    guard size >= firstSize, size <= largest else {
      let wanted = MemoryLayout<Structure>.size
      throw FacenetError(
        .invalidArgument, "\(name).struct_size is \(size), expected sizeof the structure: \(wanted)")
    }
    let given = UnsafeRawBufferPointer(start: pointer, count: size)
    let known = min(size, MemoryLayout<Structure>.size)
    guard given[known...].allSatisfy({ $0 == 0 }) else {
      throw FacenetError(.unsupported, "\(name) of \(size) bytes set a field that this version does not know")
    }
    withUnsafeMutableBytes(of: &result) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: given[..<known])) }
    return result
  }
}
