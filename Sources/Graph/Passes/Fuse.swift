/// Joins what follows a convolution into its store.
func fuse(_ graph: inout Graph, operands: [Graph.Value: Operand]) {}
