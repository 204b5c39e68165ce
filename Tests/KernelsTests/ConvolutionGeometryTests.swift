import Core
import Kernels
import Testing

@Suite struct ConvolutionGeometryTests {
  @Test(arguments: [(224, 112), (1, 1), (7, 4), (8, 4)]) func halvesWithStrideTwo(input: Int, output: Int) {
    let geometry = ConvolutionGeometry(
      inputChannels: 3, outputChannels: 8, kernelHeight: 3, kernelWidth: 3, strideHeight: 2, strideWidth: 2, padTop: 1,
      padLeft: 1, padBottom: 1, padRight: 1)
    #expect(geometry.outputHeight(for: input) == output)
    #expect(geometry.outputWidth(for: input) == output)
  }

  @Test func isEmptyWhereTheKernelDoesNotFit() {
    let geometry = ConvolutionGeometry(
      inputChannels: 1, outputChannels: 1, kernelHeight: 3, kernelWidth: 3, dilationHeight: 4)
    #expect(geometry.outputHeight(for: 8) == 0)
    #expect(geometry.outputHeight(for: 9) == 1)
  }

  @Test(arguments: [
    ConvolutionGeometry(inputChannels: 3, outputChannels: 4, kernelHeight: 1, kernelWidth: 1, groups: 2),
    ConvolutionGeometry(inputChannels: 0, outputChannels: 4, kernelHeight: 1, kernelWidth: 1),
    ConvolutionGeometry(inputChannels: 1, outputChannels: 1, kernelHeight: 3, kernelWidth: 3, padLeft: -1),
    ConvolutionGeometry(inputChannels: 1, outputChannels: 1, kernelHeight: 3, kernelWidth: 3, strideWidth: 0),
    ConvolutionGeometry(inputChannels: 1 << 20, outputChannels: 1 << 20, kernelHeight: 3, kernelWidth: 3),
    ConvolutionGeometry(inputChannels: .max, outputChannels: .max, kernelHeight: .max, kernelWidth: .max),
  ]) func refusesWhatCannotBe(geometry: ConvolutionGeometry) {
    #expect(throws: FacenetError.self) { try geometry.validate() }
  }
}
