import Core
import Testing

@testable import Graph

@Suite struct WindowGeometryTests {
  /// Windows counted one by one: the definition, without the formula.
  private func count(_ input: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ pads: (Int, Int), _ ceil: Bool)
    -> Int
  {
    let extent = (kernel - 1) * dilation + 1
    var windows = 0
    var start = -pads.0
    while ceil ? start + extent - stride < input + pads.1 && start < input : start + extent <= input + pads.1 {
      windows += 1
      start += stride
    }
    return windows
  }

  @Test(arguments: [1, 2, 3, 5, 8, 13], [false, true]) func countsWindows(input: Int, ceil: Bool) throws {
    for kernel in 1...4 {
      for stride in 1...4 {
        for dilation in 1...3 {
          // Rounded up, a window wholly in the padding is dropped once: pooling never pads that much.
          for pads in [(0, 0), (1, 0), (0, 1), (2, 3)] where !ceil || pads.1 <= (kernel - 1) * dilation {
            let geometry = try WindowGeometry(
              kernel: [kernel], strides: [stride], dilations: [dilation], pads: [pads.0, pads.1], ceilMode: ceil)
            let expected = count(input, kernel, stride, dilation, pads, ceil)
            let sizes = try? geometry.outputSizes([input])
            #expect(sizes == (expected > 0 ? [expected] : nil), "\(geometry)")
          }
        }
      }
    }
  }

  @Test(arguments: [1, 2, 5, 6, 7, 12]) func padsToTheSameSize(input: Int) throws {
    for kernel in 1...5 {
      for stride in 1...4 {
        for dilation in 1...2 {
          for ceil in [false, true] {
            let upper = try WindowGeometry(
              kernel: [kernel], strides: [stride], dilations: [dilation], autoPad: .sameUpper, ceilMode: ceil)
            let lower = try WindowGeometry(
              kernel: [kernel], strides: [stride], dilations: [dilation], autoPad: .sameLower, ceilMode: ceil)
            let (wide, narrow) = (try upper.resolved(inputSizes: [input]), try lower.resolved(inputSizes: [input]))
            #expect(try wide.outputSizes([input]) == [(input + stride - 1) / stride])
            #expect(try upper.outputSizes([input]) == [(input + stride - 1) / stride])
            #expect(wide.padsBefore == narrow.padsAfter && wide.padsAfter == narrow.padsBefore)
            #expect([0, 1].contains(wide.padsAfter[0] - wide.padsBefore[0]))
          }
        }
      }
    }
  }

  @Test func ignoresRoundingUpWhereNothingIsPadded() throws {
    let valid = try WindowGeometry(
      kernel: [2, 2], strides: [2, 2], pads: [9, 9, 9, 9], autoPad: .valid, ceilMode: true)
    #expect(try valid.outputSizes([5, 4]) == [2, 2])
    #expect(try valid.resolved(inputSizes: [5, 4]).padsAfter == [0, 0])
  }

  @Test func refusesWhatCannotBe() throws {
    let vast = 1 << 62
    for values in [[-1], [vast], [Int.min], [1, 1], []] {
      #expect(throws: FacenetError.self) { try WindowGeometry(kernel: [3], strides: values) }
      #expect(throws: FacenetError.self) { try WindowGeometry(kernel: [3], dilations: values) }
      #expect(throws: FacenetError.self) { try WindowGeometry(kernel: [3], pads: values + values) }
    }
    #expect(throws: FacenetError.self) { try WindowGeometry(kernel: [3], strides: [0]) }
    #expect(throws: FacenetError.self) { try WindowGeometry(kernel: [3], dilations: [0]) }
    for kernel in [[0], [-3], [vast]] { #expect(throws: FacenetError.self) { try WindowGeometry(kernel: kernel) } }
    #expect(throws: FacenetError.self) { try WindowGeometry(kernel: [3, 3]).outputSizes([5]) }
    #expect(throws: FacenetError.self) { try WindowGeometry(kernel: [3, 3]).resolved(inputSizes: [5]) }
    #expect(throws: FacenetError(.invalidArgument, "a window of 3 elements does not fit into 2 (axis 2)")) {
      try WindowGeometry(kernel: [3]).outputSizes([2])
    }
  }

  @Test func keepsTheLargestValuesInRange() throws {
    let most = Int(Int32.max) / 2
    let geometry = try WindowGeometry(
      kernel: [most], strides: [most], dilations: [most], pads: [most, most], ceilMode: true)
    #expect(throws: FacenetError.self) { try geometry.outputSizes([1 << 36]) }
    let same = try WindowGeometry(kernel: [most], strides: [most], dilations: [most], autoPad: .sameLower)
    #expect(try same.outputSizes([1 << 36]) == [65])
  }
}
