import CFacenet
import Core
import Gallery
import Search

/// Writes the handle of a new object.
/// - Throws: `invalidArgument` for NULL, before the object is made; what making it throws; `tooLarge`.
func give<Object: Handled>(_ out: UnsafeMutablePointer<OpaquePointer?>?, _ make: () throws(FacenetError) -> Object)
  throws(FacenetError)
{
  let out = try output(out)
  out.pointee = try HandleTable.shared.insert(try make())
}

/// What the object behind a handle says when it is asked; `failed` where it cannot be.
func ask<Object: Handled, Value>(
  _ handle: OpaquePointer?, _ name: String, else failed: Value, _ question: (Object) throws(FacenetError) -> Value
) -> Value {
  guarded(else: failed) { () throws(FacenetError) in try question(try HandleTable.shared.object(handle, name)) }
}

/// Frees a handle; NULL is none.
func release<Object: Handled>(_ handle: OpaquePointer?, as type: Object.Type, _ name: String) {
  _ = guarded { () throws(FacenetError) in try HandleTable.shared.remove(handle, as: type, name) }
}

/// A long call of an index.
func withIndex(_ index: OpaquePointer?, _ body: (VectorIndex) throws(FacenetError) -> Void) -> facenet_status {
  watched { () throws(FacenetError) in try HandleTable.shared.use(index, "index", body) }
}

/// A long call of a gallery.
func withGallery(_ gallery: OpaquePointer?, _ body: (Gallery) throws(FacenetError) -> Void) -> facenet_status {
  watched { () throws(FacenetError) in try HandleTable.shared.use(gallery, "gallery", body) }
}
