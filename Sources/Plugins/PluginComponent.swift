import CFacenet
import Core

/// A component of a plugin as its adapter calls it: one call at a time where the plugin asks for that, and every failure
/// a sentence that names component and plugin. Any thread.
final class PluginComponent: @unchecked Sendable {
  /// "the detector NAME of the plugin PLUGIN"
  let label: String
  let name: String
  let provider: Provider
  /// What it was added with.
  let pointer: UnsafeMutableRawPointer?
  private let turn: Turn?

  init(kind: String, name: String, provider: Provider, pointer: UnsafeMutableRawPointer?, isOneThread: Bool) {
    label = "the \(kind) \(name) of the plugin \(provider.name)"
    (self.name, self.provider, self.pointer) = (name, provider, pointer)
    turn = isOneThread ? Turn() : nil
  }

  /// Calls a method. What `body` returns is the method's status.
  func call(_ body: () -> facenet_status) throws(FacenetError) {
    guard let turn else { return try PluginCall.run(label, body) }
    try turn.take(label) { () throws(FacenetError) in try PluginCall.run(label, body) }
  }

  /// Calls a method that cannot fail.
  func finish(_ body: @escaping @Sendable () -> Void) {
    if let turn { turn.takeOrLeave(body) } else { body() }
  }

  /// The failure of a plugin that does not keep its contract.
  func broken(_ how: String) -> FacenetError { FacenetError(.pluginFailed, "\(label) \(how)") }
}

/// What a component's `open` made; closed when it is no longer used. Any thread.
final class PluginInstance: @unchecked Sendable {
  typealias Close = @convention(c) (UnsafeMutableRawPointer?) -> Void

  let component: PluginComponent
  /// What methods are given.
  let pointer: UnsafeMutableRawPointer?
  private let close: Close?

  /// - Parameter open: nil where there is nothing to open, and then nothing is closed either.
  init(
    _ component: PluginComponent, open: ((UnsafeMutablePointer<UnsafeMutableRawPointer?>) -> facenet_status)?,
    close: Close?
  ) throws(FacenetError) {
    self.component = component
    guard let open else {
      (pointer, self.close) = (component.pointer, nil)
      return
    }
    var opened: UnsafeMutableRawPointer?
    try component.call { open(&opened) }
    (pointer, self.close) = (opened, close)
  }

  deinit {
    guard let close else { return }
    nonisolated(unsafe) let pointer = pointer
    component.finish { close(pointer) }
  }
}
