extension Array {
  /// Lends the elements' bytes; unlike `withUnsafeBytes` it lets the type of an error be known.
  package func withBytes<Result, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Result)
    throws(Failure) -> Result
  {
    try withUnsafeBufferPointer { elements throws(Failure) in try body(UnsafeRawBufferPointer(elements)) }
  }
}
