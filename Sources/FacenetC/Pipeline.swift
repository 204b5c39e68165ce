// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names and their documentation are the header's.

import CFacenet
import Core
import Faces
import Imaging

extension FacePipeline: Handled {
  static var handleName: String { "facenet_pipeline" }

  /// The largest face of a picture that messages call `name`.
  /// - Throws: `notFound` when there is none.
  func face(of image: ImageView, _ name: String) throws(FacenetError) -> EmbeddedFace {
    guard let face = try largestFace(in: image) else { throw FacenetError(.notFound, "no face found in \(name)") }
    return face
  }

  func face(ofFile path: String) throws(FacenetError) -> EmbeddedFace {
    try Bitmap(path: path).withView { view throws(FacenetError) in try face(of: view, path) }
  }
}

@c @implementation
public func facenet_verify(
  _ pathA: UnsafePointer<CChar>?, _ pathB: UnsafePointer<CChar>?, _ out: UnsafeMutablePointer<facenet_verification>?
) -> facenet_status {
  watched { () throws(FacenetError) in
    let (a, b) = (try text(pathA, "path_a"), try text(pathB, "path_b"))
    let out = try output(out)
    let pipeline = try Progress.part(0, of: 3) { () throws(FacenetError) in try FacePipeline() }
    let first = try Progress.part(1, of: 3) { () throws(FacenetError) in try pipeline.face(ofFile: a) }
    let second = try Progress.part(2, of: 3) { () throws(FacenetError) in try pipeline.face(ofFile: b) }
    out.pointee = facenet_verification(try pipeline.verify(first, second))
  }
}

@c @implementation
public func facenet_pipeline_new(
  _ detector: OpaquePointer?, _ embedder: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> facenet_status {
  watched { () throws(FacenetError) in
    let out = try output(out)
    let detector = try Progress.part(0, of: 2) { () throws(FacenetError) in
      detector == nil ? try Detector() : try HandleTable.shared.object(detector, "detector")
    }
    let embedder = try Progress.part(1, of: 2) { () throws(FacenetError) in
      embedder == nil ? try Embedder() : try HandleTable.shared.object(embedder, "embedder")
    }
    out.pointee = try HandleTable.shared.insert(FacePipeline(detector: detector, embedder: embedder))
  }
}

@c @implementation
public func facenet_pipeline_verify(
  _ pipeline: OpaquePointer?, _ a: UnsafePointer<facenet_image>?, _ b: UnsafePointer<facenet_image>?,
  _ threshold: Float, _ out: UnsafeMutablePointer<facenet_verification>?
) -> facenet_status {
  watched { () throws(FacenetError) in
    let pipeline: FacePipeline = try HandleTable.shared.object(pipeline, "pipeline")
    let (a, b) = (try view(a, "a"), try view(b, "b"))
    let out = try output(out)
    let threshold = try optional(threshold, in: 0...Float.greatestFiniteMagnitude, "threshold")
    let first = try Progress.part(0, of: 2) { () throws(FacenetError) in try pipeline.face(of: a, "a") }
    let second = try Progress.part(1, of: 2) { () throws(FacenetError) in try pipeline.face(of: b, "b") }
    out.pointee = facenet_verification(try pipeline.verify(first, second, threshold: threshold))
  }
}

@c @implementation
public func facenet_pipeline_embed(
  _ pipeline: OpaquePointer?, _ image: UnsafePointer<facenet_image>?, _ faces: UnsafeMutablePointer<facenet_face>?,
  _ embeddings: UnsafeMutablePointer<Float>?, _ capacity: Int, _ count: UnsafeMutablePointer<Int>?
) -> facenet_status {
  watched { () throws(FacenetError) in
    let pipeline: FacePipeline = try HandleTable.shared.object(pipeline, "pipeline")
    let room = try FaceRoom(faces, embeddings, dimension: pipeline.embedder.dimension, capacity: capacity)
    let count = try output(count, "count")
    let found = try pipeline.faces(in: try view(image, "image"))
    room.write(found.prefix(capacity))
    count.pointee = found.count
  }
}

@c @implementation
public func facenet_pipeline_dimension(_ pipeline: OpaquePointer?) -> UInt32 {
  ask(pipeline, "pipeline", else: 0) { (pipeline: FacePipeline) in UInt32(clamping: pipeline.embedder.dimension) }
}

@c @implementation
public func facenet_pipeline_free(_ pipeline: OpaquePointer?) {
  release(pipeline, as: FacePipeline.self, "pipeline")
}

/// The caller's room for faces, embeddings or both.
private struct FaceRoom {
  let faces: UnsafeMutableBufferPointer<facenet_face>?
  let embeddings: UnsafeMutableBufferPointer<Float>?
  let dimension: Int

  init(
    _ faces: UnsafeMutablePointer<facenet_face>?, _ embeddings: UnsafeMutablePointer<Float>?, dimension: Int,
    capacity: Int
  ) throws(FacenetError) {
    guard capacity >= 0, capacity <= 1 << 32 else {
      throw FacenetError(.tooLarge, "capacity cannot be \(UInt(bitPattern: capacity)) faces")
    }
    self.faces = faces == nil ? nil : try room(faces, capacity, "faces")
    self.embeddings = embeddings == nil ? nil : try room(embeddings, capacity * dimension, "embeddings")
    self.dimension = dimension
  }

  /// Writes at most `capacity` faces.
  func write(_ found: ArraySlice<EmbeddedFace>) {
    if let embeddings { copy(found.map(\.embedding), dimension: dimension, to: embeddings) }
    if let faces {
      for (index, face) in found.enumerated() { faces[index] = facenet_face(face.face) }
    }
  }
}
