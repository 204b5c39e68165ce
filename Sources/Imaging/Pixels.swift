import Core

/// RGB pixels under construction: what decoders, filters and canvases write into before it becomes a ``Bitmap``.
package struct Pixels {
  let storage: AlignedBuffer
  let width: Int
  let height: Int
  var originalWidth: Int
  var originalHeight: Int
  /// Pixels of the whole picture that one pixel spans along each axis.
  var reduction = 1
  /// Where the top left corner lies in the whole picture, in its pixels: not at 0 where a side that `reduction` does not
  /// divide was mirrored.
  var originX = 0
  var originY = 0

  /// Black pixels. `spare` bytes more are kept at the end for a decoder that needs wider pixels on the way.
  /// - Throws: `tooLarge` when there is no memory.
  init(width: Int, height: Int, spare: Int = 0) throws(FacenetError) {
    let count = try checkedProduct([width, height, 3], what: "a picture")
    storage = try AlignedBuffer(count: count + spare)
    self.width = width
    self.height = height
    originalWidth = width
    originalHeight = height
  }

  func row(_ y: Int) -> UnsafeMutablePointer<UInt8> { storage.pointer() + 3 * width * y }

  var view: ImageView {
    ImageView(trusted: storage.pointer(), width: width, height: height, stride: 3 * width, format: .rgb8)
  }
}
