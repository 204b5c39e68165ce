/// The product of sizes that come from outside, refused instead of trapping when it overflows or exceeds `limit`.
package func checkedProduct(_ factors: some Sequence<Int>, limit: Int = 1 << 40, what: @autoclosure () -> String)
  throws(FacenetError) -> Int
{
  var product = 1
  for factor in factors {
    guard factor >= 0 else { throw FacenetError(.invalidArgument, "\(what()) has the negative size \(factor)") }
    let (next, overflow) = product.multipliedReportingOverflow(by: factor)
    guard !overflow, next <= limit else {
      throw FacenetError(.tooLarge, "\(what()) is larger than the limit of \(limit) elements")
    }
    product = next
  }
  return product
}
