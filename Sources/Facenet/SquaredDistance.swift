import Core
import Faces

/// The squared Euclidean distance of two embeddings: 0 to 4 when both have length 1.
/// - Throws: `invalidArgument` when their lengths differ.
public func squaredDistance(_ a: [Float], _ b: [Float]) throws(FacenetError) -> Float {
  try Metric.squaredL2OnUnitSphere.distance(a, b)
}

/// The squared Euclidean distance of two embeddings: 0 to 4 when both have length 1.
/// - Throws: `invalidArgument` when their lengths differ.
public func squaredDistance(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) throws(FacenetError)
  -> Float
{
  try Metric.squaredL2OnUnitSphere.distance(a, b)
}
