import Core
import Faces
import Imaging

/// Every failure of the library.
public typealias FacenetError = Core.FacenetError
/// What the library says of its work to whoever asks.
public typealias Log = Core.Log
/// What kind of failure a ``FacenetError`` reports.
public typealias Status = Core.Status

/// A picture in memory.
public typealias Bitmap = Imaging.Bitmap
/// What a picture may cost before it is refused.
public typealias DecodeLimits = Imaging.DecodeLimits
/// Pixels that belong to someone else, borrowed for a call.
public typealias ImageView = Imaging.ImageView
/// How the bytes of one pixel follow each other.
public typealias PixelFormat = Imaging.PixelFormat
/// A place in a picture, in pixels.
public typealias Point = Imaging.Point

/// The faces of a picture and the size of that picture.
public typealias Detection = Faces.Detection
/// Finds faces and their landmarks in pictures.
public typealias Detector = Faces.Detector
/// How faces are searched.
public typealias DetectorOptions = Faces.DetectorOptions
/// A face and its embedding.
public typealias EmbeddedFace = Faces.EmbeddedFace
/// Turns aligned faces into embeddings.
public typealias Embedder = Faces.Embedder
/// How faces are embedded.
public typealias EmbedderOptions = Faces.EmbedderOptions
/// A face found in a picture.
public typealias Face = Faces.Face
/// From a picture to embeddings.
public typealias FacePipeline = Faces.FacePipeline
/// How the distance of two embeddings is measured.
public typealias Metric = Faces.Metric
/// What a model's file says about itself.
public typealias ModelCard = Faces.ModelCard
/// Where installed models are found by name.
public typealias ModelStore = Faces.ModelStore
/// How a pixel's bytes become a network's input.
public typealias Normalization = Faces.Normalization
/// The verdict on two faces.
public typealias Verification = Faces.Verification
