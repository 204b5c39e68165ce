import CFacenet
import Core
import Search

/// More vectors than an index can hold are in no call.
private let largestCount = Int(Int32.max)

private func checkCount(_ count: Int, _ name: String) throws(FacenetError) {
  guard 0...largestCount ~= count else {
    throw FacenetError(
      .tooLarge, "\(name) cannot be \(UInt(bitPattern: count)), an index has at most \(largestCount) vectors")
  }
}

/// Keys of the caller.
/// - Throws: `invalidArgument` for NULL, `tooLarge`.
func indexKeys(_ pointer: UnsafePointer<Int64>?, _ count: Int, _ name: String) throws(FacenetError) -> [Int64] {
  try checkCount(count, "the number of \(name)")
  return Array(try elements(pointer, count, name))
}

/// (count, dimension) floats of the caller.
/// - Throws: `invalidArgument` for NULL, `tooLarge`.
func indexVectors(_ pointer: UnsafePointer<Float>?, _ count: Int, of index: VectorIndex, _ name: String)
  throws(FacenetError) -> UnsafeBufferPointer<Float>
{
  try checkCount(count, "the number of \(name)")
  return try elements(pointer, count * index.dimension, name)
}

/// The caller's room for what a search finds, (count, nearest) keys and squared distances, and for what it looked at, if
/// the caller wants to know.
struct NeighbourRoom {
  private let nearest: Int
  private let keys: UnsafeMutableBufferPointer<Int64>
  private let squaredDistances: UnsafeMutableBufferPointer<Float>
  private let statistics: UnsafeMutablePointer<facenet_search_statistics>?

  init(
    _ keys: UnsafeMutablePointer<Int64>?, _ squaredDistances: UnsafeMutablePointer<Float>?,
    _ statistics: UnsafeMutablePointer<facenet_search_statistics>?, count: Int, nearest: Int
  ) throws(FacenetError) {
    try checkCount(count, "the number of queries")
    try checkCount(nearest, "nearest")
    (self.nearest, self.statistics) = (nearest, statistics)
    self.keys = try room(keys, count * nearest, "keys")
    self.squaredDistances = try room(squaredDistances, count * nearest, "squared_distances")
  }

  /// Writes a row for each query, filled up where fewer than `nearest` were found.
  func write(_ found: [[Neighbour]], _ counts: [SearchStatistics]) {
    keys.update(repeating: -1)
    squaredDistances.update(repeating: .infinity)
    for (query, neighbours) in found.enumerated() {
      for (place, neighbour) in neighbours.enumerated() {
        keys[query * nearest + place] = neighbour.key
        squaredDistances[query * nearest + place] = neighbour.squaredDistance
      }
    }
    for (query, count) in counts.enumerated() {
      statistics?[query] = facenet_search_statistics(examined: UInt64(count.examined), judged: UInt64(count.judged))
    }
  }
}
