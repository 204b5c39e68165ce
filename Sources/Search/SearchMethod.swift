import Core

/// How an index finds neighbours: what a kind of index is besides its vectors.
///
/// The index calls it: `search` from many threads together, everything else from one while nobody searches. All that it
/// does follows from the calls and the options' seed, whatever the number of threads. Long work tells `Progress`.
package protocol SearchMethod: AnyObject, Sendable {
  /// Comes before every change: memory of an opened file is copied here, so that `replaced` and `removed` cannot fail.
  /// - Throws: `tooLarge`, or `corrupt` where the file is not what was saved; then nothing has changed.
  func becomeWritable() throws(FacenetError)

  /// `slots` have new vectors; they are the last. The store holds them already though its `count` does not say so: all
  /// vectors are those in `0..<slots.upperBound`. The place to train: at the first call and as the count grows.
  /// - Throws: whatever hinders; then the method is as it was before, and the vectors go.
  func append(_ slots: Range<Int>, in store: VectorStore) throws(FacenetError)

  /// `slot` has another vector now.
  func replaced(slot: Int, in store: VectorStore)

  /// `slot`'s vector is gone and that of the slot `last` has moved there; both are the same where the last is gone. The
  /// store has `last` vectors now.
  func removed(slot: Int, last: Int, in store: VectorStore)

  /// For each query its nearest vectors of those examined, in the order of results, with distances as the store's
  /// `squaredDistance` gives them: `Nearest` collects and orders them.
  /// - Throws: `corrupt` where what is read, which must be verified before, is not what was saved.
  func search(_ request: SearchRequest, in store: VectorStore) throws(FacenetError) -> [[Neighbour]]

  /// What to save, under names that no other method uses.
  func sections() throws(FacenetError) -> [IndexSection]

  /// Looks whether what a file holds can be what was saved, beyond what opening it looks at; its checksums are right.
  /// - Throws: `corrupt`, naming the section or what is wrong.
  func check(in store: VectorStore) throws(FacenetError)
}

extension SearchMethod {
  package func check(in store: VectorStore) {}
}

/// A method that the library brings.
protocol BuiltInMethod: SearchMethod {
  /// A method for no vectors yet.
  init(dimension: Int, options: IndexOptions) throws(FacenetError)

  /// The method as `sections()` of the same kind left it; what is in `store` is what it was told of.
  /// - Throws: `corrupt` for sections that do not fit each other or the store.
  init(reading file: IndexFile, store: VectorStore, options: IndexOptions) throws(FacenetError)
}
