// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names and their documentation are the header's.

import CFacenet
import Core
import Plugins
import Search

extension VectorIndex: Handled {
  static var handleName: String { "facenet_index" }
}

/// What an index says when it is asked and nobody changes it; `failed` where it cannot be.
private func ask<Value>(_ index: OpaquePointer?, else failed: Value, _ question: (VectorIndex) -> Value) -> Value {
  guarded(else: failed) { () throws(FacenetError) in try HandleTable.shared.use(index, "index", question) }
}

/// A call that puts vectors under keys.
private func change(
  _ index: OpaquePointer?, _ vectors: UnsafePointer<Float>?, _ keys: UnsafePointer<Int64>?, _ count: Int,
  _ body: (VectorIndex, UnsafeBufferPointer<Float>, [Int64]) throws(FacenetError) -> Void
) -> facenet_status {
  withIndex(index) { index throws(FacenetError) in
    let keys = try indexKeys(keys, count, "keys")
    try body(index, try indexVectors(vectors, count, of: index, "vectors"), keys)
  }
}

@c @implementation
public func facenet_index_create(
  _ dimension: UInt32, _ options: UnsafePointer<facenet_index_options>?, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> facenet_status {
  guarded { () throws(FacenetError) in
    try give(out) { () throws(FacenetError) in
      try VectorIndex(dimension: Int(dimension), options: try IndexOptions(options))
    }
  }
}

@c @implementation
public func facenet_index_open(
  _ path: UnsafePointer<CChar>?, _ threads: UInt32, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> facenet_status {
  watched { () throws(FacenetError) in
    try give(out) { () throws(FacenetError) in
      try VectorIndex(path: try text(path, "path"), threads: try threadLimit(threads, "threads"))
    }
  }
}

@c @implementation
public func facenet_index_dimension(_ index: OpaquePointer?) -> UInt32 {
  ask(index, "index", else: 0) { (index: VectorIndex) in UInt32(index.dimension) }
}

@c @implementation
public func facenet_index_count(_ index: OpaquePointer?) -> Int {
  ask(index, else: 0) { $0.count }
}

@c @implementation
public func facenet_index_kind_in_use(_ index: OpaquePointer?) -> facenet_index_kind {
  ask(index, else: 0) { $0.kind.number ?? 0 }
}

@c @implementation
public func facenet_index_kind_named(_ name: UnsafePointer<CChar>?, _ out: UnsafeMutablePointer<facenet_index_kind>?)
  -> facenet_status
{
  guarded { () throws(FacenetError) in
    let (name, out) = (try text(name, "name"), try output(out))
    guard let number = IndexKind(rawValue: name).number else {
      throw FacenetError(.notFound, "there is no kind of index '\(name)', nor a plugin loaded that brings it")
    }
    out.pointee = number
  }
}

@c @implementation
public func facenet_index_contains(_ index: OpaquePointer?, _ key: Int64) -> Int32 {
  ask(index, else: 0) { $0.contains(key) ? 1 : 0 }
}

@c @implementation
public func facenet_index_add(
  _ index: OpaquePointer?, _ vectors: UnsafePointer<Float>?, _ keys: UnsafePointer<Int64>?, _ count: Int
) -> facenet_status {
  change(index, vectors, keys, count) { index, vectors, keys throws(FacenetError) in
    try index.add(vectors, keys: keys)
  }
}

@c @implementation
public func facenet_index_replace(
  _ index: OpaquePointer?, _ vectors: UnsafePointer<Float>?, _ keys: UnsafePointer<Int64>?, _ count: Int
) -> facenet_status {
  change(index, vectors, keys, count) { index, vectors, keys throws(FacenetError) in
    try index.replace(vectors, keys: keys)
  }
}

@c @implementation
public func facenet_index_remove(
  _ index: OpaquePointer?, _ keys: UnsafePointer<Int64>?, _ count: Int, _ removed: UnsafeMutablePointer<Int>?
) -> facenet_status {
  withIndex(index) { index throws(FacenetError) in
    let count = try index.remove(try indexKeys(keys, count, "keys"))
    removed?.pointee = count
  }
}

@c @implementation
public func facenet_index_vector(
  _ index: OpaquePointer?, _ key: Int64, _ vector: UnsafeMutablePointer<Float>?, _ capacity: Int
) -> facenet_status {
  guarded { () throws(FacenetError) in
    let room = try room(vector, capacity, "vector")
    let found = try HandleTable.shared.use(index, "index") { (index: VectorIndex) throws(FacenetError) in
      try index.vector(of: key)
    }
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
  _ squaredDistances: UnsafeMutablePointer<Float>?, _ statistics: UnsafeMutablePointer<facenet_search_statistics>?
) -> facenet_status {
  withIndex(index) { index throws(FacenetError) in
    let room = try NeighbourRoom(keys, squaredDistances, statistics, count: count, nearest: nearest)
    let keys = allowed == nil && allowedCount == 0 ? nil : Set(try indexKeys(allowed, allowedCount, "allowed"))
    let queries = try indexVectors(queries, count, of: index, "queries")
    guard statistics != nil else {
      return room.write(try index.search(queries, nearest: nearest, allowed: keys), [])
    }
    var counts: [SearchStatistics] = []
    room.write(try index.search(queries, nearest: nearest, allowed: keys, statistics: &counts), counts)
  }
}

@c @implementation
public func facenet_index_save(_ index: OpaquePointer?, _ path: UnsafePointer<CChar>?) -> facenet_status {
  withIndex(index) { index throws(FacenetError) in try index.save(to: try text(path, "path")) }
}

@c @implementation
public func facenet_index_check(_ index: OpaquePointer?) -> facenet_status {
  withIndex(index) { index throws(FacenetError) in try index.check() }
}

@c @implementation
public func facenet_index_free(_ index: OpaquePointer?) {
  release(index, as: VectorIndex.self, "index")
}
