import Core

/// How the likelihood of a reference follows from its distances to the pivots, in the `mlann` kind.
public enum Likelihood: String, Sendable, Hashable, CaseIterable {
  /// All pivots' distances vary alike.
  case equalVariance
  /// A pivot's distance varies in proportion to itself.
  case distanceProportional
}

/// Which pivots the `mlann` kind takes; all but `every` are made orthonormal.
public enum PivotChoice: String, Sendable, Hashable, CaseIterable {
  /// The directions in which the vectors differ most (principal components).
  case principal
  /// Each the vector that is farthest from those before it.
  case farthestFirst
  /// Vectors by chance.
  case random
  /// Every vector, as in the method's paper: nothing is orthonormalised, and each vector compared with the query tells of
  /// all others. For at most 8,192 vectors: their distances are all kept.
  case every
}

/// What a new index is to be. Zero and nil mean that the library chooses.
public struct IndexOptions: Sendable, Hashable {
  /// How the index searches.
  public var kind: IndexKind
  /// The wanted share of queries whose nearest vector is found, above 0 to 1; 0 means 0.99. Of consequence to `auto`,
  /// `mlann` and kinds of plugins.
  public var recall: Float
  /// Decides what is left to chance: the same operations with the same seed give the same results.
  public var seed: UInt64
  /// At most this many threads work on a call, 1 to 1024; 0 means one a processor.
  public var threads: Int
  /// `mlann`: pivots, each a byte a vector; 0 to 512.
  public var pivots: Int
  /// `mlann`: vectors compared exactly for a query.
  public var examined: Int
  /// `mlann`: parts that the vectors are divided into, the likeliest of which are looked at.
  public var partitions: Int
  /// `mlann`: how many of the partitions are looked at for a query.
  public var probed: Int
  /// `mlann`: which pivots.
  public var pivotChoice: PivotChoice
  /// `mlann`: how the likelihood is computed.
  public var likelihood: Likelihood
  /// `mlann`: the search stops at the first vector whose squared distance is below this: then it has found *a* match, not
  /// always the nearest, and may have found fewer vectors than were wanted. nil: never.
  public var acceptance: Float?

  /// Creates options; what is not given is chosen by the library.
  public init(
    kind: IndexKind = .auto, recall: Float = 0, seed: UInt64 = 0, threads: Int = 1, pivots: Int = 0, examined: Int = 0,
    partitions: Int = 0, probed: Int = 0, pivotChoice: PivotChoice = .principal,
    likelihood: Likelihood = .equalVariance, acceptance: Float? = nil
  ) {
    self.kind = kind
    self.recall = recall
    self.seed = seed
    self.threads = threads
    self.pivots = pivots
    self.examined = examined
    self.partitions = partitions
    self.probed = probed
    self.pivotChoice = pivotChoice
    self.likelihood = likelihood
    self.acceptance = acceptance
  }
}

extension IndexOptions {
  /// - Throws: `invalidArgument` for a value out of range.
  func validate() throws(FacenetError) {
    _ = try kind.maker
    guard recall >= 0, recall <= 1 else {
      throw FacenetError(.invalidArgument, "the wanted recall must be 0 to 1, got \(recall)")
    }
    for (what, value, limit) in [
      ("threads", threads, 1024), ("pivots", pivots, 512), ("examined vectors", examined, Int(Int32.max)),
      ("partitions", partitions, 1 << 20), ("probed partitions", probed, 1 << 20),
    ] {
      guard value >= 0, value <= limit else {
        throw FacenetError(.invalidArgument, "the number of \(what) must be 0 to \(limit), got \(value)")
      }
    }
    if pivotChoice == .every, kind != .mlann {
      throw FacenetError(.invalidArgument, "every vector may be a pivot in the kind mlann alone, got \(kind)")
    }
    if let acceptance {
      guard acceptance.isFinite, acceptance >= 0 else {
        throw FacenetError(.invalidArgument, "the acceptance threshold must be a number from 0 up, got \(acceptance)")
      }
    }
  }
}
