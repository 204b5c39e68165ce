/// The components of one kind by name: those that are built in, and those that plugins brought. Any thread.
package final class Registry<Component: Sendable>: Sendable {
  /// A component and where it comes from.
  package struct Entry: Sendable {
    package let name: String
    package let component: Component
    /// Nil where it is built in.
    package let provider: Provider?
  }

  /// What the components are, for people: "detector".
  package let kind: String
  private let entries: Lock<[String: Entry]>

  package init(kind: String, builtIn: [String: Component] = [:]) {
    self.kind = kind
    entries = Lock(
      builtIn.reduce(into: [:]) { entries, item in
        entries[item.key] = Entry(name: item.key, component: item.value, provider: nil)
      })
  }

  /// The component of this name.
  package func component(_ name: String) -> Component? { entries.withLock { $0[name]?.component } }

  /// The component that `NAME` or `NAME:LOCATION` stands for, and the location, "" without one; nil where no component
  /// has the name.
  package func component(for text: String) -> (component: Component, location: String)? {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    return component(parts[0]).map { ($0, parts.count > 1 ? parts[1] : "") }
  }

  /// All of them, by name.
  package var all: [Entry] { entries.withLock { $0.values.sorted { $0.name < $1.name } } }

  /// - Throws: `invalidArgument`, saying whose it is, where the name is taken.
  package func requireFree(_ name: String) throws(FacenetError) {
    guard let taken = entries.withLock({ $0[name] }) else { return }
    let owner = taken.provider.map { "the plugin \($0.name)'s" } ?? "built in"
    throw FacenetError(.invalidArgument, "the \(kind) \(name) is \(owner) already")
  }

  /// Puts a component under a name that is free. Components are never taken away again.
  package func add(_ name: String, _ component: Component, from provider: Provider) {
    entries.withLock { $0[name] = Entry(name: name, component: component, provider: provider) }
  }
}

/// The plugin that a component comes from, as it describes itself.
package struct Provider: Sendable, Hashable {
  package let name: String
  package let version: String
  /// An SPDX licence expression.
  package let licence: String
  /// The shared object; nil for a plugin that was attached.
  package let file: String?

  package init(name: String, version: String, licence: String, file: String?) {
    (self.name, self.version, self.licence, self.file) = (name, version, licence, file)
  }
}
