/// Which slot a key is in: a hash table of slots with linear probing. The keys themselves stay in their column.
///
/// One thread at a time.
struct SlotTable {
  private static let empty: Int32 = -1
  /// A power of two of places, at most two thirds of them taken.
  private var places: [Int32]
  private var taken = 0
  /// Nobody outside can choose keys that all fall into one place. What is found does not depend on it.
  private let salt: UInt64

  /// The slots `0..<count` of these keys.
  init(_ keys: UnsafePointer<Int64>, count: Int) {
    salt = UInt64.random(in: 0 ... .max) | 1
    places = []
    reserve(count, keys)
    for slot in 0..<count { insert(slot, keys) }
  }

  func slot(of key: Int64, _ keys: UnsafePointer<Int64>) -> Int? {
    var place = home(of: key)
    while places[place] != Self.empty {
      if keys[Int(places[place])] == key { return Int(places[place]) }
      place = next(place)
    }
    return nil
  }

  /// Makes room for `count` slots in all.
  mutating func reserve(_ count: Int, _ keys: UnsafePointer<Int64>) {
    guard 3 * count > 2 * places.count || places.isEmpty else { return }
    let old = places
    var size = 16
    while 2 * size < 3 * count { size *= 2 }
    places = [Int32](repeating: Self.empty, count: size)
    taken = 0
    for slot in old where slot != Self.empty { insert(Int(slot), keys) }
  }

  /// Adds a slot whose key is not there, within what was reserved.
  mutating func insert(_ slot: Int, _ keys: UnsafePointer<Int64>) {
    var place = home(of: keys[slot])
    while places[place] != Self.empty { place = next(place) }
    places[place] = Int32(slot)
    taken += 1
  }

  /// Takes a slot out. What probed past it moves up.
  mutating func remove(_ slot: Int, _ keys: UnsafePointer<Int64>) {
    var hole = place(of: slot, keys)
    var place = next(hole)
    while places[place] != Self.empty {
      let home = home(of: keys[Int(places[place])])
      if (place &- home) & (places.count - 1) >= (place &- hole) & (places.count - 1) {
        places[hole] = places[place]
        hole = place
      }
      place = next(place)
    }
    places[hole] = Self.empty
    taken -= 1
  }

  /// Says that the key of slot `from` is now in slot `to`. Both still have their old keys.
  mutating func move(_ from: Int, to: Int, _ keys: UnsafePointer<Int64>) {
    places[place(of: from, keys)] = Int32(to)
  }

  private func place(of slot: Int, _ keys: UnsafePointer<Int64>) -> Int {
    var place = home(of: keys[slot])
    while places[place] != Int32(slot) { place = next(place) }
    return place
  }

  private func next(_ place: Int) -> Int { (place + 1) & (places.count - 1) }

  private func home(of key: Int64) -> Int {
    let mixed = (UInt64(bitPattern: key) ^ salt).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15 ^ salt << 1)
    return Int(truncatingIfNeeded: mixed.high ^ mixed.low) & (places.count - 1)
  }
}
