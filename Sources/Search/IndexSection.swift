/// A named run of bytes to be written to an index file. Borrows the bytes: whoever made it keeps them as they are.
package struct IndexSection {
  /// 1 to 24 bytes of ASCII.
  package let name: String
  package let bytes: UnsafeRawBufferPointer

  package init(_ name: String, _ bytes: UnsafeRawBufferPointer) {
    self.name = name
    self.bytes = bytes
  }
}
