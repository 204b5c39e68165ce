// embedder-swift - the embedder of ../../embedder-template in Swift: a class behind the table of methods, whose errors
// become statuses at the border, which none may cross.

nonisolated(unsafe) private var host: UnsafePointer<facenet_host>!

/// A failure: its status and its sentence.
struct Failure: Error {
  let status: Int
  let sentence: String
}

/// Runs what a method does; an error becomes a status and the host's sentence.
private func guarded(_ body: () throws -> Void) -> facenet_status {
  do {
    try body()
    return facenet_status(FACENET_OK)
  } catch {
    let failure = error as? Failure ?? Failure(status: FACENET_PLUGIN_FAILED, sentence: "\(error)")
    return host.pointee.fail(facenet_status(failure.status), failure.sentence)
  }
}

final class Squares {
  static let side = 64
  static let squares = 8
  static let dimension = squares * squares

  func embedding(of crop: facenet_image) throws -> [Float] {
    let means = (0..<Self.dimension).map { mean(of: crop, column: $0 % Self.squares, row: $0 / Self.squares) }
    guard means.contains(where: { $0 != 0 }) else {
      throw Failure(status: FACENET_INVALID_ARGUMENT, sentence: "a crop is all of one gray")
    }
    return means
  }

  /// The mean of the greens of a square, less 128.
  private func mean(of crop: facenet_image, column: Int, row: Int) -> Float {
    let square = Self.side / Self.squares
    var sum = 0
    for y in row * square..<(row + 1) * square {
      for x in column * square..<(column + 1) * square {
        sum += Int(crop.pixels[y * Int(crop.stride) + 3 * x + 1]) - 128
      }
    }
    return Float(sum) / Float(square * square)
  }
}

private func open(
  _ component: UnsafeMutableRawPointer?, _ location: UnsafePointer<CChar>?,
  _ options: UnsafePointer<facenet_embedder_options>?, _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> facenet_status {
  guarded {
    guard let location, location.pointee == 0 else {
      throw Failure(status: FACENET_INVALID_ARGUMENT, sentence: "squares-swift takes nothing behind its name")
    }
    out?.pointee = Unmanaged.passRetained(Squares()).toOpaque()
  }
}

private func describe(
  _ object: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<facenet_embedder_description>?
) -> facenet_status {
  guard let out else { return facenet_status(FACENET_INTERNAL) }
  out.pointee.dimension = UInt32(Squares.dimension)
  out.pointee.side = UInt32(Squares.side)
  out.pointee.threshold = 0.02
  withUnsafeMutableBytes(of: &out.pointee.identity) { $0.copyBytes(from: "means of 8 x 8 squares, 1".utf8) }
  return facenet_status(FACENET_OK)
}

private func embed(
  _ object: UnsafeMutableRawPointer?, _ crops: UnsafePointer<facenet_image>?, _ count: Int,
  _ embeddings: UnsafeMutablePointer<Float>?
) -> facenet_status {
  guarded {
    let squares = Unmanaged<Squares>.fromOpaque(object!).takeUnretainedValue()
    for position in 0..<count {
      let means = try squares.embedding(of: crops![position])
      (embeddings! + position * Squares.dimension).update(from: means, count: means.count)
    }
  }
}

private func close(_ object: UnsafeMutableRawPointer?) { Unmanaged<Squares>.fromOpaque(object!).release() }

/// What the library calls: describes the plugin and adds its one component.
@c @implementation
public func facenet_plugin_entry(
  _ given: UnsafePointer<facenet_host>!, _ registrar: OpaquePointer!
) -> facenet_status {
  host = given
  var status = facenet_status(FACENET_INTERNAL)
  "embedder-swift".withCString { name in
    "1.0".withCString { version in
      "Apache-2.0".withCString { licence in
        var description = facenet_plugin_description(
          struct_size: UInt32(MemoryLayout<facenet_plugin_description>.size), abi: UInt32(FACENET_PLUGIN_ABI),
          name: name, version: version, licence: licence)
        status = given.pointee.describe(registrar, &description)
      }
    }
  }
  guard status == 0 else { return status }
  var methods = facenet_embedder_methods(
    struct_size: UInt32(MemoryLayout<facenet_embedder_methods>.size), flags: 0, open: open, describe: describe,
    embed: embed, close: close)
  return given.pointee.add_embedder(registrar, "squares-swift", &methods, nil)
}
