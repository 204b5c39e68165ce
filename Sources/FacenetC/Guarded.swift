import CErrorMessage
import Core

/// Makes `error` the calling thread's last failure, cut to the buffer at a character's end.
func record(_ error: FacenetError) -> Int32 {
  let buffer = UnsafeMutableBufferPointer(start: facenet_error_buffer(), count: Int(facenet_error_capacity))
  var length = 0
  for character in error.message.unicodeScalars where character != "\0" {
    let bytes = UTF8.encode(character)!
    guard length + bytes.count < buffer.count else { break }
    for byte in bytes {
      buffer[length] = CChar(bitPattern: byte)
      length += 1
    }
  }
  buffer[length] = 0
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

/// The same for an export whose result is a value: `failed` stands for a failure.
func guarded<Value>(else failed: Value, _ body: () throws(FacenetError) -> Value) -> Value {
  do throws(FacenetError) {
    return try body()
  } catch {
    _ = record(error)
    return failed
  }
}
