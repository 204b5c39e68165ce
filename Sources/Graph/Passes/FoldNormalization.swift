func foldNormalization(_ graph: inout Graph) {}
