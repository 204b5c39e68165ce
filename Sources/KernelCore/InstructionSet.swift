// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// What the kernels need to know of an instruction set. Everything else is written once, generic over this.
///
/// The generic code is specialised only in the modules that are compiled for an instruction set (`KernelsAVX2` and its
/// like), which hold nothing but the conformance to ``KernelTable``: what else is specialised there would be a weak
/// symbol that the linker may choose for code that must run anywhere.
public protocol InstructionSet {
  /// The widest register of floats.
  associatedtype Vector: FloatVector
  static var name: String { get }
  /// Rows of a register tile that is two vectors wide, 6 at most.
  static var tileRows: Int { get }
  /// Rows of a register tile that is one vector wide, 12 at most.
  static var narrowTileRows: Int { get }
  /// a b + c, rounded once where the processor can.
  static func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector
}

/// What every processor of the architecture has: SSE2, or NEON.
public enum Baseline: InstructionSet {
  @inlinable public static var name: String { "baseline" }
  // Multiplication and addition apart want a register between them, and SSE has sixteen.
  #if arch(x86_64)
    @inlinable @inline(__always) public static var tileRows: Int { 4 }
    @inlinable @inline(__always) public static var narrowTileRows: Int { 8 }
  #else
    @inlinable @inline(__always) public static var tileRows: Int { 6 }
    @inlinable @inline(__always) public static var narrowTileRows: Int { 12 }
  #endif

  @inlinable @inline(__always)
  public static func multiplyAdd(_ a: SIMD4<Float>, _ b: SIMD4<Float>, _ c: SIMD4<Float>) -> SIMD4<Float> {
    // Without the instruction, the fused form becomes a call of libm for each value.
    #if arch(x86_64)
      c + a * b
    #else
      c.addingProduct(a, b)
    #endif
  }
}

#if arch(x86_64)
  /// AVX2 and FMA: sixteen registers of eight floats.
  public enum AVX2: InstructionSet {
    @inlinable public static var name: String { "avx2" }
    @inlinable @inline(__always) public static var tileRows: Int { 6 }
    @inlinable @inline(__always) public static var narrowTileRows: Int { 12 }

    @inlinable @inline(__always)
    public static func multiplyAdd(_ a: SIMD8<Float>, _ b: SIMD8<Float>, _ c: SIMD8<Float>) -> SIMD8<Float> {
      c.addingProduct(a, b)
    }
  }

  /// AVX-512 F, BW, DQ and VL: thirty-two registers of sixteen floats.
  public enum AVX512: InstructionSet {
    @inlinable public static var name: String { "avx512" }
    @inlinable @inline(__always) public static var tileRows: Int { 6 }
    @inlinable @inline(__always) public static var narrowTileRows: Int { 12 }

    @inlinable @inline(__always)
    public static func multiplyAdd(_ a: SIMD16<Float>, _ b: SIMD16<Float>, _ c: SIMD16<Float>) -> SIMD16<Float> {
      c.addingProduct(a, b)
    }
  }
#endif
