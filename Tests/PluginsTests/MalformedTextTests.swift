import Core
import Testing

@testable import Plugins

/// Texts that do not follow the rules, and the sentence that each deserves.
@Suite struct MalformedTextTests {
  private static let letters = "one of X Y S T Z n m c s r d h f g i k p w"
  private static let words = "one of n m c s r d i k"

  /// Signatures: what was expected, at which character, what was there.
  @Test(arguments: [
    ("Xnq", letters, 3, "\"q\""), ("XYN", letters, 3, "\"N\""),
    ("XYnf;", letters, 5, "\";\""), ("XY,n", letters, 3, "\",\""), ("x", letters, 1, "\"x\""),
    ("X*Y", letters, 2, "\"*\""), ("XY!", letters, 3, "\"!\""), ("!!XY", letters, 2, "\"!\""),
    ("**XY", letters, 2, "\"*\""), ("!*XY", letters, 2, "\"*\""), ("XY=Y", letters, 3, "\"=\""),
    ("!=Y", letters, 2, "\"=\""), ("0n", letters, 1, "\"0\""), ("XYn.1", letters, 4, "\".\""),
    ("=", "Y, T or wT", 2, "its end"), ("=X", "Y, T or wT", 2, "\"X\""), ("= Y", "Y, T or wT", 2, "\" \""),
    ("=Z", "Y, T or wT", 2, "\"Z\""), ("=w", "T", 3, "its end"), ("=wY", "T", 3, "\"Y\""),
    ("XYw", words, 4, "its end"), ("XYwf", words, 4, "\"f\""), ("XYwh", words, 4, "\"h\""),
    ("XYwwn", words, 4, "\"w\""), ("XYwX", words, 4, "\"X\""), ("XYwS", words, 4, "\"S\""),
    ("*XYwX", words + " S", 5, "\"X\""), ("XYd", "\".\"", 4, "its end"), ("XYd1", "\".\"", 5, "its end"),
    ("XYd.", "a dimension from 0 to 7", 5, "its end"), ("XYd.8", "a dimension from 0 to 7", 5, "\"8\""),
    ("XYd.-1", "a dimension from 0 to 7", 5, "\"-\""),
    ("XYn32", "the number of an input from 0 to 31", 4, "\"3\""),
    ("XYn99999999999999999999", "the number of an input from 0 to 31", 4, "\"9\""),
    ("XYk", "a number from -9223372036854775808 to 9223372036854775807", 4, "its end"),
    ("XYk-", "a number from -9223372036854775808 to 9223372036854775807", 4, "\"-\""),
    ("XYk9223372036854775808", "a number from -9223372036854775808 to 9223372036854775807", 4, "\"9\""),
    ("XYwk2147483648", "a number from -2147483648 to 2147483647", 5, "\"2\""),
    (String(repeating: "X", count: 33), "at most 32 parameters, so the end", 33, "\"X\""),
  ]) func refusesSignatures(text: String, expected: String, character: Int, got: String) {
    let sentence = "the signature \"\(text)\": \(expected) expected at character \(character), got \(got)"
    #expect(throws: FacenetError(.invalidArgument, sentence)) { try OperatorSignature(text) }
  }

  @Test(arguments: [
    ("", "the signature \"\": it has no output (Y, T, Z or a first =)"),
    (" * ", "the signature \" * \": it has no output (Y, T, Z or a first =)"),
    ("!Xn", "the signature \"!Xn\": it has no output (Y, T, Z or a first =)"),
    ("XYn1", "the signature \"XYn1\": a size of input 1 is wanted, but it has 1 inputs"),
    ("nY", "the signature \"nY\": a size of input 0 is wanted, but it has 0 inputs"),
    ("*=Y", "the signature \"*=Y\": a function that is called for each element needs an input (X, S or Z)"),
    ("XY\n", "the signature: printable ASCII expected at character 3, got the byte 0xA"),
    ("XYé", "the signature: printable ASCII expected at character 3, got the byte 0xC3"),
    (String(repeating: " ", count: 257), "the signature is 257 bytes long, the limit is 256"),
  ]) func refusesWhatContradictsItself(text: String, sentence: String) {
    #expect(throws: FacenetError(.invalidArgument, sentence)) { try OperatorSignature(text) }
  }

  /// Attributes of "XYfi".
  @Test(arguments: [
    ("", "2 names, as \"XYfi\" has f, g and i,", 1, "its end"),
    ("alpha", "2 names, as \"XYfi\" has f, g and i,", 6, "its end"),
    ("alpha,beta,gamma", "2 names, as \"XYfi\" has f, g and i, so the end", 12, "\"g\""),
    ("alpha beta", "\",\"", 7, "\"b\""), ("alpha,,beta", "a name of 1 to 64 letters, digits and _", 7, "\",\""),
    ("alpha,2beta", "a letter of a name", 7, "\"2\""), ("alpha.beta,i", "\",\"", 6, "\".\""),
    ("alpha=,i", "a float, as in 0.01,", 7, "\",\""), ("alpha=nan,i", "a float, as in 0.01,", 7, "\"n\""),
    ("alpha=1e99,i", "a float, as in 0.01,", 7, "\"1\""), ("alpha=1-1,i", "a float, as in 0.01,", 7, "\"1\""),
    ("alpha=1,i=1.5", "\",\"", 12, "\".\""),
    ("alpha,i=x", "a number from -9223372036854775808 to 9223372036854775807", 9, "\"x\""),
    (String(repeating: "a", count: 65), "a name of 1 to 64 letters, digits and _", 1, "\"a\""),
  ]) func refusesAttributes(text: String, expected: String, character: Int, got: String) throws {
    let signature = try OperatorSignature("XYfi")
    let sentence = "the attributes \"\(text)\": \(expected) expected at character \(character), got \(got)"
    #expect(throws: FacenetError(.invalidArgument, sentence)) { try OperatorAttribute.list(text, of: signature) }
  }

  @Test func refusesAnAttributeThatIsNamedTwice() throws {
    let signature = try OperatorSignature("XYff")
    #expect(throws: FacenetError(.invalidArgument, "the attributes \"a,a\": a is named twice")) {
      try OperatorAttribute.list("a,a", of: signature)
    }
  }

  /// Shapes of "XYYfi" with the attributes alpha and size.
  @Test(arguments: [
    ("", "\"=\" or \"[\"", 1, "its end"), ("=0", "\";\" and the shapes of 2 outputs", 3, "its end"),
    ("=0;", "\"=\" or \"[\"", 4, "its end"), ("=0;=0;=0", "its end after the shapes of 2 outputs", 6, "\";\""),
    ("=1;=0", "the number of one of 1 inputs", 2, "\"1\""), ("=;=0", "the number of an input from 0 to 31", 2, "\";\""),
    ("0.0;=0", "\"=\" or \"[\"", 1, "\"0\""), ("[0.0", "\",\" or \"]\"", 5, "its end"),
    ("[0.0 1];=0", "\",\" or \"]\"", 6, "\"1\""), ("[1.0];=0", "the number of one of 1 inputs", 2, "\"1\""),
    ("[0.8];=0", "a dimension from 0 to 7", 4, "\"8\""), ("[0.];=0", "a dimension from 0 to 7", 4, "\"]\""),
    ("[,1];=0", "a number, a dimension as in 0.1 or an attribute that is a whole number", 2, "\",\""),
    ("[alpha];=0", "a number, a dimension as in 0.1 or an attribute that is a whole number", 2, "\"a\""),
    ("[size1];=0", "a number, a dimension as in 0.1 or an attribute that is a whole number", 2, "\"s\""),
    ("[-1];=0", "a number, a dimension as in 0.1 or an attribute that is a whole number", 2, "\"-\""),
    ("[2*];=0", "a number, a dimension as in 0.1 or an attribute that is a whole number", 4, "\"]\""),
    ("[4294967296];=0", "a number from 0 to 2147483648", 2, "\"4\""),
    ("[1,1,1,1,1,1,1,1,1];=0", "at most 8 sizes, so \"]\"", 18, "\"1\""),
  ]) func refusesShapes(text: String, expected: String, character: Int, got: String) throws {
    let signature = try OperatorSignature("XYYfi")
    let attributes = try OperatorAttribute.list("alpha,size", of: signature)
    let sentence = "the shape rule \"\(text)\": \(expected) expected at character \(character), got \(got)"
    #expect(throws: FacenetError(.invalidArgument, sentence)) { try ShapeRule(text, of: signature, attributes) }
  }
}
