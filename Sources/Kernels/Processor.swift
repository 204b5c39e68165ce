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

  /// The table in use, settled once for the process.
  ///
  /// The environment's FACENET_INSTRUCTION_SET (baseline, avx2, avx512) chooses among those the processor can run.
  /// AVX-512 is used only when asked for so: its kernels are tested only where a processor has it.
  package static let kernels: any KernelTable.Type = choose(
    asked: getenv("FACENET_INSTRUCTION_SET").map { String(cString: $0) }, among: tables)

  static func choose(asked: String?, among tables: [any KernelTable.Type]) -> any KernelTable.Type {
    tables.first { $0.name == asked } ?? tables.last { $0.name != "avx512" } ?? Baseline.self
  }
}
