import Core

/// The gallery of a stream does not answer any more: it was migrated, deleted or replaced. The stream ends, for no picture
/// that follows could be told of.
struct LostGallery: Error, CustomStringConvertible {
  let description: String

  /// - Throws: `LostGallery` where `body`, which asks the gallery, throws.
  static func unless<Result>(_ body: () throws(FacenetError) -> Result) throws(LostGallery) -> Result {
    do throws(FacenetError) { return try body() } catch { throw LostGallery(description: error.message) }
  }
}
