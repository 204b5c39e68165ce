// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names and their documentation are the header's.

import CFacenet
import CThread
import Core

@c @implementation
public func facenet_progress_set(_ function: facenet_progress_function?, _ context: UnsafeMutableRawPointer?) {
  let thread = facenet_this_thread()!
  thread.pointee.progress = function
  thread.pointee.context = context
}

@c @implementation
public func facenet_log_set(
  _ function: facenet_log_function?, _ context: UnsafeMutableRawPointer?, _ least: facenet_log_level
) -> facenet_status {
  guarded { () throws(FacenetError) in
    guard let least = least == 0 ? .information : Log.Level(rawValue: least) else {
      throw FacenetError(.invalidArgument, "least is \(least), which is no facenet_log_level")
    }
    guard let function else { return Log.send(to: nil) }
    nonisolated(unsafe) let context = context
    Log.send(from: least) { level, message in function(context, level.rawValue, message) }
  }
}
