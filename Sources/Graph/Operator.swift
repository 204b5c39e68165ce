import Core
import Kernels

/// What is known of an operator's input or output when a plan is made: everything but the values.
package struct Operand: Sendable {
  package var type: TensorType
  /// How it lies in memory. Constants are always plain.
  package var layout: Layout
  /// Its values where they are known before the run.
  package var constant: Tensor?
  /// The same where they are known but not kept: weights, see ``weights()``.
  var deferred: DeferredTensor?
  /// Whether its values are known for one plan only: they follow from the sizes or values of inputs.
  var isOfPlan = false

  package init(_ type: TensorType, layout: Layout = .plain, constant: Tensor? = nil) {
    self.type = type
    self.layout = layout
    self.constant = constant
  }

  init(_ deferred: DeferredTensor) {
    self.init(deferred.type)
    self.deferred = deferred
  }

  /// A constant, known for one plan only.
  init(ofPlan constant: Tensor) {
    self.init(constant.type, constant: constant)
    isOfPlan = true
  }

  /// Whether the values do not depend on the run.
  var isKnown: Bool { constant != nil || deferred != nil }

  /// The values, computed where they are not kept: for packing, which happens once.
  /// - Throws: `internal` where they are not known.
  func weights() throws(FacenetError) -> Tensor {
    if let constant { return constant }
    guard let deferred else { throw FacenetError(.internal, "the weights are not constant") }
    return try deferred.tensor()
  }

  package var shape: [Int] { type.shape }
  package var rank: Int { type.shape.count }
  /// Elements from one pixel to the next where it is a view: a run of the channels of a wider image that lies channels
  /// last. Nil where it is dense.
  var pixelStride: Int?

  /// Elements to step along each logical axis.
  package var strides: [Int] {
    var shape = type.shape
    if let pixelStride { shape[1] = pixelStride }
    return layout.strides(of: shape)
  }
}

/// Which layouts an operator takes and gives.
package enum LayoutRule: Sendable {
  /// Plain in, plain out.
  case plain
  /// Images: every input that is not constant and has the rank of input 0 is channels last, and so is every output.
  case channelsLast
  /// As `channelsLast`, but input 0 may lie either way: the kernel reads it by its layout.
  case eitherToChannelsLast
  /// Any order of axes will do as long as all agree: channels last if one input already is, else plain.
  case follow
  /// Any layout in (the kernel reads by strides); plain out.
  case anyToPlain
  /// Any layout in, channels last out.
  case anyToChannelsLast
}

/// One operation of a graph: shape inference and a kernel. Values, never state. Immutable: any thread.
///
/// Inputs that a file leaves out are nil. Messages need not name node or file: the graph adds them.
package protocol Operator: Sendable {
  /// The name people know it by: its name in the model's file.
  var name: String { get }

  /// Inputs that a node cannot leave out; checked before anything else is asked.
  var requiredInputs: Range<Int> { get }

  /// Inputs whose values must be known before shapes and kernels are: sizes, axes, weights.
  var constantInputs: Set<Int> { get }

  /// Whether outputs depend on the inputs' types alone: the size of an input.
  var readsOnlyTypes: Bool { get }

  /// Types of the outputs. Inputs in `constantInputs` carry their values; others do where they are known.
  func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType]

  /// Outputs that follow from types alone (the size of an input) although its values are not known; nil for the rest.
  func knownOutputs(_ inputs: [Operand?]) throws(FacenetError) -> [Tensor]?

  func layoutRule(_ inputs: [Operand?]) -> LayoutRule

  /// Whether its kernel steps through inputs by their strides, so that they may be views; one that takes any layout does.
  var readsViews: Bool { get }

  /// The code for one place in a graph, all types and layouts decided.
  func kernel(_ site: Site) throws(FacenetError) -> Kernel

  /// The pointwise function it applies to input 0, if a convolution can apply it in its store.
  func activation(_ inputs: [Operand?]) -> Activation?

  /// What it does if that is one multiplication and one addition a channel, by constants.
  func channelAffine(_ inputs: [Operand?]) -> ChannelAffine?

  /// Whether output 0 is the sum of inputs 0 and 1.
  var isSum: Bool { get }
}

/// y = x * scale + shift with one factor and one term a channel (axis 1), or one for all.
package struct ChannelAffine: Sendable {
  /// The input that is x.
  package var input: Int
  package var scale: [Float]
  package var shift: [Float]
  /// The shape by which the constants are broadcast; empty where they belong to axis 1 whatever the rank.
  package var constantShape: [Int]

  package init(input: Int = 0, scale: [Float] = [1], shift: [Float] = [0], constantShape: [Int] = []) {
    self.input = input
    self.scale = scale
    self.shift = shift
    self.constantShape = constantShape
  }

  /// Whether y is not merely x + shift.
  var scales: Bool { scale.contains { $0 != 1 } }

  /// Weights of an output times its scale, whose channel a weight's position gives; nil where they stay as they are.
  func scaled(_ weights: Operand, channel: (Int) -> Int) throws(FacenetError) -> Tensor? {
    scales ? try weights.weights().scaled { scale[channel($0)] } : nil
  }

  /// Scale and shift of every one of `channels` of an x of this rank, or nil if they are of another number or shape.
  func expanded(to channels: Int, rank: Int) -> ChannelAffine? {
    guard [1, channels].contains(scale.count), [1, channels].contains(shift.count), constantShape.count <= rank,
      constantShape.enumerated().allSatisfy({ $1 == 1 || $0 + rank - constantShape.count == 1 })
    else { return nil }
    let full = { (values: [Float]) in values.count == 1 ? [Float](repeating: values[0], count: channels) : values }
    return ChannelAffine(input: input, scale: full(scale), shift: full(shift))
  }
}

/// An operator with weights that takes what follows it into its own weights and store.
package protocol AbsorbingOperator: Operator {
  /// Whether there is a store for these inputs that an activation or a residual can go into.
  func hasStore(_ inputs: [Operand?]) -> Bool

  /// Weights and bias with y = x * scale + shift applied to the output, nil if it cannot be. Weights that stay as they
  /// are, where y = x + shift, are nil and not read.
  func absorbing(_ affine: ChannelAffine, weights: Operand, bias: Tensor?) throws(FacenetError)
    -> (weights: Tensor?, bias: Tensor)?

  /// The same followed by an activation; nil if it has one already.
  func absorbing(_ activation: Activation) -> (any AbsorbingOperator)?

  /// The same with a tensor like its output added before the activation, as a last input; nil if it has either already.
  func absorbingResidual() -> (any AbsorbingOperator)?
}

extension AbsorbingOperator {
  package func hasStore(_ inputs: [Operand?]) -> Bool { true }
}

extension Operator {
  package var requiredInputs: Range<Int> { 0..<1 }
  package var constantInputs: Set<Int> { [] }
  package var readsOnlyTypes: Bool { false }
  package func knownOutputs(_ inputs: [Operand?]) throws(FacenetError) -> [Tensor]? { nil }
  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .plain }
  package var readsViews: Bool { false }
  package func activation(_ inputs: [Operand?]) -> Activation? { nil }
  package func channelAffine(_ inputs: [Operand?]) -> ChannelAffine? { nil }
  package var isSum: Bool { false }
}

/// One place in a plan for which an operator makes its kernel.
package struct Site {
  package let inputs: [Operand?]
  package let outputs: [Operand]
  package let threads: Int
  let node: Int
  let cache: PackedWeights
  let moved: MovedConstants
  let budget: MemoryBudget

  /// Weights in the form that kernels want, made once for a node and variant and shared by all plans and sessions of a
  /// model where they and the bias are the model's own. Every plan's budget is charged for them.
  /// - Parameters:
  ///   - byteCount: what `make` allocates for good.
  ///   - workingBytes: what it takes beside while it runs.
  package func packed<Packed: AnyObject & Sendable>(
    _ weights: Operand, for variant: some Hashable, byteCount: Int, workingBytes: Int = 0,
    _ make: (Tensor) throws(FacenetError) -> Packed
  ) throws(FacenetError) -> Packed {
    let deferredBytes = weights.deferred?.type.byteCount ?? 0
    try budget.take(byteCount, beside: deferredBytes + workingBytes, for: "its packed weight \(weights.type)")
    return try cache.value(node: node, variant: AnyHashable(variant)) { () throws(FacenetError) in
      try make(weights.weights())
    }
  }
}

/// An operator's code with all sizes bound.
package struct Kernel: Sendable {
  package typealias Body = @Sendable (borrowing Frame) throws(FacenetError) -> Void

  /// What runs, for listings: `winograd 4x4`, `direct pointwise`.
  package var label: String
  /// Multiplications that are followed by an addition, for listings; 0 where that is not the work.
  package var multiplyAdds: Int
  /// Working memory while it runs.
  package var scratchBytes: Int
  /// Nil where output 0 is memory of input 0 and nothing runs.
  let body: Body?
  /// Bytes from the start of input 0 to that of output 0, where there is no body.
  let offset: Int

  package init(_ label: String, multiplyAdds: Int = 0, scratchBytes: Int = 0, body: @escaping Body) {
    self.label = label
    self.multiplyAdds = multiplyAdds
    self.scratchBytes = scratchBytes
    self.body = body
    offset = 0
  }

  private init(offset: Int) {
    label = "alias"
    self.offset = offset
    multiplyAdds = 0
    scratchBytes = 0
    body = nil
  }

  /// Output 0 is input 0 under another shape: the same memory, nothing runs.
  package static let alias = view(at: 0)

  /// Output 0 is a part of input 0 that starts so many bytes in.
  static func view(at offset: Int) -> Kernel { Kernel(offset: offset) }
}

/// The memory of one run of a kernel.
package struct Frame: ~Copyable {
  let inputs: UnsafePointer<UnsafeMutableRawPointer?>
  let outputs: UnsafePointer<UnsafeMutableRawPointer?>
  /// 64-byte aligned, `scratchBytes` long.
  package let scratch: UnsafeMutableRawPointer
  package let threads: Int

  package func input<Value>(_ index: Int, as: Value.Type = Value.self) -> UnsafePointer<Value> {
    UnsafePointer(inputs[index]!.assumingMemoryBound(to: Value.self))
  }

  package func output<Value>(_ index: Int, as: Value.Type = Value.self) -> UnsafeMutablePointer<Value> {
    outputs[index]!.assumingMemoryBound(to: Value.self)
  }

  /// Where the address of an input stands, for who passes that on by reference.
  package func placeOfAddress(ofInput index: Int) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(mutating: inputs + index)
  }
}
