import CFacenet
import Core
import Imaging

/// A plugin's decoder as one of this library.
final class DecoderAdapter: PictureDecoder {
  /// Bytes by which a format is told.
  private static let beginning = 4096

  private let component: PluginComponent
  private let methods: Methods<facenet_decoder_methods>

  init(_ component: PluginComponent, _ methods: facenet_decoder_methods) {
    (self.component, self.methods) = (component, Methods(methods))
  }

  func recognises(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) -> Bool {
    var answer: Int32 = -1
    try component.call {
      answer = methods.table.recognises(component.pointer, bytes.baseAddress, min(bytes.count, Self.beginning))
      return 0
    }
    guard answer == 0 || answer == 1 else {
      throw component.broken("says \(answer) where it should say whether it knows a format, 0 or 1")
    }
    return answer == 1
  }

  func decode(_ bytes: UnsafeRawBufferPointer, _ options: DecodeOptions) throws(FacenetError) -> Pixels {
    let target = PictureTarget(options.limits)
    var given = facenet_picture_target()
    given.struct_size = UInt32(MemoryLayout<facenet_picture_target>.size)
    given.maximum_side = UInt32(clamping: target.limits.maximumPixels)
    given.maximum_pixels = UInt64(clamping: target.limits.maximumPixels)
    given.context = Unmanaged.passUnretained(target).toOpaque()
    given.allocate = { context, width, height in
      context.flatMap { lent($0).allocate(width: Int(width), height: Int(height)) }
    }
    given.exif = { context, bytes, count in
      guard let context, bytes != nil || count == 0, count >= 0 else { return }
      lent(context).readEXIF(UnsafeRawBufferPointer(start: bytes, count: count))
    }
    let outcome = Result { () throws(FacenetError) in
      try component.call { methods.table.decode(component.pointer, bytes.baseAddress, bytes.count, &given) }
    }
    // Where room was refused, that is why the decoder failed.
    if let refusal = target.refusal { throw refusal.located(in: component.label) }
    try outcome.get()
    guard let picture = try target.picture(options) else { throw component.broken("gave no picture") }
    return picture
  }
}

/// The target whose address a decoder was given.
private func lent(_ context: UnsafeMutableRawPointer) -> PictureTarget {
  Unmanaged<PictureTarget>.fromOpaque(context).takeUnretainedValue()
}
