import Core

/// A section of an index file that is open: not read before it is wanted, and not to be believed before it is verified.
/// Immutable: any thread.
package struct SavedSection: Sendable {
  package let name: String
  /// Bytes in the section.
  package let count: Int
  /// Keeps the memory.
  let file: IndexFile
  let offset: Int
  /// Where the blocks' checksums are in the file, and which of the file's blocks is the section's first.
  let checksums: Int
  let firstBlock: Int

  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + count]) }

  /// Makes sure that these bytes are what was saved. Costs little where they were verified before.
  /// - Throws: `corrupt`, naming file and place.
  package func verify(_ range: Range<Int>) throws(FacenetError) {
    if range.isEmpty { return }
    for block in range.lowerBound / BlockChecksum.blockBytes...(range.upperBound - 1) / BlockChecksum.blockBytes {
      try file.verify(self, block: block)
    }
  }

  static func blocks(_ bytes: Int) -> Int {
    bytes / BlockChecksum.blockBytes + (bytes % BlockChecksum.blockBytes > 0 ? 1 : 0)
  }
}
