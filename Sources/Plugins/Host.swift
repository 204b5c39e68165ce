import CFacenet
import Core
import Faces
import Gallery
import Imaging
import Search

/// The table of functions that every entry is given. It lives as long as the process.
enum Host {
  static var table: UnsafePointer<facenet_host> { memory.pointer }

  /// The library's version as `facenet_version` tells it.
  private static let version = UInt32(
    FACENET_VERSION_MAJOR * 10000 + FACENET_VERSION_MINOR * 100 + FACENET_VERSION_PATCH)
  private static let longestMessage = 4096

  private struct Memory: @unchecked Sendable {
    let pointer: UnsafePointer<facenet_host>
  }

  private static let memory: Memory = {
    let host = UnsafeMutablePointer<facenet_host>.allocate(capacity: 1)
    host.initialize(
      to: facenet_host(
        struct_size: UInt32(MemoryLayout<facenet_host>.size), abi: UInt32(FACENET_PLUGIN_ABI), version: version,
        flags: 0,
        describe: describe, add_detector: addDetector, add_embedder: addEmbedder, add_index: addIndex,
        add_decoder: addDecoder, add_store: addStore, add_operator: addOperator, fail: fail, log: log,
        progress: progress))
    return Memory(pointer: UnsafePointer(host))
  }()

  private typealias Pointer = UnsafeMutableRawPointer

  private static let describe:
    @convention(c) (OpaquePointer?, UnsafePointer<facenet_plugin_description>?) -> facenet_status = {
      registrar, description in
      Registrar.with(registrar) { registrar throws(FacenetError) in try registrar.describe(description) }
    }

  private static let addDetector:
    @convention(c) (OpaquePointer?, UnsafePointer<CChar>?, UnsafePointer<facenet_detector_methods>?, Pointer?)
      -> facenet_status = { registrar, name, methods, component in
        Registrar.with(registrar) { registrar throws(FacenetError) in
          let methods = try registrar.table(methods, facenet_detector_methods(), firstSize: 32, "a detector's methods")
          try registrar.require(methods.detect, "detector's detect")
          try registrar.add(name, flags: methods.flags, component, to: Detector.registry) {
            DetectorAdapter.opener($0, methods)
          }
        }
      }

  private static let addEmbedder:
    @convention(c) (OpaquePointer?, UnsafePointer<CChar>?, UnsafePointer<facenet_embedder_methods>?, Pointer?)
      -> facenet_status = { registrar, name, methods, component in
        Registrar.with(registrar) { registrar throws(FacenetError) in
          let methods = try registrar.table(methods, facenet_embedder_methods(), firstSize: 40, "an embedder's methods")
          try registrar.require(methods.describe, "embedder's describe")
          try registrar.require(methods.embed, "embedder's embed")
          try registrar.add(name, flags: methods.flags, component, to: Embedder.registry) {
            EmbedderAdapter.opener($0, methods)
          }
        }
      }

  private static let addDecoder:
    @convention(c) (OpaquePointer?, UnsafePointer<CChar>?, UnsafePointer<facenet_decoder_methods>?, Pointer?)
      -> facenet_status = { registrar, name, methods, component in
        Registrar.with(registrar) { registrar throws(FacenetError) in
          let methods = try registrar.table(methods, facenet_decoder_methods(), firstSize: 24, "a decoder's methods")
          try registrar.require(methods.recognises, "decoder's recognises")
          try registrar.require(methods.decode, "decoder's decode")
          try registrar.add(name, flags: methods.flags, component, to: PictureDecoders.registry) {
            DecoderAdapter($0, methods)
          }
        }
      }

  private static let addIndex:
    @convention(c) (OpaquePointer?, UnsafePointer<CChar>?, UnsafePointer<facenet_index_methods>?, Pointer?)
      -> facenet_status = { registrar, name, methods, component in
        Registrar.with(registrar) { registrar throws(FacenetError) in
          let methods = try registrar.table(methods, facenet_index_methods(), firstSize: 64, "an index's methods")
          try registrar.require(methods.open, "index's open")
          try registrar.require(methods.add, "index's add")
          try registrar.require(methods.search, "index's search")
          guard (methods.save == nil) == (methods.restore == nil) else {
            throw registrar.broken("has one of an index's save and restore, which need each other")
          }
          try registrar.add(name, flags: methods.flags, component, to: IndexKind.registry) {
            MethodMaker(IndexAdapter.opener($0, methods), automaticFrom: Tuning.plugins[$0.name])
          }
        }
      }

  private static let addStore:
    @convention(c) (OpaquePointer?, UnsafePointer<CChar>?, UnsafePointer<facenet_store_methods>?, Pointer?)
      -> facenet_status = { registrar, name, methods, component in
        Registrar.with(registrar) { registrar throws(FacenetError) in
          let methods = try registrar.table(methods, facenet_store_methods(), firstSize: 56, "a store's methods")
          try registrar.require(methods.open, "store's open")
          try registrar.require(methods.changes, "store's changes")
          try registrar.require(methods.commit, "store's commit")
          try registrar.add(name, flags: methods.flags, component, to: Gallery.stores) {
            StoreAdapter.opener($0, methods)
          }
        }
      }

  private static let addOperator:
    @convention(c) (OpaquePointer?, UnsafePointer<CChar>?, UnsafePointer<facenet_operator>?, Pointer?)
      -> facenet_status = { registrar, name, description, component in
        Registrar.with(registrar) { registrar throws(FacenetError) in
          let given = try registrar.table(description, facenet_operator(), firstSize: 64, "an operator's description")
          try registrar.add(name, given, component)
        }
      }

  private static let fail: @convention(c) (facenet_status, UnsafePointer<CChar>?) -> facenet_status = {
    status, message in
    PluginCall.keep(PluginText.message(message, limit: longestMessage))
    return status
  }

  private static let log: @convention(c) (facenet_log_level, UnsafePointer<CChar>?) -> Void = { level, message in
    let message = PluginText.message(message, limit: longestMessage)
    guard let level = Log.Level(rawValue: level), !message.isEmpty else { return }
    Log.write(level, message)
  }

  private static let progress: @convention(c) (Double) -> Int32 = { fraction in
    do throws(FacenetError) {
      try Progress.reached(fraction.isNaN ? 0 : min(max(fraction, 0), 1))
      return 0
    } catch { return 1 }
  }
}
