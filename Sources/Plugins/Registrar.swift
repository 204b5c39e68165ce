import CFacenet
import Core
import Faces
import Imaging

/// Collects what an entry adds, and puts all of it into the registries once the entry has succeeded: all or nothing.
///
/// A plugin knows it by a number in the shape of a pointer, which is nobody's once the entry has returned. Any thread.
final class Registrar: Sendable {
  /// The registrar of the entry that runs; entries run one after another.
  private static let current = Lock<(number: UInt, registrar: Registrar)?>(nil)

  private struct State {
    var provider: Provider?
    var additions: [Addition] = []
    var failure: FacenetError?
  }

  /// A component that waits to be put in its registry.
  private struct Addition: Sendable {
    let listing: ComponentListing
    let commit: @Sendable () -> Void
  }

  /// The plugin's file; nil for one that is attached.
  private let file: String?
  private let state = Lock(State())

  private init(file: String?) { self.file = file }

  /// Runs an entry and adds what it adds.
  /// - Throws: `pluginFailed` for an entry that fails, adds nothing or does not describe itself; `unsupported` for
  ///   another ABI; `invalidArgument` for a name that is taken. Then nothing was added.
  static func run(_ entry: PluginEntry, file: String?) throws(FacenetError) {
    let registrar = Registrar(file: file)
    let number = current.withLock { current in
      let number = UInt.random(in: 1 ... .max)
      current = (number, registrar)
      return number
    }
    defer { current.withLock { $0 = nil } }
    let outcome = Result { () throws(FacenetError) in
      try PluginCall.run("the entry of \(registrar.who)") {
        entry(Host.table, OpaquePointer(bitPattern: number))
      }
    }
    try registrar.commit(outcome)
  }

  /// Does something with the registrar that a plugin hands over; what it throws becomes the status and the sentence of
  /// the plugin's call.
  static func with(_ handle: OpaquePointer?, _ body: (Registrar) throws(FacenetError) -> Void) -> facenet_status {
    do throws(FacenetError) {
      let number = UInt(bitPattern: handle)
      guard let registrar = current.withLock({ $0?.number == number ? $0?.registrar : nil }) else {
        throw FacenetError(.invalidArgument, "this registrar is not the one of an entry that runs")
      }
      do throws(FacenetError) { try body(registrar) } catch {
        registrar.state.withLock { $0.failure = $0.failure ?? error }
        throw error
      }
      return 0
    } catch {
      PluginCall.keep(error.message)
      return error.status.rawValue
    }
  }

  /// "the plugin NAME (FILE)"
  private var who: String {
    switch (state.withLock { $0.provider?.name }, file) {
    case (let name?, let file?): "the plugin \(name) (\(file))"
    case (let name?, nil): "the plugin \(name)"
    case (nil, let file?): "the plugin \(file)"
    case (nil, nil): "an attached plugin"
    }
  }

  private func commit(_ outcome: Result<Void, FacenetError>) throws(FacenetError) {
    let state = state.withLock { $0 }
    // What was refused says more than what the entry makes of it.
    if let failure = state.failure { throw failure }
    try outcome.get()
    guard state.provider != nil else { throw FacenetError(.pluginFailed, "\(who) does not describe itself") }
    guard !state.additions.isEmpty else { throw FacenetError(.pluginFailed, "\(who) adds nothing") }
    for addition in state.additions { addition.commit() }
    ComponentListing.append(state.additions.map(\.listing))
  }
}

extension Registrar {
  /// - Throws: `unsupported` for another ABI; `pluginFailed` for a description out of its ranges; `invalidArgument` where
  ///   another plugin has the name.
  func describe(_ pointer: UnsafePointer<facenet_plugin_description>?) throws(FacenetError) {
    guard let pointer else { throw broken("describes itself by NULL") }
    let abi = UnsafeRawPointer(pointer).loadUnaligned(fromByteOffset: 4, as: UInt32.self)
    guard abi == FACENET_PLUGIN_ABI else {
      throw FacenetError(
        .unsupported, "\(who) is made for the plugin ABI \(abi), this library has \(FACENET_PLUGIN_ABI)")
    }
    let given = try table(pointer, facenet_plugin_description(), firstSize: 32, "description")
    let provider = try located { () throws(FacenetError) in
      Provider(
        name: try PluginText.name(given.name, "its name"),
        version: try PluginText.printable(given.version, "its version"),
        licence: try PluginText.printable(given.licence, "its licence"), file: file)
    }
    if let other = ComponentListing.all.first(where: { $0.provider?.name == provider.name })?.provider {
      throw FacenetError(
        .invalidArgument, "\(who): a plugin \(provider.name) is loaded already, from \(other.file ?? "no file")")
    }
    let isFirst = state.withLock { state in
      defer { state.provider = state.provider ?? provider }
      return state.provider == nil
    }
    guard isFirst else { throw broken("describes itself twice") }
  }

  /// Adds a component to its registry, under a name that is free there.
  /// - Parameters:
  ///   - flags: of the component's methods.
  ///   - make: the component, from what its adapter calls.
  func add<Component: Sendable>(
    _ name: UnsafePointer<CChar>?, flags: UInt32, _ pointer: UnsafeMutableRawPointer?,
    to registry: Registry<Component>, _ make: (PluginComponent) -> Component
  ) throws(FacenetError) {
    let name = try located { () throws(FacenetError) in try PluginText.name(name, "a \(registry.kind)'s name") }
    try add(name, flags: flags, pointer, to: registry, make)
  }

  /// Adds a component under a name that is checked.
  /// - Throws: also what `make` throws.
  func add<Component: Sendable>(
    _ name: String, flags: UInt32, _ pointer: UnsafeMutableRawPointer?, to registry: Registry<Component>,
    _ make: (PluginComponent) throws(FacenetError) -> Component
  ) throws(FacenetError) {
    guard flags & ~UInt32(FACENET_ONE_THREAD) == 0 else {
      throw broken("sets flags \(flags) of the \(registry.kind) \(name) that are none")
    }
    try add(name, to: registry) { provider throws(FacenetError) in
      try make(
        PluginComponent(
          kind: registry.kind, name: name, provider: provider, pointer: pointer,
          isOneThread: flags & UInt32(FACENET_ONE_THREAD) != 0))
    }
  }

  /// Adds a component under a name that is checked.
  /// - Throws: also what `make` throws.
  func add<Component: Sendable>(
    _ name: String, to registry: Registry<Component>, _ make: (Provider) throws(FacenetError) -> Component
  ) throws(FacenetError) {
    guard let provider = state.withLock({ $0.provider }) else { throw broken("adds before it describes itself") }
    try located { () throws(FacenetError) in try registry.requireFree(name) }
    let listing = ComponentListing(kind: registry.kind, name: name, provider: provider)
    let component = try located { () throws(FacenetError) in try make(provider) }
    let isNew = state.withLock { state in
      guard !state.additions.contains(where: { $0.listing == listing }) else { return false }
      state.additions.append(
        Addition(listing: listing) { registry.add(name, component, from: provider) })
      return true
    }
    guard isNew else { throw broken("adds the \(registry.kind) \(name) twice") }
  }

  /// A structure that the plugin hands over.
  func table<Table>(_ pointer: UnsafePointer<Table>?, _ zero: Table, firstSize: Int, _ what: String)
    throws(FacenetError) -> Table
  {
    guard let pointer else { throw broken("gives NULL for \(what)") }
    return try located { () throws(FacenetError) in
      try GrowingStructure.read(pointer, zero: zero, firstSize: firstSize, what)
    }
  }

  /// - Throws: `pluginFailed` where a method is missing that has to be there.
  func require(_ method: Any?, _ what: String) throws(FacenetError) {
    guard method != nil else { throw broken("has no \(what), which is required") }
  }

  func broken(_ how: String) -> FacenetError { FacenetError(.pluginFailed, "\(who) \(how)") }

  func located<Result>(_ body: () throws(FacenetError) -> Result) throws(FacenetError) -> Result {
    do throws(FacenetError) { return try body() } catch {
      throw FacenetError(error.status, "\(who): \(error.message)")
    }
  }
}
