import CFFmpeg

/// FFmpeg's converter between sizes and pixel formats.
@safe
final class Scaler {
    /// The context, valid as long as the scaler lives.
    let pointer: OpaquePointer

    /// Makes a converter that rounds exactly and interpolates chroma at full resolution.
    init(
        from source: (width: Int32, height: Int32, format: AVPixelFormat),
        to target: (width: Int32, height: Int32, format: AVPixelFormat), path: String
    ) throws(MediaError) {
        let flags = SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT
        guard
            let context = unsafe sws_getContext(
                source.width, source.height, source.format, target.width, target.height, target.format, flags,
                nil, nil, nil)
        else {
            throw MediaError(
                "cannot convert the pixels of \(path) from \(source.width)×\(source.height) "
                    + "to \(target.width)×\(target.height)")
        }
        unsafe pointer = unsafe context
    }

    deinit {
        unsafe sws_freeContext(pointer)
    }

    /// Names the matrix (`SWS_CS_…`) between RGB and YUV and whether each side uses all values or 16...235.
    func setMatrix(_ matrix: Int32, sourceIsFullRange: Bool, targetIsFullRange: Bool) {
        let coefficients = unsafe sws_getCoefficients(matrix)
        unsafe sws_setColorspaceDetails(
            pointer, coefficients, sourceIsFullRange ? 1 : 0, coefficients, targetIsFullRange ? 1 : 0,
            0, 1 << 16, 1 << 16)
    }
}
