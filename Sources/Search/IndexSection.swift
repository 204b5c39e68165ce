/// A named run of bytes to be written to an index file.
package struct IndexSection {
  /// 1 to 24 bytes of ASCII.
  package let name: String
  package let bytes: UnsafeRawBufferPointer
  /// What keeps the bytes as they are; nil: whoever made the section does.
  private let owner: AnyObject?

  package init(_ name: String, _ bytes: UnsafeRawBufferPointer, owner: AnyObject? = nil) {
    (self.name, self.bytes, self.owner) = (name, bytes, owner)
  }
}
