import Core
import Search

/// Photos of people: a centre a person and noise around it, unit vectors.
struct People {
  let dimension: Int
  let gallery: [[Float]]
  let probes: [[Float]]

  init(_ count: Int, _ dimension: Int, probes wanted: Int, seed: Int) {
    var dice = Dice(seed)
    self.dimension = dimension
    // Faces differ in few ways: the centres lie near a subspace of a quarter of the dimensions.
    let mixing = dice.vectors(max(2, dimension / 4), dimension)
    let centres = (0..<count).map { _ in Self.mixed(dice.vector(mixing.count), mixing) }
    gallery = centres.map { Self.photo($0, &dice) }
    probes = (0..<wanted).map { Self.photo(centres[$0 * count / wanted], &dice) }
  }

  private static func mixed(_ weights: [Float], _ mixing: [[Float]]) -> [Float] {
    (0..<mixing[0].count).map { i in zip(weights, mixing).reduce(0) { $0 + $1.0 * $1.1[i] } }
  }

  private static func photo(_ centre: [Float], _ dice: inout Dice) -> [Float] {
    let length = centre.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let noise = dice.vector(centre.count)
    let values = zip(centre, noise).map { $0 / length + 0.5 * $1 / Float(centre.count).squareRoot() }
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return values.map { $0 / norm }
  }

  func index(_ options: IndexOptions) throws(FacenetError) -> VectorIndex {
    let index = try VectorIndex(dimension: dimension, options: options)
    try index.add(gallery, keys: (0..<Int64(gallery.count)).map { 3 * $0 })
    return index
  }
}
