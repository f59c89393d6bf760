import CFFmpeg

/// The version of FFmpeg's libraries that read and write.
package var ffmpegVersion: String {
    guard let text = unsafe av_version_info() else { return "unknown" }
    return unsafe String(cString: text)
}
