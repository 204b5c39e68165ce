import Core
import Graph

/// Sessions of one model for many threads: each call runs on a session of its own, which is kept for the next.
///
/// Immutable to its users: any thread.
final class SessionPool: Sendable {
  let model: Model
  let threads: Int
  private let idle = Lock<[Lease]>([])

  /// Only ever held by the list or by one call.
  private struct Lease: @unchecked Sendable {
    let session: Session
  }

  init(_ model: Model, threads: Int) {
    self.model = model
    self.threads = threads
  }

  func withSession<Result>(_ body: (Session) throws(FacenetError) -> Result) throws(FacenetError) -> Result {
    let kept = idle.withLock { $0.popLast() }
    let lease = if let kept { kept } else { Lease(session: try Session(model, threads: threads)) }
    defer { idle.withLock { $0.append(lease) } }
    return try body(lease.session)
  }

  /// Runs the one input, of logical shape (N, 3, H, W), that `fill` writes pixel by pixel (N, H, W, 3), and hands the
  /// outputs to `read`.
  func run<Result>(
    _ shape: [Int], fill: (UnsafeMutablePointer<Float>) throws(FacenetError) -> Void,
    read: ([FeatureMap]) throws(FacenetError) -> Result
  ) throws(FacenetError) -> Result {
    let type = try TensorType.checked(.float32, shape)
    return try withSession { session throws(FacenetError) in
      let plan = try session.plan([Operand(type, layout: .channelsLast)])
      let input = session.input(0, of: plan).assumingMemoryBound(to: Float.self)
      if let base = input.baseAddress { try fill(base) }
      try session.execute(plan)
      var maps: [FeatureMap] = []
      for (position, port) in plan.outputs.enumerated() {
        maps.append(try FeatureMap(port, session.output(position, of: plan)))
      }
      return try read(maps)
    }
  }
}
