import Core

/// Where a gallery that many processes and machines share keeps its records; facenet_plugin.h tells what one promises.
/// Any thread.
///
/// A store has a version, which each commit raises by 1; one to which nothing was committed has version 0 and counts as
/// none.
package protocol RecordStore: AnyObject, Sendable {
  /// Shows the newest state of every record that was written or removed after a version, all as of one version.
  /// - Returns: that version; 0 where the store has forgotten what was removed since `version`.
  func changes(after version: UInt64, to visitor: any RecordVisitor) throws(FacenetError) -> UInt64
  /// Writes and removes records if the store's version is `expected`; they are on its disk when this returns.
  /// - Returns: whether it was.
  func commit(_ records: [StoreRecord], expected: UInt64) throws(FacenetError) -> Bool
  /// Whether nothing was committed since a version, as far as is known.
  func isCurrent(_ version: UInt64) throws(FacenetError) -> Bool
  /// Gives back unused space and overwrites what was removed, as far as the store can.
  func compact() throws(FacenetError)
}

/// Sees records, one at a time. One thread at a time.
package protocol RecordVisitor: AnyObject {
  /// - Parameter bytes: nil where there is no record under the key any more.
  func visit(_ key: UInt64, _ bytes: UnsafeRawBufferPointer?) throws(FacenetError)
}

/// Something that a store keeps under a key.
package struct StoreRecord: Sendable, Hashable {
  /// Bytes of the largest.
  package static let largest = 16 << 20

  package let key: UInt64
  /// Nil: there is no record under this key any more.
  package let bytes: [UInt8]?

  package init(key: UInt64, bytes: [UInt8]?) { (self.key, self.bytes) = (key, bytes) }
}

extension Gallery {
  /// Opens a store, or makes one where there is none: from a gallery's whole location, and whether it is to be made.
  package typealias StoreOpener =
    @Sendable (_ location: String, _ isNew: Bool) throws(FacenetError) -> any RecordStore

  /// Stores by the scheme of the locations they take.
  package static let stores = Registry<StoreOpener>(kind: "store")

  /// What opens the store of a location "SCHEME:..."; nil for a path, which may have colons too.
  static func opener(of location: String) -> StoreOpener? {
    location.contains(":") ? stores.component(for: location)?.component : nil
  }

  /// A location as sentences may show it: without the password between "//USER:" and "@", or in a parameter.
  static func shown(_ location: String) -> String {
    var shown = location
    if let start = shown.firstRange(of: "//")?.upperBound {
      let authority = shown[start...].prefix { $0 != "/" && $0 != "?" }
      if let end = authority.lastIndex(of: "@"), let colon = authority[..<end].firstIndex(of: ":") {
        shown.replaceSubrange(colon..<end, with: ":***")
      }
    }
    while let found = shown.firstRange(of: "password="), !shown[found.upperBound...].hasPrefix("***") {
      let value = shown[found.upperBound...].prefix { $0 != "&" }
      shown.replaceSubrange(value.startIndex..<value.endIndex, with: "***")
    }
    return shown
  }
}
