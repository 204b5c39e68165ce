import Core

/// Does work and tells how far it is: `report` gets the fraction that is done and says whether to go on.
///
/// Long calls tell: opening models, finding and embedding faces, verifying. Fractions are 0 to 1 and never decrease; they
/// come at first, after each hundredth, at least every tenth of a second where the work can tell, and once as 1 when
/// `body` has succeeded. `report` is called on the calling thread, by the calls that `body` makes on it; it may call
/// the library itself, which is not told of.
///
///     let faces = try withProgress({ fraction in fraction < 0.5 }) { () throws(FacenetError) in
///       try pipeline.faces(in: picture)
///     }
/// - Parameters:
///   - report: whether to go on; of no consequence at 1, when all is done.
///   - body: usually one call. Of several, the first counts as the whole, and the others add nothing but chances to stop.
/// - Throws: what `body` throws: ``FacenetError`` with the status `cancelled` where `report` returned false.
public func withProgress<Result, Failure: Error>(
  _ report: @escaping (_ fraction: Double) -> Bool, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  try Progress.watch(report, body)
}
