import Core
import Synchronization

@testable import Gallery

/// What several galleries share: a store in memory, which keeps the whole contract until it is told not to.
final class MemoryStore: Sendable {
  struct State {
    var version: UInt64 = 0
    var records: [UInt64: (version: UInt64, bytes: [UInt8]?)] = [:]
    /// Removed records are known after this version alone.
    var forgotten: UInt64 = 0
    var failure: FacenetError?
    /// Commits that others make first.
    var interruption: (@Sendable () -> Void)?
    var reads = 0
  }

  private static let all = Lock<[String: MemoryStore]>([:])
  private static let counter = Atomic(0)
  private static let isRegistered: Void = Gallery.stores.add(
    "memory", opener(), from: Provider(name: "tests", version: "1", licence: "MIT", file: nil))

  private static func opener() -> Gallery.StoreOpener {
    { location, isNew throws(FacenetError) in
      let store = all.withLock { $0[location] }!
      let exists = store.state.withLock { $0.version > 0 }
      guard exists != isNew else { throw FacenetError(isNew ? .invalidArgument : .notFound, location) }
      return StoreConnection(to: store)
    }
  }

  let location: String
  let state = Lock(State())

  init() {
    _ = Self.isRegistered
    location = "memory:\(Self.counter.add(1, ordering: .relaxed).newValue)"
    Self.all.withLock { $0[location] = self }
  }

  /// Writes what no gallery would, past all checks.
  func put(_ key: UInt64, _ bytes: [UInt8]?) {
    state.withLock { state in
      state.version += 1
      state.records[key] = (state.version, bytes)
    }
  }
}

private final class StoreConnection: RecordStore {
  private let store: MemoryStore

  init(to store: MemoryStore) { self.store = store }

  func changes(after version: UInt64, to visitor: any RecordVisitor) throws(FacenetError) -> UInt64 {
    let state = store.state.withLock { state in
      state.reads += 1
      return state
    }
    if let failure = state.failure { throw failure }
    guard version == 0 || version >= state.forgotten else { return 0 }
    for (key, record) in state.records.shuffled() where record.version > version {
      guard record.bytes != nil || version > 0 else { continue }
      guard let bytes = record.bytes else {
        try visitor.visit(key, nil)
        continue
      }
      try bytes.withBytes { bytes throws(FacenetError) in try visitor.visit(key, bytes) }
    }
    return state.version
  }

  func commit(_ records: [StoreRecord], expected: UInt64) throws(FacenetError) -> Bool {
    let interruption = store.state.withLock { state in
      defer { state.interruption = nil }
      return state.interruption
    }
    interruption?()
    return try store.state.withLock { (state) throws(FacenetError) in
      if let failure = state.failure { throw failure }
      guard state.version == expected else { return false }
      state.version += 1
      for record in records { state.records[record.key] = (state.version, record.bytes) }
      return true
    }
  }

  func isCurrent(_ version: UInt64) throws(FacenetError) -> Bool {
    store.state.withLock { $0.version == version && $0.failure == nil }
  }

  func compact() throws(FacenetError) {
    store.state.withLock { state in
      state.records = state.records.filter { $0.value.bytes != nil }
      state.forgotten = state.version
    }
  }
}
