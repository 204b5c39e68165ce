import Core

/// Tells which vectors are likely to be near a query: what the index of a plugin's kind is.
///
/// It knows vectors by numbers from 0, which are given anew when they have become free. Searches run together; changes
/// wait.
package protocol CandidateSource: AnyObject, Sendable {
  /// Whether vectors can be taken out; else ``CandidateMethod`` passes over those that are gone.
  var canRemove: Bool { get }

  /// Takes vectors under numbers that are not there, all or none.
  /// - Parameter vectors: one after the other, without gaps.
  func add(_ numbers: [Int64], _ vectors: UnsafePointer<Float>) throws(FacenetError)

  /// Takes vectors out that are there.
  func remove(_ numbers: [Int64]) throws(FacenetError)

  /// Writes numbers that likely hold the nearest vectors.
  /// - Returns: how many, at most `room.count`: that is looked at. What the numbers are is not.
  func search(_ query: UnsafePointer<Float>, into room: UnsafeMutableBufferPointer<Int64>) throws(FacenetError) -> Int

  /// What `CandidateOpener.restore` makes the same of; nil where it is made anew by `add`.
  func saved() throws(FacenetError) -> Column<UInt8>?

  /// The failure of one that does not do as it should.
  func broken(_ how: String) -> FacenetError
}

/// What makes the sources of a kind. Immutable: any thread.
package struct CandidateOpener: Sendable {
  /// Everything that a source held when it was saved.
  package struct Contents {
    package let numbers: [Int64]
    /// One after the other, without gaps.
    package let vectors: UnsafePointer<Float>
    package let saved: UnsafeRawBufferPointer
  }

  package typealias Open =
    @Sendable (_ dimension: Int, _ options: IndexOptions) throws(FacenetError) -> any CandidateSource
  package typealias Restore =
    @Sendable (_ dimension: Int, _ options: IndexOptions, _ contents: Contents) throws(FacenetError)
    -> any CandidateSource

  /// A source of nothing.
  package let open: Open
  /// A source as it was saved; throws `corrupt` for bytes that are not what was. Nil where none can be.
  package let restore: Restore?

  package init(open: @escaping Open, restore: Restore?) { (self.open, self.restore) = (open, restore) }
}
