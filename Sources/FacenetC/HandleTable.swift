import CThread
import Core

/// What a caller may hold a handle to.
protocol Handled: AnyObject, Sendable {
  /// The C type's name.
  static var handleName: String { get }
}

/// The objects callers hold, each under a number in the shape of a pointer.
///
/// A number is never given out twice: it joins a slot to how often the slot was used. So a handle that was freed, or
/// never was one, is told from a live one without touching memory, and an object freed during a call outlives the call.
/// Any thread.
final class HandleTable: Sendable {
  /// The one table, shared by all callers in the process.
  static let shared = HandleTable()

  /// A handle's bits: a mark far from where systems place memory, uses of the slot, the slot.
  private static let mark: UInt = 1 << 46
  private static let slotBits: UInt = 24
  private static let maximumUses: UInt = 1 << 22 - 1

  private struct Slot {
    var uses: UInt
    var object: (any Handled)?
  }

  private struct State {
    var slots: [Slot] = []
    var free: [Int] = []
  }

  private let state = Lock(State())

  /// Keeps `object` alive until its handle is removed.
  /// - Throws: `tooLarge` when 2^24 handles are open.
  func insert(_ object: any Handled) throws(FacenetError) -> OpaquePointer {
    let handle = state.withLock { state -> UInt? in
      let position = state.free.popLast() ?? state.slots.count
      if position == state.slots.count {
        guard position < 1 << Self.slotBits else { return nil }
        state.slots.append(Slot(uses: 0, object: nil))
      }
      state.slots[position].uses += 1
      state.slots[position].object = object
      return Self.mark | state.slots[position].uses << Self.slotBits | UInt(position)
    }
    guard let handle, let pointer = OpaquePointer(bitPattern: handle) else {
      throw FacenetError(.tooLarge, "no more than \(1 << Self.slotBits) handles can be open")
    }
    return pointer
  }

  /// The object behind a handle.
  /// - Throws: `invalidArgument`, calling the handle `name`.
  func object<Object: Handled>(_ handle: OpaquePointer?, as _: Object.Type = Object.self, _ name: String)
    throws(FacenetError) -> Object
  {
    let found = state.withLock { state in Self.position(of: handle, in: state).flatMap { state.slots[$0].object } }
    return try Self.checked(found, handle, name)
  }

  /// Calls `body` with the object behind a handle, whose calls wait for one another.
  /// - Throws: also `invalidArgument` where this thread is inside such a call already, in the function that is told its
  ///   progress: there it would wait for itself.
  func use<Object: Handled, Result>(
    _ handle: OpaquePointer?, _ name: String, _ body: (Object) throws(FacenetError) -> Result
  ) throws(FacenetError) -> Result {
    let object: Object = try object(handle, name)
    let thread = facenet_this_thread()!
    let (outer, address) = (thread.pointee.inside, Unmanaged.passUnretained(object).toOpaque())
    guard outer != address else {
      throw FacenetError(.invalidArgument, "\(name) is in use by the call that tells its progress")
    }
    thread.pointee.inside = address
    defer { thread.pointee.inside = outer }
    return try body(object)
  }

  /// Puts another object behind a handle, unless it was freed meanwhile or has another object already.
  func replace<Object: Handled>(_ handle: OpaquePointer?, _ old: Object, with new: Object) {
    state.withLock { state in
      guard let position = Self.position(of: handle, in: state), state.slots[position].object === old else { return }
      state.slots[position].object = new
    }
  }

  /// Forgets a handle; NULL is none. The object goes when the last call that uses it returns.
  /// - Throws: `invalidArgument` for a handle that was freed before, is of another kind, or never was one.
  func remove<Object: Handled>(_ handle: OpaquePointer?, as _: Object.Type, _ name: String) throws(FacenetError) {
    guard handle != nil else { return }
    let found = state.withLock { state -> (any Handled)? in
      guard let position = Self.position(of: handle, in: state) else { return nil }
      let object = state.slots[position].object
      if object is Object {
        state.slots[position].object = nil
        if state.slots[position].uses < Self.maximumUses { state.free.append(position) }
      }
      return object
    }
    let _: Object = try Self.checked(found, handle, name)
  }

  /// The slot of a live handle.
  private static func position(of handle: OpaquePointer?, in state: State) -> Int? {
    let bits = UInt(bitPattern: handle)
    let position = Int(bits & (1 << slotBits - 1))
    guard bits & ~(mark - 1) == mark, position < state.slots.count, state.slots[position].object != nil,
      state.slots[position].uses == (bits & (mark - 1)) >> slotBits
    else { return nil }
    return position
  }

  private static func checked<Object: Handled>(_ found: (any Handled)?, _ handle: OpaquePointer?, _ name: String)
    throws(FacenetError) -> Object
  {
    if let object = found as? Object { return object }
    let problem =
      if handle == nil { "is NULL" } else if let found { "is a \(type(of: found).handleName)" } else {
        "is not open: it was freed, or never was a handle"
      }
    throw FacenetError(.invalidArgument, "\(name), a \(Object.handleName), \(problem)")
  }
}
