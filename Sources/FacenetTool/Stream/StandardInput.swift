import Core
import Glibc

/// What is sent to the program.
enum StandardInput {
  /// Waits for bytes and puts them into `memory`: at least one, or none at the end.
  /// - Throws: ``Interrupted``; `inputOutput` where nothing can be read, for instance from a folder.
  static func read(into memory: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      try Interruption.check()
      let count = Glibc.read(STDIN_FILENO, memory.baseAddress, memory.count)
      if count >= 0 { return count }
      guard errno == EINTR else {
        throw FacenetError(.inputOutput, "cannot read standard input: \(String(cString: strerror(errno)))")
      }
    }
  }
}
