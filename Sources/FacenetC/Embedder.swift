// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names and their documentation are the header's.

import CFacenet
import Core
import Faces
import Imaging

extension Embedder: Handled {
  static var handleName: String { "facenet_embedder" }
}

@c @implementation
public func facenet_embedder_open(
  _ nameOrPath: UnsafePointer<CChar>?, _ options: UnsafePointer<facenet_embedder_options>?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> facenet_status {
  watched { () throws(FacenetError) in
    let out = try output(out)
    let name = nameOrPath == nil ? Embedder.defaultName : try text(nameOrPath, "name_or_path")
    out.pointee = try HandleTable.shared.insert(try Embedder(name, options: try EmbedderOptions(options)))
  }
}

@c @implementation
public func facenet_embedder_decode(
  _ bytes: UnsafeRawPointer?, _ count: Int, _ options: UnsafePointer<facenet_embedder_options>?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> facenet_status {
  watched { () throws(FacenetError) in
    let out = try output(out)
    let embedder = try Embedder(decoding: try file(bytes, count), options: try EmbedderOptions(options))
    out.pointee = try HandleTable.shared.insert(embedder)
  }
}

@c @implementation
public func facenet_embedder_dimension(_ embedder: OpaquePointer?) -> UInt32 {
  ask(embedder, "embedder", else: 0) { (embedder: Embedder) in UInt32(clamping: embedder.dimension) }
}

@c @implementation
public func facenet_embedder_side(_ embedder: OpaquePointer?) -> UInt32 {
  ask(embedder, "embedder", else: 0) { (embedder: Embedder) in UInt32(clamping: embedder.side) }
}

@c @implementation
public func facenet_embedder_threshold(
  _ embedder: OpaquePointer?, _ falseAcceptRate: Float, _ out: UnsafeMutablePointer<Float>?
) -> facenet_status {
  guarded { () throws(FacenetError) in
    let embedder: Embedder = try HandleTable.shared.object(embedder, "embedder")
    let out = try output(out)
    let rate = try optional(falseAcceptRate, in: 0...1, "false_accept_rate")
    out.pointee = if let rate { try embedder.threshold(falseAcceptRate: rate) } else { embedder.threshold }
  }
}

@c @implementation
public func facenet_embedder_align(
  _ embedder: OpaquePointer?, _ image: UnsafePointer<facenet_image>?, _ face: UnsafePointer<facenet_face>?,
  _ rgb: UnsafeMutablePointer<UInt8>?, _ capacity: Int
) -> facenet_status {
  guarded { () throws(FacenetError) in
    let embedder: Embedder = try HandleTable.shared.object(embedder, "embedder")
    let room = try room(rgb, capacity, "rgb")
    let face = try Face(try value(face, "face"))
    try copy(try embedder.align(try view(image, "image"), face), to: room)
  }
}

@c @implementation
public func facenet_embed(
  _ embedder: OpaquePointer?, _ crops: UnsafePointer<facenet_image>?, _ count: Int,
  _ embeddings: UnsafeMutablePointer<Float>?, _ capacity: Int
) -> facenet_status {
  watched { () throws(FacenetError) in
    let embedder: Embedder = try HandleTable.shared.object(embedder, "embedder")
    let views = try views(try elements(crops, count, "crops"))
    let room = try room(embeddings, capacity, "embeddings")
    try checkRoom(room, for: views.count, dimension: embedder.dimension)
    copy(try embedder.embed(views), dimension: embedder.dimension, to: room)
  }
}

@c @implementation
public func facenet_embedder_distance(
  _ embedder: OpaquePointer?, _ a: UnsafePointer<Float>?, _ b: UnsafePointer<Float>?
) -> Float {
  guarded(else: .nan) { () throws(FacenetError) in
    let embedder: Embedder = try HandleTable.shared.object(embedder, "embedder")
    let a = try elements(a, embedder.dimension, "a")
    return try embedder.metric.distance(a, try elements(b, embedder.dimension, "b"))
  }
}

@c @implementation
public func facenet_embedder_free(_ embedder: OpaquePointer?) {
  release(embedder, as: Embedder.self, "embedder")
}

/// Checks and borrows the caller's crops.
private func views(_ crops: UnsafeBufferPointer<facenet_image>) throws(FacenetError) -> [ImageView] {
  guard crops.count <= 1 << 16 else {
    throw FacenetError(.tooLarge, "\(crops.count) crops in one call, expected at most \(1 << 16)")
  }
  var views: [ImageView] = []
  for (index, crop) in crops.enumerated() { views.append(try view(crop, "crops[\(index)]")) }
  return views
}

/// - Throws: `invalidArgument` when there is no room for `count` embeddings.
private func checkRoom(_ room: UnsafeMutableBufferPointer<Float>, for count: Int, dimension: Int) throws(FacenetError) {
  guard room.count / max(dimension, 1) >= count else {
    throw FacenetError(
      .invalidArgument, "capacity is \(room.count) floats, \(count) embeddings of \(dimension) do not fit")
  }
}

/// Writes embeddings one after the other into room that is large enough.
func copy(_ vectors: [[Float]], dimension: Int, to room: UnsafeMutableBufferPointer<Float>) {
  for (index, vector) in vectors.enumerated() {
    _ = room[(index * dimension)...].update(fromContentsOf: vector)
  }
}
