import CFFmpeg

/// What can go wrong with a picture or video file: one sentence that says what, where, expected and found.
public struct MediaError: Error, CustomStringConvertible, Equatable {
    /// The sentence.
    public let description: String

    /// Makes an error of a whole sentence.
    public init(_ description: String) {
        self.description = description
    }

    /// Makes an error of what failed and FFmpeg's (or, negated, the system's) error code.
    init(_ what: String, code: Int32) {
        var text = [CChar](repeating: 0, count: Int(AV_ERROR_MAX_STRING_SIZE))
        unsafe av_strerror(code, &text, text.count)
        let reason = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        description = "\(what): \(String(decoding: reason, as: UTF8.self))"
    }
}

/// Throws `what`, with FFmpeg's reason, when a call has returned a negative status.
@discardableResult
func check(_ status: Int32, _ what: @autoclosure () -> String) throws(MediaError) -> Int32 {
    guard status >= 0 else { throw MediaError(what(), code: status) }
    return status
}
