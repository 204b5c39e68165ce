import Core
import KernelCore
import Kernels
import Testing

/// Every way a convolution is computed against its definition, on outputs that are slices of wider buffers.
@Suite struct ConvolutionTests {
  static let channels = [1, 3, 5, 8, 15, 16, 17, 31, 33, 40]
  static let directLimit: Float = 2e-6

  @Test(arguments: Table.all, channels) func pointwise(table: Table, inputs: Int) throws {
    for outputs in Self.channels {
      for (height, width) in [(1, 1), (1, 7), (5, 5), (13, 11)] {
        let trial = ConvolutionTrial(
          geometry: .square(inputs, outputs, kernel: 1), height: height, width: width, batch: 2,
          hasResidual: outputs % 2 == 1, isSlice: inputs % 2 == 1)
        let outcome = try trial.run(table.kernels)
        #expect(outcome.error <= Self.directLimit, "\(inputs) to \(outputs) at \(height)x\(width)")
        #expect(outcome.isContained)
      }
    }
  }

  static let geometries: [ConvolutionGeometry] = [
    .square(3, 8, kernel: 3, stride: 2, pad: 1),
    .square(3, 17, kernel: 7, stride: 2, pad: 3),
    .square(1, 32, kernel: 5, pad: 2),
    .square(4, 16, kernel: 3),
    .square(7, 10, kernel: 2, stride: 2),
    .square(8, 16, kernel: 3, stride: 2, pad: 1),
    .square(64, 65, kernel: 3, stride: 2, pad: 1),
    .square(17, 24, kernel: 3, pad: 1),
    .square(16, 16, kernel: 3, pad: 1),
    .square(33, 20, kernel: 3, pad: 1),
    .square(5, 7, kernel: 3, pad: 2, dilation: 2),
    .square(32, 48, kernel: 5, pad: 2),
    .square(16, 33, kernel: 1, stride: 2),
    .square(16, 16, kernel: 1, pad: 1),
    .square(12, 18, kernel: 3, pad: 1, groups: 3),
    .square(8, 8, kernel: 3, stride: 2, pad: 1, groups: 2),
    .square(40, 40, kernel: 1, groups: 5),
    .square(6, 12, kernel: 3, pad: 1, groups: 6),
    .square(16, 16, kernel: 3, pad: 1, groups: 16),
    .square(19, 19, kernel: 3, stride: 2, pad: 1, groups: 19),
    .square(21, 21, kernel: 5, pad: 2, groups: 21),
    .square(20, 20, kernel: 7, pad: 3, groups: 20),
    .square(72, 72, kernel: 3, pad: 1, groups: 72),
    .square(40, 40, kernel: 3, stride: 2, pad: 1, groups: 40),
    .square(18, 18, kernel: 3, pad: 2, groups: 18),
    .square(76, 76, kernel: 5, pad: 2, groups: 76),
    .square(20, 20, kernel: 3, stride: 3, pad: 1, groups: 20),
    .square(32, 32, kernel: 3, pad: 1, groups: 16),
    .square(8, 8, kernel: 3, pad: 2, dilation: 2, groups: 8),
    .square(34, 34, kernel: 3, stride: 2, pad: 1, groups: 17),
    .square(6, 6, kernel: 5, pad: 2, groups: 3),
    .square(18, 18, kernel: 3, pad: 2, dilation: 2, groups: 9),
    .square(20, 20, kernel: 1, groups: 10),
    .square(35, 35, kernel: 7, groups: 35),
    ConvolutionGeometry(
      inputChannels: 16, outputChannels: 24, kernelHeight: 1, kernelWidth: 7, padLeft: 3, padRight: 3),
    ConvolutionGeometry(
      inputChannels: 24, outputChannels: 16, kernelHeight: 7, kernelWidth: 1, padTop: 3, padBottom: 3),
    ConvolutionGeometry(
      inputChannels: 3, outputChannels: 9, kernelHeight: 3, kernelWidth: 2, strideHeight: 1, strideWidth: 3, padTop: 0,
      padLeft: 2, padBottom: 4, padRight: 1),
    ConvolutionGeometry(
      inputChannels: 18, outputChannels: 18, kernelHeight: 3, kernelWidth: 3, padTop: 0, padLeft: 1, padBottom: 2,
      padRight: 0),
    ConvolutionGeometry(
      inputChannels: 10, outputChannels: 10, kernelHeight: 3, kernelWidth: 3, groups: 10, strideHeight: 2,
      strideWidth: 1, padTop: 0, padLeft: 1, padBottom: 2, padRight: 0),
  ]

  @Test(arguments: Table.all, geometries) func everyGeometry(table: Table, geometry: ConvolutionGeometry) throws {
    for (height, width) in [(1, 1), (2, 9), (7, 7), (8, 8), (13, 11), (17, 32)] {
      for isSlice in [false, true] {
        let trial = ConvolutionTrial(
          geometry: geometry, height: height, width: width, batch: isSlice ? 1 : 2, activation: .relu,
          hasBias: isSlice, hasResidual: isSlice, isSlice: isSlice)
        let outcome = try trial.run(table.kernels)
        #expect(
          outcome.error <= Self.limit(geometry, height: height, width: width), "\(height)x\(width), slice: \(isSlice)")
        #expect(outcome.isContained, "\(height)x\(width), slice: \(isSlice)")
      }
    }
  }

  static func limit(_ geometry: ConvolutionGeometry, height: Int, width: Int) -> Float {
    switch ConvolutionAlgorithm.choose(geometry, height: height, width: width) {
    case .winograd(let tile): limit(tile)
    default: directLimit
    }
  }

  /// Transforms with points beyond 1 and -1 cost a digit.
  static func limit(_ tile: WinogradTile) -> Float {
    switch tile {
    case .two, .twoStrided: 4e-6
    case .four, .twoOfFive, .row, .column, .fourStrided: 2e-5
    }
  }

  @Test(arguments: Table.all, WinogradTile.allCases) func winograd(table: Table, tile: WinogradTile) throws {
    let (down, across) = (tile.vertical, tile.horizontal)
    for (inputs, outputs) in [(1, 1), (5, 40), (16, 16), (17, 33), (48, 24)] {
      for pad in [0, 1, 2] {
        for (height, width) in [(3, 3), (4, 5), (7, 7), (9, 14), (30, 31)] {
          for threads in [1, 3] {
            let trial = ConvolutionTrial(
              geometry: ConvolutionGeometry(
                inputChannels: inputs, outputChannels: outputs, kernelHeight: down.taps, kernelWidth: across.taps,
                strideHeight: down.stride, strideWidth: across.stride, padTop: pad, padLeft: pad + across.taps / 7,
                padBottom: pad + down.taps / 7, padRight: pad), algorithm: .winograd(tile), height: height,
              width: width, batch: 2, activation: .prelu((0..<outputs).map { Float($0) / 16 }), hasResidual: pad == 1,
              isSlice: true, threads: threads)
            let outcome = try trial.run(table.kernels)
            #expect(
              outcome.error <= Self.limit(tile),
              "\(inputs) to \(outputs), pad \(pad), \(height)x\(width): \(outcome.error)")
            #expect(outcome.isContained)
          }
        }
      }
    }
  }

  @Test(arguments: [
    (3, 1, 14, ConvolutionAlgorithm.winograd(.four)), (3, 1, 6, .winograd(.two)), (3, 1, 4, .direct),
    (3, 2, 56, .winograd(.fourStrided)), (3, 2, 28, .winograd(.twoStrided)), (3, 2, 13, .direct),
    (5, 1, 12, .winograd(.twoOfFive)), (5, 2, 12, .direct), (7, 1, 28, .direct),
  ]) func choosesBySize(kernel: Int, stride: Int, size: Int, algorithm: ConvolutionAlgorithm) {
    let geometry = ConvolutionGeometry.square(64, 64, kernel: kernel, stride: stride, pad: kernel / 2)
    #expect(ConvolutionAlgorithm.choose(geometry, height: size, width: size) == algorithm)
  }

  @Test(arguments: Table.all, [1, 3]) func imagesInPlanes(table: Table, threads: Int) throws {
    for geometry: ConvolutionGeometry in [
      .square(3, 16, kernel: 3, stride: 2, pad: 1), .square(3, 33, kernel: 7, stride: 2, pad: 3),
      .square(2, 5, kernel: 3), .square(7, 8, kernel: 2, stride: 3, pad: 1),
    ] {
      for (height, width) in [(2, 2), (7, 9), (20, 31)] {
        let trial = ConvolutionTrial(
          geometry: geometry, height: height, width: width, batch: 2, activation: .relu, isPlanar: true,
          threads: threads)
        let outcome = try trial.run(table.kernels)
        #expect(outcome.error <= Self.directLimit, "\(geometry) \(height)x\(width)")
        #expect(outcome.isContained)
      }
    }
  }

  /// Images whose rows are copied in several bands, the last one smaller, over one kernel row or many.
  @Test(arguments: Table.all, [true, false]) func bandsOfRows(table: Table, isPlanar: Bool) throws {
    for (geometry, height): (ConvolutionGeometry, Int) in [
      (.square(3, 5, kernel: 3, stride: 2, pad: 1), 51), (.square(2, 7, kernel: 7, pad: 3), 37),
      (.square(3, 4, kernel: 2, stride: 5), 77), (.square(6, 3, kernel: 3, stride: 1, pad: 2), 23),
    ] {
      let trial = ConvolutionTrial(
        geometry: geometry, height: height, width: 900, batch: 2, hasResidual: true, isPlanar: isPlanar)
      let outcome = try trial.run(table.kernels)
      #expect(outcome.error <= Self.directLimit, "\(geometry)")
      #expect(outcome.isContained)
    }
  }

  static let activations: [Activation] = [
    .none, .relu, .leakyRelu(0.125), .prelu([0.25]), .prelu((0..<19).map { Float($0) / 8 - 1 }), .clip(-0.25, 0.5),
  ]

  @Test(arguments: Table.all, activations) func everyActivation(table: Table, activation: Activation) throws {
    for geometry: ConvolutionGeometry in [
      .square(9, 19, kernel: 1), .square(3, 19, kernel: 3, stride: 2), .square(19, 19, kernel: 3, pad: 1),
      .square(19, 19, kernel: 3, pad: 1, groups: 19), .square(38, 19, kernel: 2, groups: 19),
    ] {
      for hasResidual in [false, true] {
        let trial = ConvolutionTrial(
          geometry: geometry, height: 9, width: 10, activation: activation, hasResidual: hasResidual, isSlice: true)
        let outcome = try trial.run(table.kernels)
        #expect(outcome.error <= Self.limit(geometry, height: 9, width: 10))
        #expect(outcome.isContained)
      }
    }
  }

  @Test(arguments: Table.all, geometries) func threadsChangeNothing(table: Table, geometry: ConvolutionGeometry) throws
  {
    var trial = ConvolutionTrial(geometry: geometry, height: 29, width: 31, isSlice: true)
    let alone = try trial.run(table.kernels)
    trial.threads = 3
    let together = try trial.run(table.kernels)
    #expect(alone.output == together.output)
    #expect(together.isContained)
  }

  @Test func refusesArraysThatDoNotFit() {
    let geometry = ConvolutionGeometry.square(4, 8, kernel: 3)
    func make(weights: Int, bias: Int, activation: Activation = .none) throws {
      try [Float](repeating: 0, count: weights).withUnsafeBufferPointer { weights in
        try [Float](repeating: 0, count: bias).withUnsafeBufferPointer { bias in
          _ = try Convolution(geometry, .direct, weights: weights, bias: bias, activation: activation)
        }
      }
    }
    #expect(throws: Never.self) { try make(weights: 288, bias: 8) }
    #expect(throws: FacenetError.self) { try make(weights: 287, bias: 8) }
    #expect(throws: FacenetError.self) { try make(weights: 288, bias: 9) }
    #expect(throws: FacenetError.self) { try make(weights: 288, bias: 8, activation: .prelu([1, 2])) }
  }
}
