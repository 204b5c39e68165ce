import Core
import Graph
import ONNX

extension ForeignFunction {
  /// How models' nodes become operators of this function.
  package var definition: OperatorDefinition {
    OperatorDefinition(since: description.version) { node throws(FacenetError) in try ForeignOperator(self, node) }
  }
}
