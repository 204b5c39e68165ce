import Core
import KernelCore

/// Maximum or average over windows of NHWC images, channel by channel. Padding never takes part in a maximum.
package struct Pooling: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case maximum
    /// The mean over the values inside the image.
    case average
    /// The sum over the values inside the image divided by the window's positions inside the image and its pads
    /// (ONNX's count_include_pad).
    case averageIncludingPads
  }

  package var kind: Kind
  package var kernelHeight: Int
  package var kernelWidth: Int
  package var strideHeight: Int
  package var strideWidth: Int
  package var dilationHeight: Int
  package var dilationWidth: Int
  package var padTop: Int
  package var padLeft: Int
  package var padBottom: Int
  package var padRight: Int

  package init(
    _ kind: Kind, kernelHeight: Int, kernelWidth: Int, strideHeight: Int = 1, strideWidth: Int = 1,
    dilationHeight: Int = 1, dilationWidth: Int = 1, padTop: Int = 0, padLeft: Int = 0, padBottom: Int = 0,
    padRight: Int = 0
  ) {
    self.kind = kind
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
    self.dilationHeight = dilationHeight
    self.dilationWidth = dilationWidth
    self.padTop = padTop
    self.padLeft = padLeft
    self.padBottom = padBottom
    self.padRight = padRight
  }

  /// Reads (batch, height, width, channels), writes (batch, outputHeight, outputWidth, channels). The caller decides the
  /// output's size (ceil or floor); windows may reach past the pads at the bottom and the right. A window with no value
  /// inside the image gives the lowest number for a maximum and 0 for an average.
  ///
  /// Strides are floats from one pixel to the next.
  package func run(
    batch: Int, height: Int, width: Int, channels: Int, outputHeight: Int, outputWidth: Int,
    input: UnsafePointer<Float>, inputStride: Int, output: UnsafeMutablePointer<Float>, outputStride: Int,
    threads: Int = 1, kernels: any KernelTable.Type = Processor.kernels
  ) {
    let rows = batch * outputHeight
    let tasks = threads > 1 ? min(rows, threads * 4) : 1
    ThreadPool.shared.run(tasks: tasks, threads: threads) { task in
      withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: kernelHeight * kernelWidth) { pixels in
        for row in rows * task / tasks..<rows * (task + 1) / tasks {
          let line = PoolingLine(
            image: input + row / outputHeight * height * width * inputStride, height: height, width: width,
            channels: channels, stride: inputStride, top: row % outputHeight * strideHeight - padTop,
            output: output + row * outputWidth * outputStride, outputStride: outputStride, outputWidth: outputWidth)
          let squares = squareWindows(line)
          runSquares(line, squares, kernels)
          for x in 0..<outputWidth where !squares.contains(x) {
            runWindow(line, x, pixels.baseAddress.unsafelyUnwrapped, kernels)
          }
        }
      }
    }
  }

  /// Maxima over 2x2 or 3x3 pixels inside the image, neighbours of one row.
  private func runSquares(_ line: PoolingLine, _ columns: Range<Int>, _ kernels: any KernelTable.Type) {
    guard !columns.isEmpty else { return }
    let first = line.top * line.width + columns.lowerBound * strideWidth - padLeft
    let squares = PoolingRow(
      input: line.image + first * line.stride, inputPixelStride: line.stride, inputRowStride: line.width * line.stride,
      step: strideWidth * line.stride, output: line.output + columns.lowerBound * line.outputStride,
      outputPixelStride: line.outputStride, pixels: columns.count, channels: line.channels)
    if kernelWidth == 2 { kernels.maximum2(squares) } else { kernels.maximum3(squares) }
  }

  /// One window, whatever it covers; `pixels` has room for all of its positions.
  private func runWindow(
    _ line: PoolingLine, _ x: Int, _ pixels: UnsafeMutablePointer<UnsafePointer<Float>>, _ kernels: any KernelTable.Type
  ) {
    let count = collect(pixels, line, left: x * strideWidth - padLeft)
    let target = line.output + x * line.outputStride
    guard count > 0 else {
      target.update(repeating: kind == .maximum ? -.greatestFiniteMagnitude : 0, count: line.channels)
      return
    }
    if kind == .maximum {
      kernels.maximum(pixels, count, line.channels, target)
    } else {
      let divisor = divisor(
        top: line.top, left: x * strideWidth - padLeft, height: line.height, width: line.width, inside: count)
      kernels.scaledSum(pixels, count, 1 / divisor, line.channels, target)
    }
  }

  /// The output columns whose windows lie inside the image, where there is a kernel for rows of such: maxima over 2x2 or
  /// 3x3 pixels.
  private func squareWindows(_ line: PoolingLine) -> Range<Int> {
    guard kind == .maximum, kernelHeight == kernelWidth, kernelWidth == 2 || kernelWidth == 3, dilationHeight == 1,
      dilationWidth == 1, line.top >= 0, line.top + kernelHeight <= line.height, line.width >= kernelWidth
    else { return 0..<0 }
    let first = min((padLeft + strideWidth - 1) / strideWidth, line.outputWidth)
    let end = min((line.width - kernelWidth + padLeft) / strideWidth + 1, line.outputWidth)
    return first..<max(first, end)
  }

  /// Writes where the pixels under the window that starts at `left` are.
  /// - Returns: how many lie inside the image.
  private func collect(_ pixels: UnsafeMutablePointer<UnsafePointer<Float>>, _ line: PoolingLine, left: Int) -> Int {
    var count = 0
    for ky in 0..<kernelHeight {
      let y = line.top &+ ky &* dilationHeight
      guard y >= 0, y < line.height else { continue }
      for kx in 0..<kernelWidth {
        let x = left &+ kx &* dilationWidth
        guard x >= 0, x < line.width else { continue }
        pixels[count] = line.image + (y &* line.width &+ x) &* line.stride
        count &+= 1
      }
    }
    return count
  }

  /// What an average divides by for the window that starts at (top, left) in image coordinates.
  func divisor(top: Int, left: Int, height: Int, width: Int, inside: Int) -> Float {
    guard kind == .averageIncludingPads else { return Float(max(inside, 1)) }
    func positions(_ start: Int, _ kernel: Int, _ dilation: Int, _ end: Int) -> Int {
      start >= end ? 0 : min(kernel, (end - start - 1) / dilation + 1)
    }
    let rows = positions(top, kernelHeight, dilationHeight, height + padBottom)
    let columns = positions(left, kernelWidth, dilationWidth, width + padRight)
    return Float(max(rows * columns, 1))
  }
}

/// One row of output pixels and the image that it is taken from.
private struct PoolingLine {
  let image: UnsafePointer<Float>
  let height: Int
  let width: Int
  let channels: Int
  /// Floats from one input pixel to the next.
  let stride: Int
  /// The image row under the first row of the windows, which may lie outside.
  let top: Int
  let output: UnsafeMutablePointer<Float>
  let outputStride: Int
  let outputWidth: Int
}

/// The mean or maximum over all pixels of each NHWC image.
package enum GlobalPooling: Hashable, Sendable {
  case maximum, average

  /// Reads (batch, pixels, channels), writes (batch, channels) densely.
  package func run(
    batch: Int, pixels: Int, channels: Int, input: UnsafePointer<Float>, inputStride: Int,
    output: UnsafeMutablePointer<Float>, kernels: any KernelTable.Type = Processor.kernels
  ) {
    guard pixels > 0 else {
      output.update(repeating: self == .maximum ? -.greatestFiniteMagnitude : 0, count: batch * channels)
      return
    }
    // In runs of pixels whose addresses stay in the nearest cache; what the runs give is joined the same way.
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: Self.run + 1) { addresses in
      let addresses = addresses.baseAddress.unsafelyUnwrapped
      for image in 0..<batch {
        let target = output + image * channels
        var start = 0
        while start < pixels {
          let count = min(Self.run, pixels - start)
          for i in 0..<count { addresses[i] = input + (image * pixels + start + i) * inputStride }
          let all = start == 0 ? count : count + 1
          if start > 0 { addresses[count] = UnsafePointer(target) }
          start += count
          switch self {
          case .maximum: kernels.maximum(addresses, all, channels, target)
          case .average: kernels.scaledSum(addresses, all, start == pixels ? 1 / Float(pixels) : 1, channels, target)
          }
        }
      }
    }
  }

  private static let run = 512
}
