import Core

/// What makes the methods of a kind of index. Immutable: any thread.
package struct MethodMaker: Sendable {
  /// A method for no vectors yet.
  package let make: @Sendable (_ dimension: Int, _ options: IndexOptions) throws(FacenetError) -> any SearchMethod
  /// The method as `sections()` of the same kind left it; what is in the store is what it was told of.
  package let read:
    @Sendable (_ file: IndexFile, _ store: VectorStore, _ options: IndexOptions) throws(FacenetError)
      -> any SearchMethod
  /// From so many vectors on `auto` may take the kind; nil: never.
  package let automaticFrom: Int?

  init<Method: BuiltInMethod>(_ method: Method.Type) {
    make = { dimension, options throws(FacenetError) in try Method(dimension: dimension, options: options) }
    read = { file, store, options throws(FacenetError) in try Method(reading: file, store: store, options: options) }
    automaticFrom = nil
  }

  /// A kind whose candidates others choose.
  /// - Parameter automaticFrom: from so many vectors on `auto` may take it; nil: never.
  package init(_ opener: CandidateOpener, automaticFrom: Int?) {
    make = { dimension, options throws(FacenetError) in
      try CandidateMethod(opener, dimension: dimension, options: options)
    }
    read = { file, store, options throws(FacenetError) in
      try CandidateMethod(opener, reading: file, store: store, options: options)
    }
    self.automaticFrom = automaticFrom
  }
}
