// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names and their documentation are the header's.

import CFacenet
import CThread
import Core

@c @implementation
public func facenet_version() -> UInt32 {
  UInt32(FACENET_VERSION_MAJOR * 10000 + FACENET_VERSION_MINOR * 100 + FACENET_VERSION_PATCH)
}

@c @implementation
public func facenet_error_message() -> UnsafePointer<CChar>! {
  UnsafePointer(facenet_error_buffer())
}

@c @implementation
public func facenet_status_name(_ status: facenet_status) -> UnsafePointer<CChar>! {
  let name: StaticString =
    switch Status(rawValue: status) {
    case nil: status == 0 ? "ok" : "unknown status"
    case .invalidArgument: "invalid argument"
    case .notFound: "not found"
    case .inputOutput: "input or output failed"
    case .corrupt: "corrupt"
    case .unsupported: "unsupported"
    case .tooLarge: "too large"
    case .pluginFailed: "plugin failed"
    case .internal: "internal error"
    case .cancelled: "cancelled"
    }
  return UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
}
