import Core
import Faces
import Glibc
import Graph
import Kernels
import ONNX

/// `facenet benchmark`
let benchmarkVerb = Verb(
  name: "benchmark", summary: "Measure how fast a model runs on this machine",
  details: [
    "Runs a model on random input and prints the milliseconds a picture takes, wall clock and processor time, minimum and "
      + "median, the arithmetic done a second, and its share of what one thread reaches on data that stays in its nearest "
      + "cache (times the threads). Unknown sizes of the input are taken from --shape, else as 1 for the batch, 3 channels, "
      + "and 320x320 pixels.",
    "--layers prints a row for every kernel that runs, in order: its share of the time, milliseconds, GFLOP/s, share of the "
      + "peak, the kernel chosen, the shape of its output and the node's name.",
    "--json prints one object: model, batch, threads, instructionSet, runs, wallMilliseconds and processorMilliseconds "
      + "(minimum and median each, a picture), multiplyAdds (a picture), gigaflops, peakGigaflops. With --layers it "
      + "prints a list of one object a kernel: node, operator, kernel, output (its shape), multiplyAdds, "
      + "wallMilliseconds (minimum and median, a run).",
  ],
  operands: [Operand("NAME|FILE.onnx", .one, "An installed model or a file.")],
  options: [
    .text("shape", "N,C,H,W", "The shape of the input, for a model that has one input."),
    .integer("batch", "N", 1...1024, "Pictures in a run; default: 1."),
    .integer("threads", "N", 1...1024, "Use at most this many threads; default: 1."),
    .number("seconds", "S", 0.01...3600, "Measure this long; default: 2."),
    .flag("layers", "Measure every kernel apart."),
    .json,
  ],
  exclusive: [["shape", "batch"]],
  examples: [("facenet benchmark facenet --layers", "Where the default embedder's time goes.")],
  work: { arguments, console in
    let benchmark = try Benchmark(arguments)
    let seconds = Double(arguments.number("seconds") ?? 2)
    if arguments.has("layers") {
      let layers = try benchmark.measureLayers(seconds: seconds)
      for line in arguments.has("json") ? [benchmark.json(layers).description] : benchmark.lines(layers) {
        try console.result(line)
      }
    } else {
      let whole = try benchmark.measure(seconds: seconds)
      for line in arguments.has("json") ? [benchmark.json(whole).description] : benchmark.lines(whole) {
        try console.result(line)
      }
    }
    return .done
  })

/// A model with its input in place.
private struct Benchmark {
  let name: String
  let session: Session
  let plan: Plan
  let batch: Int
  /// Multiplications followed by an addition in a run, convolutions and matrix products alone.
  let multiplyAdds: Int
  let peak: Double

  init(_ arguments: Arguments) throws {
    let nameOrPath = arguments.operands[0]
    name = nameOrPath
    let model = try Model(path: ModelStore.path(ofNameOrPath: nameOrPath))
    session = try Session(model, threads: arguments.integer("threads") ?? 1)
    let types = try Self.inputTypes(of: model, arguments)
    plan = try session.plan(types.map { .init($0) })
    batch = max(types.first?.shape.first ?? 1, 1)
    var generator = Generator(state: 1)
    for position in plan.inputs.indices where plan.inputs[position].type.element == .float32 {
      for index in 0..<plan.inputs[position].type.count {
        session.input(position, of: plan).storeBytes(of: generator.next(), toByteOffset: 4 * index, as: Float.self)
      }
    }
    multiplyAdds = plan.steps.reduce(0) { $0 + $1.kernel.multiplyAdds }
    peak = Processor.peak() * Double(session.threads)
  }

  /// The types of the model's inputs: of the shape that was asked for, else as they are declared.
  private static func inputTypes(of model: Model, _ arguments: Arguments) throws -> [TensorType] {
    let shape = try arguments.text("shape").map(Self.shape)
    let declarations = model.graph.inputs
    guard shape == nil || declarations.count == 1 else {
      throw UsageError("--shape is for a model of one input, \(arguments.operands[0]) has \(declarations.count)")
    }
    return try declarations.map { declaration in
      let declared = Self.shape(declaration.shape, batch: arguments.integer("batch"))
      return try TensorType.checked(declaration.element, shape ?? declared)
    }
  }

  private static func shape(_ text: String) throws -> [Int] {
    let sizes = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let shape = sizes.compactMap { $0 }
    guard shape.count == sizes.count, shape.allSatisfy({ $0 > 0 }) else {
      throw UsageError("--shape takes whole numbers with commas between them, such as 1,3,480,640, got '\(text)'")
    }
    return shape
  }

  private static func shape(_ declared: [Int?]?, batch: Int?) -> [Int] {
    let declared = declared ?? [nil, nil, nil, nil]
    return declared.enumerated().map { axis, size in
      if axis == 0, let batch { return batch }
      return size ?? (axis == 0 ? 1 : axis == 1 ? 3 : 320)
    }
  }

  /// Wall and processor time of runs, after one that is not counted.
  func measure(seconds: Double) throws -> [Times] {
    try session.execute(plan)
    var runs: [Times] = []
    let end = Instant.now().wall + seconds
    repeat {
      try Interruption.check()
      let start = Instant.now()
      try session.execute(plan)
      runs.append(start.elapsed())
    } while Instant.now().wall < end || runs.count < 3
    return runs
  }

  /// Each step's times over the runs.
  func measureLayers(seconds: Double) throws -> [[Times]] {
    try session.execute(plan)
    var layers = [[Times]](repeating: [], count: plan.steps.count)
    let end = Instant.now().wall + seconds
    repeat {
      for (position, step) in plan.steps.enumerated() {
        try Interruption.check()
        let start = Instant.now()
        try session.execute(step, of: plan)
        layers[position].append(start.elapsed())
      }
    } while Instant.now().wall < end || (layers.first?.count ?? 3) < 3
    return layers
  }
}

/// Seconds on the wall's clock and of all the process's threads.
private struct Times {
  let wall: Double
  let processor: Double
}

private struct Instant {
  let wall: Double
  let processor: Double

  static func now() -> Instant {
    Instant(wall: seconds(CLOCK_MONOTONIC), processor: seconds(CLOCK_PROCESS_CPUTIME_ID))
  }

  func elapsed() -> Times {
    let now = Self.now()
    return Times(wall: now.wall - wall, processor: now.processor - processor)
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}

/// Minimum and median of one clock, in milliseconds a picture.
private struct Summary {
  let minimum: Double
  let median: Double

  init(_ seconds: [Double], batch: Int) {
    let sorted = seconds.sorted()
    minimum = sorted[0] * 1e3 / Double(batch)
    median = sorted[sorted.count / 2] * 1e3 / Double(batch)
  }

  var json: JSON { .object([("minimum", .number(Float(minimum))), ("median", .number(Float(median)))]) }
}

extension Benchmark {
  /// 10^9 operations a second, a multiplication and an addition counted as two.
  private func rate(_ multiplyAdds: Int, _ milliseconds: Double) -> Double {
    2e-6 * Double(multiplyAdds) / max(milliseconds, 1e-9)
  }

  fileprivate func lines(_ runs: [Times]) -> [String] {
    let wall = Summary(runs.map(\.wall), batch: batch)
    let processor = Summary(runs.map(\.processor), batch: batch)
    let rate = rate(multiplyAdds / batch, wall.median)
    return [
      "\(name): \(counted(runs.count, "run")), batch \(batch), \(counted(session.threads, "thread")), "
        + "\(Processor.kernels.name), \((plan.arenaBytes + plan.scratchBytes) >> 10) KiB of working memory",
      "wall       minimum \(decimal(wall.minimum, 3)) ms  median \(decimal(wall.median, 3)) ms a picture",
      "processor  minimum \(decimal(processor.minimum, 3)) ms  median \(decimal(processor.median, 3)) ms a picture",
      "\(decimal(rate, 1)) GFLOP/s of \(decimal(peak, 1)), \(decimal(100 * rate / peak, 0)) %; "
        + "\(decimal(Double(multiplyAdds / batch) / 1e6, 1)) million multiplications and additions a picture",
    ]
  }

  fileprivate func json(_ runs: [Times]) -> JSON {
    let wall = Summary(runs.map(\.wall), batch: batch)
    return .object([
      ("model", .text(name)), ("batch", .integer(batch)), ("threads", .integer(session.threads)),
      ("instructionSet", .text(Processor.kernels.name)), ("runs", .integer(runs.count)),
      ("wallMilliseconds", wall.json),
      ("processorMilliseconds", Summary(runs.map(\.processor), batch: batch).json),
      ("multiplyAdds", .integer(multiplyAdds / batch)),
      ("gigaflops", .number(Float(rate(multiplyAdds / batch, wall.median)))), ("peakGigaflops", .number(Float(peak))),
    ])
  }

  fileprivate func lines(_ layers: [[Times]]) -> [String] {
    let times = layers.map { Summary($0.map(\.wall), batch: 1).minimum }
    let total = times.reduce(0, +)
    let rows = zip(plan.steps, times).map { step, time -> String in
      let rate = rate(step.kernel.multiplyAdds, time)
      let isArithmetic = step.kernel.multiplyAdds > 0
      return [
        leading(decimal(100 * time / total, 1), 6), leading(decimal(time, 3), 9),
        leading(isArithmetic ? decimal(rate, 1) : "", 8), leading(isArithmetic ? decimal(100 * rate / peak, 0) : "", 6),
        "  " + padded(step.operation, 20), padded(step.kernel.label, 24),
        padded(step.output.map { "\($0.shape.map(String.init).joined(separator: "x"))" } ?? "", 18), step.node,
      ].joined(separator: " ")
    }
    let head =
      "share %        ms  GFLOP/s peak %  " + padded("operator", 21) + padded("kernel", 25) + padded("output", 19)
      + "node"
    return [head] + rows + ["total \(decimal(total, 3)) ms"]
  }

  fileprivate func json(_ layers: [[Times]]) -> JSON {
    .list(
      zip(plan.steps, layers).map { step, runs in
        .object([
          ("node", .text(step.node)), ("operator", .text(step.operation)), ("kernel", .text(step.kernel.label)),
          ("output", .list((step.output?.shape ?? []).map(JSON.integer))),
          ("multiplyAdds", .integer(step.kernel.multiplyAdds)),
          ("wallMilliseconds", Summary(runs.map(\.wall), batch: 1).json),
        ])
      })
  }

  private func leading(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

/// Numbers between -1 and 1, the same ones every time.
private struct Generator {
  var state: UInt64

  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
  }
}
