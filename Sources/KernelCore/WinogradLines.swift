// Public for the modules of instruction sets alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// The sizes of a ``WinogradLine``.
@frozen public struct WinogradSize: Sendable {
  /// Neighbouring outputs that are computed at once.
  public let outputs: Int
  /// Positions of the kernel.
  public let taps: Int
  public let stride: Int
  /// Products of a transformed input and a transformed weight.
  public let products: Int
  /// Transformed weights: the first serves the first products - weights + 1 products, each other one product.
  public let weights: Int

  @inlinable @inline(__always)
  public init(outputs: Int, taps: Int, stride: Int = 1, products: Int, weights: Int? = nil) {
    self.outputs = outputs
    self.taps = taps
    self.stride = stride
    self.products = products
    self.weights = weights ?? products
  }

  /// Neighbouring inputs under the outputs.
  @inlinable public var inputs: Int { (outputs &- 1) &* stride &+ taps }
  /// Products that take this weight.
  @inlinable public func products(of weight: Int) -> Int { weight == 0 ? products &- weights &+ 1 : 1 }
  /// The weight that a product takes.
  @inlinable public func weight(of product: Int) -> Int { max(0, product &- (products &- weights)) }
}

/// One dimension of a minimal filtering algorithm F(outputs, taps): outputs = Aᵀ [(G g) ⊙ (Bᵀ d)], by the three
/// transforms of the filter g, the inputs d and the products.
///
/// A filter and its inputs are the coefficients of polynomials; their product is known from its values at as many points
/// as it has coefficients, the last of which is infinity. The factors that interpolation divides by lie with the filter.
///
/// Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016; Toom and Cook for any points.
public protocol WinogradLine {
  static var size: WinogradSize { get }
  /// G g: takes `taps` values and gives `weights`.
  static func filter<Set: InstructionSet>(
    _: Set.Type, _ g: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void)
  /// Bᵀ d: takes `inputs` values and gives `products`.
  static func input<Set: InstructionSet>(
    _: Set.Type, _ d: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void)
  /// Aᵀ m: takes `products` values and gives `outputs`.
  static func output<Set: InstructionSet>(
    _: Set.Type, _ m: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void)
}

/// One position, left as it is: the other dimension of a kernel of one row or column.
public enum SinglePosition: WinogradLine {
  @inlinable @inline(__always) public static var size: WinogradSize { WinogradSize(outputs: 1, taps: 1, products: 1) }

  @inlinable @inline(__always) public static func filter<Set: InstructionSet>(
    _: Set.Type, _ g: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) { give(0, g(0)) }

  @inlinable @inline(__always) public static func input<Set: InstructionSet>(
    _: Set.Type, _ d: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) { give(0, d(0)) }

  @inlinable @inline(__always) public static func output<Set: InstructionSet>(
    _: Set.Type, _ m: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) { give(0, m(0)) }
}

/// F(2, 3) at the points 0, 1, -1.
public enum TwoOutputsOfThree: WinogradLine {
  @inlinable @inline(__always) public static var size: WinogradSize { WinogradSize(outputs: 2, taps: 3, products: 4) }

  @inlinable @inline(__always) public static func filter<Set: InstructionSet>(
    _: Set.Type, _ g: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) { FourPoints.filter(Set.self, taps: 3, g, give) }

  @inlinable @inline(__always) public static func input<Set: InstructionSet>(
    _: Set.Type, _ d: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) { FourPoints.input(Set.self, d, give) }

  @inlinable @inline(__always) public static func output<Set: InstructionSet>(
    _: Set.Type, _ m: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) {
    give(0, m(0) + (m(1) + m(2)))
    give(1, (m(1) - m(2)) + m(3))
  }
}

/// F(4, 3) at the points 0, 1, -1, 2, -2.
public enum FourOutputsOfThree: WinogradLine {
  @inlinable @inline(__always) public static var size: WinogradSize { WinogradSize(outputs: 4, taps: 3, products: 6) }

  @inlinable @inline(__always) public static func filter<Set: InstructionSet>(
    _: Set.Type, _ g: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) { SixPoints.filter(Set.self, taps: 3, g, give) }

  @inlinable @inline(__always) public static func input<Set: InstructionSet>(
    _: Set.Type, _ d: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) { SixPoints.input(Set.self, d, give) }

  @inlinable @inline(__always) public static func output<Set: InstructionSet>(
    _: Set.Type, _ m: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) {
    let (near, nearDifference) = (m(1) + m(2), m(1) - m(2))
    let (far, farDifference) = (m(3) + m(4), m(3) - m(4))
    give(0, m(0) + near + far)
    give(1, Set.multiplyAdd(farDifference, Set.Vector(2), nearDifference))
    give(2, Set.multiplyAdd(far, Set.Vector(4), near))
    give(3, Set.multiplyAdd(farDifference, Set.Vector(8), nearDifference) + m(5))
  }
}

/// F(2, 5) at the points 0, 1, -1, 2, -2.
public enum TwoOutputsOfFive: WinogradLine {
  @inlinable @inline(__always) public static var size: WinogradSize { WinogradSize(outputs: 2, taps: 5, products: 6) }

  @inlinable @inline(__always) public static func filter<Set: InstructionSet>(
    _: Set.Type, _ g: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) { SixPoints.filter(Set.self, taps: 5, g, give) }

  @inlinable @inline(__always) public static func input<Set: InstructionSet>(
    _: Set.Type, _ d: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) { SixPoints.input(Set.self, d, give) }

  @inlinable @inline(__always) public static func output<Set: InstructionSet>(
    _: Set.Type, _ m: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) {
    give(0, m(0) + (m(1) + m(2)) + (m(3) + m(4)))
    give(1, Set.multiplyAdd(m(3) - m(4), Set.Vector(2), m(1) - m(2)) + m(5))
  }
}

/// F(4, 7) at the points 0, ±1/2, ±3/4, ±5/4, ±2: of all sets of such small fractions, one of those with the least error.
public enum FourOutputsOfSeven: WinogradLine {
  @inlinable @inline(__always) public static var size: WinogradSize { WinogradSize(outputs: 4, taps: 7, products: 10) }

  @inlinable @inline(__always) public static func filter<Set: InstructionSet>(
    _: Set.Type, _ g: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) { TenPoints.filter(Set.self, taps: 7, g, give) }

  @inlinable @inline(__always) public static func input<Set: InstructionSet>(
    _: Set.Type, _ d: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) { TenPoints.input(Set.self, d, give) }

  @inlinable @inline(__always) public static func output<Set: InstructionSet>(
    _: Set.Type, _ m: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) {
    var y0 = m(0)
    var y1 = Set.Vector(0)
    var y2 = Set.Vector(0)
    var y3 = m(9)
    for pair in 0..<4 {
      let point = TenPoints.point(pair)
      let (a, b) = (m(1 &+ 2 &* pair), m(2 &+ 2 &* pair))
      let (sum, difference) = (a + b, a - b)
      y0 = y0 + sum
      y1 = Set.multiplyAdd(difference, Set.Vector(point), y1)
      y2 = Set.multiplyAdd(sum, Set.Vector(point * point), y2)
      y3 = Set.multiplyAdd(difference, Set.Vector(point * point * point), y3)
    }
    give(0, y0)
    give(1, y1)
    give(2, y2)
    give(3, y3)
  }
}

/// Two outputs of three taps with stride 2: the odd inputs by the one tap they meet, the even ones by F(2, 2) at the
/// points 0, 1.
public enum TwoOutputsStrided: WinogradLine {
  @inlinable @inline(__always) public static var size: WinogradSize {
    WinogradSize(outputs: 2, taps: 3, stride: 2, products: 5, weights: 4)
  }

  @inlinable @inline(__always) public static func filter<Set: InstructionSet>(
    _: Set.Type, _ g: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) {
    give(0, g(1))
    give(1, g(0))
    give(2, g(0) + g(2))
    give(3, g(2))
  }

  @inlinable @inline(__always) public static func input<Set: InstructionSet>(
    _: Set.Type, _ d: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) {
    let middle = d(2)
    give(0, d(1))
    give(1, d(3))
    give(2, d(0) - middle)
    give(3, middle)
    give(4, d(4) - middle)
  }

  @inlinable @inline(__always) public static func output<Set: InstructionSet>(
    _: Set.Type, _ m: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) {
    give(0, m(0) + m(2) + m(3))
    give(1, m(1) + m(3) + m(4))
  }
}

/// Four outputs of three taps with stride 2: the odd inputs by the one tap they meet, the even ones by F(4, 2) at the
/// points 0, 1, -1, 2.
public enum FourOutputsStrided: WinogradLine {
  @inlinable @inline(__always) public static var size: WinogradSize {
    WinogradSize(outputs: 4, taps: 3, stride: 2, products: 9, weights: 6)
  }

  @inlinable @inline(__always) public static func filter<Set: InstructionSet>(
    _: Set.Type, _ g: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) {
    let (first, last) = (g(0), g(2))
    give(0, g(1))
    give(1, first * Set.Vector(0.5))
    give(2, (first + last) * Set.Vector(-0.5))
    give(3, (first - last) * Set.Vector(-1 / 6))
    give(4, Set.multiplyAdd(last, Set.Vector(2), first) * Set.Vector(1 / 6))
    give(5, last)
  }

  @inlinable @inline(__always) public static func input<Set: InstructionSet>(
    _: Set.Type, _ d: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) {
    let (a, b, c, e) = (d(2), d(4), d(6), d(8))
    let outer = c - a
    let inner = c - b
    let two = Set.Vector(2)
    // 0: (x + 1)(x - 1)(x - 2); 1, -1 and 2: x times two of these factors; infinity: x times all of them.
    for i in 0..<4 { give(i, d(2 &* i &+ 1)) }
    give(4, Set.multiplyAdd(d(0) - b, two, outer))
    give(5, Set.multiplyAdd(a, Set.Vector(-2), inner))
    give(6, Set.multiplyAdd(a - b, two, inner))
    give(7, outer)
    give(8, Set.multiplyAdd(outer, Set.Vector(-2), e - b))
  }

  @inlinable @inline(__always) public static func output<Set: InstructionSet>(
    _: Set.Type, _ m: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) {
    let (sum, difference, far) = (m(5) + m(6), m(5) - m(6), m(7))
    give(0, m(0) + m(4) + sum + far)
    give(1, m(1) + Set.multiplyAdd(far, Set.Vector(2), difference))
    give(2, m(2) + Set.multiplyAdd(far, Set.Vector(4), sum))
    give(3, m(3) + Set.multiplyAdd(far, Set.Vector(8), difference) + m(8))
  }
}
