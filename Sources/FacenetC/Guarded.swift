import CThread
import Core

/// Makes `error` the calling thread's last failure.
func record(_ error: FacenetError) -> Int32 {
  MessageBuffer.write(error.message, to: facenet_error_buffer())
  return error.status.rawValue
}

/// The only way from an export into the library: what it throws becomes the status and the thread's message.
func guarded(_ body: () throws(FacenetError) -> Void) -> Int32 {
  do throws(FacenetError) {
    try body()
    return 0
  } catch {
    return record(error)
  }
}

/// The same for a long call: the progress function of the calling thread is told of it and may stop it.
func watched(_ body: () throws(FacenetError) -> Void) -> Int32 {
  guarded { () throws(FacenetError) in
    let thread = facenet_this_thread()!
    guard let function = thread.pointee.progress, !thread.pointee.reports else { return try body() }
    let context = thread.pointee.context
    let report = { (fraction: Double) -> Bool in
      thread.pointee.reports = true
      defer { thread.pointee.reports = false }
      return function(context, fraction) == 0
    }
    try Progress.watch(report, body)
  }
}

/// The same for an export whose result is a value: `failed` stands for a failure.
func guarded<Value>(else failed: Value, _ body: () throws(FacenetError) -> Value) -> Value {
  do throws(FacenetError) {
    return try body()
  } catch {
    _ = record(error)
    return failed
  }
}
