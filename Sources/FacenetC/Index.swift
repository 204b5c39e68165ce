// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names and their documentation are the header's.

import CFacenet
import Core
import Search

extension VectorIndex: Handled {
  static var handleName: String { "facenet_index" }
}

/// Calls `body` with the index behind a handle.
private func with<Result>(
  _ index: OpaquePointer?, _ body: (VectorIndex) throws(FacenetError) -> Result
) throws(FacenetError) -> Result {
  try HandleTable.shared.use(index, "index", body)
}

@c @implementation
public func facenet_index_create(
  _ dimension: UInt32, _ options: UnsafePointer<facenet_index_options>?, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> facenet_status {
  guarded { () throws(FacenetError) in
    let out = try output(out)
    out.pointee = try HandleTable.shared.insert(
      try VectorIndex(dimension: Int(dimension), options: try IndexOptions(options)))
  }
}

@c @implementation
public func facenet_index_open(
  _ path: UnsafePointer<CChar>?, _ threads: UInt32, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> facenet_status {
  watched { () throws(FacenetError) in
    let out = try output(out)
    let threads = try threadLimit(threads, "threads")
    out.pointee = try HandleTable.shared.insert(try VectorIndex(path: try text(path, "path"), threads: threads))
  }
}

@c @implementation
public func facenet_index_dimension(_ index: OpaquePointer?) -> UInt32 {
  guarded(else: 0) { () throws(FacenetError) in
    let index: VectorIndex = try HandleTable.shared.object(index, "index")
    return UInt32(index.dimension)
  }
}

@c @implementation
public func facenet_index_count(_ index: OpaquePointer?) -> Int {
  guarded(else: 0) { () throws(FacenetError) in try with(index) { $0.count } }
}

@c @implementation
public func facenet_index_kind_in_use(_ index: OpaquePointer?) -> facenet_index_kind {
  guarded(else: 0) { () throws(FacenetError) in
    let kind = try with(index) { $0.kind }
    return facenet_index_kind(IndexOptions.kinds.firstIndex(of: kind) ?? 0)
  }
}

@c @implementation
public func facenet_index_contains(_ index: OpaquePointer?, _ key: Int64) -> Int32 {
  guarded(else: 0) { () throws(FacenetError) in try with(index) { $0.contains(key) ? 1 : 0 } }
}

@c @implementation
public func facenet_index_add(
  _ index: OpaquePointer?, _ vectors: UnsafePointer<Float>?, _ keys: UnsafePointer<Int64>?, _ count: Int
) -> facenet_status {
  watched { () throws(FacenetError) in
    try with(index) { index throws(FacenetError) in
      let keys = try indexKeys(keys, count, "keys")
      try index.add(try indexVectors(vectors, count, of: index, "vectors"), keys: keys)
    }
  }
}

@c @implementation
public func facenet_index_replace(
  _ index: OpaquePointer?, _ vectors: UnsafePointer<Float>?, _ keys: UnsafePointer<Int64>?, _ count: Int
) -> facenet_status {
  watched { () throws(FacenetError) in
    try with(index) { index throws(FacenetError) in
      let keys = try indexKeys(keys, count, "keys")
      try index.replace(try indexVectors(vectors, count, of: index, "vectors"), keys: keys)
    }
  }
}

@c @implementation
public func facenet_index_remove(
  _ index: OpaquePointer?, _ keys: UnsafePointer<Int64>?, _ count: Int, _ removed: UnsafeMutablePointer<Int>?
) -> facenet_status {
  watched { () throws(FacenetError) in
    let keys = try indexKeys(keys, count, "keys")
    let count = try with(index) { index throws(FacenetError) in try index.remove(keys) }
    removed?.pointee = count
  }
}

@c @implementation
public func facenet_index_vector(
  _ index: OpaquePointer?, _ key: Int64, _ vector: UnsafeMutablePointer<Float>?, _ capacity: Int
) -> facenet_status {
  guarded { () throws(FacenetError) in
    let room = try room(vector, capacity, "vector")
    let found = try with(index) { index throws(FacenetError) in try index.vector(of: key) }
    guard let found else { throw FacenetError(.notFound, "the index has no vector under the key \(key)") }
    guard room.count >= found.count else {
      throw FacenetError(.invalidArgument, "capacity is \(room.count) floats, a vector needs \(found.count)")
    }
    copy([found], dimension: found.count, to: room)
  }
}

@c @implementation
public func facenet_index_search(
  _ index: OpaquePointer?, _ queries: UnsafePointer<Float>?, _ count: Int, _ nearest: Int,
  _ allowed: UnsafePointer<Int64>?, _ allowedCount: Int, _ keys: UnsafeMutablePointer<Int64>?,
  _ squaredDistances: UnsafeMutablePointer<Float>?
) -> facenet_status {
  watched { () throws(FacenetError) in
    let room = try NeighbourRoom(keys, squaredDistances, count: count, nearest: nearest)
    let keys = allowed == nil && allowedCount == 0 ? nil : Set(try indexKeys(allowed, allowedCount, "allowed"))
    try with(index) { index throws(FacenetError) in
      let queries = try indexVectors(queries, count, of: index, "queries")
      room.write(try index.search(queries, nearest: nearest, allowed: keys))
    }
  }
}

@c @implementation
public func facenet_index_save(_ index: OpaquePointer?, _ path: UnsafePointer<CChar>?) -> facenet_status {
  watched { () throws(FacenetError) in
    let path = try text(path, "path")
    try with(index) { index throws(FacenetError) in try index.save(to: path) }
  }
}

@c @implementation
public func facenet_index_check(_ index: OpaquePointer?) -> facenet_status {
  watched { () throws(FacenetError) in
    try with(index) { index throws(FacenetError) in try index.check() }
  }
}

@c @implementation
public func facenet_index_free(_ index: OpaquePointer?) {
  _ = guarded { () throws(FacenetError) in
    try HandleTable.shared.remove(index, as: VectorIndex.self, "index")
  }
}
