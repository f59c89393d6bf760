import CFFmpeg
import Raster

/// Turns decoded frames of any pixel format into RGB.
///
/// The colour matrix and range are those the frame names. When it names no matrix, BT.709 holds from a height of
/// 720 on and BT.601 below, as broadcasters and players assume; when it names no range, grey is full and all else
/// limited. RGB stays as it is. Alpha is ignored.
final class PixelConverter {
    /// What a scaler was made for.
    private struct Conversion: Equatable {
        var width, height, format: Int32
        var matrix: Int32
        var isFullRange: Bool
        var targetWidth, targetHeight: Int32
    }

    private var current: (conversion: Conversion, scaler: Scaler)?

    /// The frame as a picture of the given size, or of its own.
    func image(
        of frame: UnsafePointer<AVFrame>, width: Int? = nil, height: Int? = nil, path: String
    ) throws(MediaError) -> Image {
        let frameWidth = unsafe Int(frame.pointee.width)
        let frameHeight = unsafe Int(frame.pointee.height)
        let (width, height) = (width ?? frameWidth, height ?? frameHeight)
        guard frameWidth > 0, frameHeight > 0, Int64(frameWidth * frameHeight) <= Decoder.maximumPixels else {
            throw MediaError(
                "\(path) has a frame of \(frameWidth)×\(frameHeight) pixels, "
                    + "expected 1 to \(Decoder.maximumPixels)")
        }
        let conversion = try unsafe Self.conversion(of: frame, to: (Int32(width), Int32(height)), path)
        let scaler: Scaler
        if let current, current.conversion == conversion {
            scaler = current.scaler
        } else {
            scaler = try Self.scaler(for: conversion, path)
            current = (conversion, scaler)
        }
        let count = width * height * 3
        var rows: Int32 = 0
        // Vector code may write a little past the end of the last row.
        let pixels = unsafe [UInt8](unsafeUninitializedCapacity: count + 64) { buffer, initialized in
            if let base = buffer.baseAddress {
                unsafe base.initialize(repeating: 0, count: count)
                rows = unsafe ditta_frame_to_rgb(scaler.pointer, frame, base, Int32(width * 3))
            }
            initialized = count
        }
        try check(rows, "cannot convert the colours of \(path)")
        return Image(width: width, height: height, pixels: pixels)
    }

    private static func conversion(
        of frame: UnsafePointer<AVFrame>, to target: (width: Int32, height: Int32), _ path: String
    ) throws(MediaError) -> Conversion {
        let format = unsafe AVPixelFormat(rawValue: frame.pointee.format)
        guard let descriptor = unsafe av_pix_fmt_desc_get(format), sws_isSupportedInput(format) > 0 else {
            throw MediaError("\(path) has pixels of a format that cannot be turned into RGB")
        }
        let components = unsafe descriptor.pointee.nb_components
        let range = unsafe frame.pointee.color_range
        let isOldFullRange = [AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUVJ440P]
            .contains(format)
        return unsafe Conversion(
            width: frame.pointee.width, height: frame.pointee.height, format: frame.pointee.format,
            matrix: matrix(frame.pointee.colorspace, height: frame.pointee.height),
            isFullRange: range == AVCOL_RANGE_JPEG || isOldFullRange
                || (range == AVCOL_RANGE_UNSPECIFIED && components < 3),
            targetWidth: target.width, targetHeight: target.height)
    }

    private static func matrix(_ space: AVColorSpace, height: Int32) -> Int32 {
        switch space {
        case AVCOL_SPC_BT709: SWS_CS_ITU709
        case AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M: SWS_CS_ITU601
        case AVCOL_SPC_FCC: SWS_CS_FCC
        case AVCOL_SPC_SMPTE240M: SWS_CS_SMPTE240M
        case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: SWS_CS_BT2020
        default: height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601
        }
    }

    private static func scaler(for conversion: Conversion, _ path: String) throws(MediaError) -> Scaler {
        let format = AVPixelFormat(rawValue: conversion.format)
        let scaler = try Scaler(
            from: (conversion.width, conversion.height, format),
            to: (conversion.targetWidth, conversion.targetHeight, AV_PIX_FMT_RGB24), path: path)
        let descriptor = unsafe av_pix_fmt_desc_get(format)
        let isRGB = unsafe (descriptor?.pointee.flags ?? 0) & UInt64(AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL) != 0
        if !isRGB {
            scaler.setMatrix(conversion.matrix, sourceIsFullRange: conversion.isFullRange, targetIsFullRange: true)
        }
        return scaler
    }
}
