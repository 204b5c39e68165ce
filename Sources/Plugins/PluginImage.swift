import CFacenet
import Core
import Imaging

extension facenet_image {
  /// Lends a picture to a plugin as RGB8; it is copied where it is of another format, or has gaps that it may not have.
  /// - Throws: `tooLarge` for sizes beyond 32 bits.
  static func with<Result>(
    _ view: ImageView, gapless: Bool = false, _ body: (facenet_image) throws(FacenetError) -> Result
  ) throws(FacenetError) -> Result {
    guard view.format == .rgb8, !gapless || view.stride == 3 * view.width else {
      return try Bitmap(copying: view).withView { copy throws(FacenetError) in try body(facenet_image(copy)) }
    }
    return try body(facenet_image(view))
  }

  private init(_ view: ImageView) throws(FacenetError) {
    guard let width = UInt32(exactly: view.width), let height = UInt32(exactly: view.height),
      let stride = UInt32(exactly: view.stride)
    else { throw FacenetError(.tooLarge, "a picture of \(view.width)x\(view.height) pixels is too large for a plugin") }
    self.init(pixels: view.pixels, width: width, height: height, stride: stride, format: view.format.rawValue)
  }
}
