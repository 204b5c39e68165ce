import Glibc
import Kernels

/// Pooling over any number of spatial axes, values and positions.
extension Pooling {
  /// - Parameter lowest: the result where a dilated window has no value inside the image.
  func maximumKernel<Value: Comparable & TensorElement>(
    _ lowest: Value, _ walk: WindowWalk, columnMajor: Bool, _ givesPositions: Bool
  ) -> Kernel {
    Kernel(name) { frame in
      let (x, y): (UnsafePointer<Value>, UnsafeMutablePointer<Value>) = (frame.input(0), frame.output(0))
      let positions: UnsafeMutablePointer<Int64>? = givesPositions ? frame.output(1) : nil
      walk.forEach(threads: frame.threads) { place in
        for channel in 0..<walk.channels {
          var best: (value: Value, pixel: Int)?
          for pixel in place.pixels {
            let value = x[walk.offset(place.image, pixel) + channel]
            if best.map({ value > $0.value }) ?? true { best = (value, pixel) }
          }
          y[place.output + channel] = best?.value ?? lowest
          guard let positions else { continue }
          let position = walk.position(place.image, channel, best?.pixel ?? 0, columnMajor: columnMajor)
          positions[place.output + channel] = Int64(position)
        }
      }
    }
  }

  func averageKernel(_ walk: WindowWalk, includesPads: Bool) -> Kernel {
    Kernel(name) { frame in
      let (x, y): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (frame.input(0), frame.output(0))
      walk.forEach(threads: frame.threads) { place in
        let sums = y + place.output
        sums.update(repeating: 0, count: walk.channels)
        for pixel in place.pixels {
          Elementwise.run(.add, sums, x + walk.offset(place.image, pixel), into: sums, count: walk.channels)
        }
        let count = includesPads ? place.paddedCount : Float(place.pixels.count)
        Elementwise.run(.divide, sums, max(1, count), into: sums, count: walk.channels)
      }
    }
  }

  /// The p-th root of the sum of the p-th powers of absolute values.
  func normKernel(_ walk: WindowWalk, p: Int) -> Kernel {
    Kernel(name) { frame in
      let (x, y): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (frame.input(0), frame.output(0))
      let channels = walk.channels
      walk.forEach(threads: frame.threads) { place in
        let sums = y + place.output
        sums.update(repeating: 0, count: channels)
        for pixel in place.pixels {
          let values = x + walk.offset(place.image, pixel)
          switch p {
          case 1: for channel in 0..<channels { sums[channel] += abs(values[channel]) }
          case 2: Elementwise.multiplyAdd(values, values, UnsafePointer(sums), into: sums, count: channels)
          default: for channel in 0..<channels { sums[channel] += powf(abs(values[channel]), Float(p)) }
          }
        }
        switch p {
        case 1: break
        case 2: Elementwise.run(.squareRoot, sums, into: sums, count: channels)
        default: for channel in 0..<channels { sums[channel] = powf(sums[channel], 1 / Float(p)) }
        }
      }
    }
  }
}
