// What is public in these modules is what `import Facenet` gives: the compiler finds it, and its members, as Facenet's own.
@_exported import Core
@_exported import Faces
@_exported import Gallery
@_exported import Graph
@_exported import Imaging
@_exported import ONNX
@_exported import Plugins
@_exported import Search
