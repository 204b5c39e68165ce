/// Each kernel as its definition reads, one value at a time, sums in double: what the fast ones are checked against.
package enum Reference {}
