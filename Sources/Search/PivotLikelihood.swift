import Core
import Glibc
import Kernels

/// The negative log-likelihood, up to a constant, that a query shows each reference of a table, of all pivots together:
///
/// phi_i = sum over k of (d_k - rho_ki)² / v_ki + ln v_ki
///
/// with d_k and rho_ki the squared distances of query and reference i to pivot k. Equal variances v leave the squared
/// distance of the projections, a product of whole numbers; in proportion to the distance, v = 4 s² rho + 2 n s⁴ for noise
/// of variance s² in each of n dimensions, every term is looked up. Immutable: any thread.
struct PivotLikelihood {
  /// No term is larger, so that every row has a score however far lengths lie apart: sums of as many terms as there may be
  /// pivots, or vectors in a matrix, stay finite.
  static let largestTerm: Float = 0x1p100

  private let whole: [Int16]
  private let factor: Float
  /// (pivots, 256): what each code of a pivot adds; empty for equal variances.
  private let terms: [Float]

  init(_ point: UnsafePointer<Float>, _ model: MLANNModel, _ form: Likelihood) throws(FacenetError) {
    let count = model.pivots.count
    var whole = [Int16](repeating: 0, count: ByteTable.paddedColumns(count))
    factor = model.table.scale.query(point, count: count, into: &whole)
    self.whole = whole
    terms = form == .equalVariance ? [] : Self.terms(point, model)
  }

  private static func terms(_ point: UnsafePointer<Float>, _ model: MLANNModel) -> [Float] {
    var terms: [Float] = []
    let (noise, dimension) = (model.noise, Float(model.pivots.stride))
    for k in 0..<model.pivots.count {
      // The vectors lie about 1 from their origin, the pivot lies 1 from it: D = 2 - 2 <x, p>.
      let distance = 2 - 2 * point[k]
      for code in 0..<256 {
        let expected = 2 - 2 * model.table.scale.value(UInt8(code))
        let variance = 4 * noise * max(expected, 0) + 2 * dimension * noise * noise
        terms.append(term((distance - expected) * (distance - expected), variance))
      }
    }
    return terms
  }

  /// What a squared difference adds where it varies so much.
  static func term(_ squared: Float, _ variance: Float) -> Float {
    .minimum(squared / variance + logf(variance), largestTerm)
  }

  /// The scores of a run of blocks' rows.
  func score(_ run: Range<Int>, in table: PivotTable, into scores: UnsafeMutablePointer<Float>) throws(FacenetError) {
    if terms.isEmpty {
      try table.scan(run, query: whole, factor: factor, scores: scores)
    } else {
      try table.scan(run, terms: terms, scores: scores)
    }
  }
}
