import CSystem
import Glibc
import KernelCore
import KernelsBaseline

#if arch(x86_64)
  import KernelsAVX2
  import KernelsAVX512
#endif

package typealias KernelTable = KernelCore.KernelTable

/// The instruction sets of this machine.
package enum Processor {
  /// Tables of kernels that this processor can run, the most general first.
  package static let tables: [any KernelTable.Type] = {
    #if arch(x86_64)
      switch facenet_instruction_level() {
      case 0: [Baseline.self]
      case 1: [Baseline.self, AVX2.self]
      default: [Baseline.self, AVX2.self, AVX512.self]
      }
    #else
      [Baseline.self]
    #endif
  }()

  /// The table in use, settled once for the process: the last that the processor can run, or the one that the
  /// environment's FACENET_INSTRUCTION_SET names (baseline, avx2, avx512) if it can run that.
  package static let kernels: any KernelTable.Type = choose(
    asked: getenv("FACENET_INSTRUCTION_SET").map { String(cString: $0) }, among: tables)

  static func choose(asked: String?, among tables: [any KernelTable.Type]) -> any KernelTable.Type {
    tables.first { $0.name == asked } ?? tables.last ?? Baseline.self
  }
}

extension KernelTable {
  /// The table for work that has this many values side by side: a register half empty costs as much as a full one, so
  /// where half of it holds them all, the next narrower instruction set with fused multiplication takes over.
  static func fitting(columns: Int) -> any KernelTable.Type {
    #if arch(x86_64)
      if registerWidth > AVX2.registerWidth, columns <= AVX2.registerWidth { return AVX2.self }
    #endif
    return self
  }
}
