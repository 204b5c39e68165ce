// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// Every kernel there is, of one instruction set: what the rest of the engine calls, picked once at run time.
///
/// A conformance is the table and its protocol witnesses are the entries: functions for plain pointers and sizes, whose
/// bodies are the generic code inlined for that instruction set. No register crosses a call.
public protocol KernelTable:
  SendableMetatype, UnaryKernels, BinaryKernels, ChannelwiseKernels, ReductionKernels, RowKernels, QuantizationKernels,
  ProductKernels, WinogradKernels, DepthwiseKernels, NeighbourKernels, PoolingKernels,
  ByteScanKernels, ScoreKernels
{
  static var name: String { get }
  /// Floats in a register.
  static var registerWidth: Int { get }
  static var tileRows: Int { get }
  static var narrowTileRows: Int { get }
}

extension KernelTable where Self: InstructionSet {
  @inlinable public static var registerWidth: Int { Vector.width }
}

extension KernelTable {
  /// Rows of the register tiles of a product that has this many columns.
  @inlinable public static func tileRows(columns: Int) -> Int { columns > registerWidth ? tileRows : narrowTileRows }
}
