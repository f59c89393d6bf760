import Foundation

/// A video that is no file: it comes once, from its beginning, and is as long as it is.
package struct StreamInput {
    /// Whether it comes over the network.
    let isRemote: Bool

    /// Recognises a stream by what was typed: `-`, a pipe, `http`, `https`, `rtsp`, `rtmp`, `srt`, `udp`, `rtp` or `tcp` and `://`; nil for
    /// everything else.
    package init?(_ path: String) {
        if let scheme = path.firstRange(of: "://").map({ path[..<$0.lowerBound] }) {
            guard Self.schemes.contains(String(scheme)) else { return nil }
            isRemote = true
            return
        }
        guard path == "-" else { return nil }
        isRemote = false
    }

    private static let schemes = ["http", "https", "rtsp", "rtmp", "srt", "udp", "rtp", "tcp"]

    /// The protocols that its playlists may name: never a file.
    var protocols: String { isRemote ? "http,https,tls,tcp,udp,rtp,rtsp,rtmp,srt,crypto,httpproxy" : "none" }
}

/// Whether a video comes once and is as long as it is: what is typed for streams, and pipes.
package func isStreamed(_ path: String) -> Bool {
    var status = stat()
    return unsafe StreamInput(path) != nil || stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
}
