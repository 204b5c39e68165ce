import CFacenet
import CThread
import Core

/// One call of a plugin's function, whose failure becomes an error with the sentence that the plugin gave the host.
enum PluginCall {
  /// - Parameter who: "the detector NAME of the plugin PLUGIN".
  /// - Throws: what the function reports; `pluginFailed` for a status that is none, and for being cancelled by nobody.
  static func run(_ who: @autoclosure () -> String, _ body: () -> facenet_status) throws(FacenetError) {
    facenet_plugin_message_buffer()[0] = 0
    let code = body()
    guard code != 0 else { return }
    guard let status = Status(rawValue: code) else {
      throw FacenetError(.pluginFailed, "\(who()) returned the status \(code), which is none")
    }
    if status == .cancelled {
      try Progress.reached(0)
      throw FacenetError(.pluginFailed, "\(who()) says that it was cancelled, but nobody did")
    }
    let label = " (\(who()))"
    let message = PluginText.message(facenet_plugin_message_buffer(), limit: room(beside: label))
    throw FacenetError(status, message.isEmpty ? "\(who()) failed (\(status))" : message + label)
  }

  /// Bytes of a plugin's sentence with which the words that say whose it is, and some before it, still fit where a caller
  /// reads them.
  private static func room(beside label: String) -> Int {
    let capacity = Int(facenet_error_capacity)
    return max(capacity - label.utf8.count - 128, capacity / 4)
  }

  /// Keeps a plugin's sentence about the call in progress, cut to the buffer.
  static func keep(_ message: String) {
    MessageBuffer.write(message, to: facenet_plugin_message_buffer())
  }
}
