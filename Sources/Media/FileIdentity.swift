import CFFmpeg
package import Foundation

/// Which file a path leads to, or which pictures a folder holds: another file, or one that was written to, has another.
package struct FileIdentity: Equatable, Sendable {
    /// Device, inode, size and time of the last change of each file.
    private let files: [[Int]]

    /// Looks a video up.
    ///
    /// Throws when there is nothing at the path.
    package init(ofVideo path: String) throws(MediaError) {
        files = try sourceFiles(at: path).map { path throws(MediaError) in
            var status = stat()
            guard unsafe stat(path, &status) == 0 else { throw MediaError("cannot look at \(path)", code: -errno) }
            #if os(Linux)
                let changed = status.st_mtim
            #else
                let changed = status.st_mtimespec
            #endif
            return [
                Int(truncatingIfNeeded: status.st_dev), Int(truncatingIfNeeded: status.st_ino), Int(status.st_size),
                changed.tv_sec, changed.tv_nsec,
            ]
        }
    }
}

/// SHA-256 of what it is given, part by part.
@safe
package final class ContentHash {
    private let state: OpaquePointer?

    /// Begins a hash.
    package init() {
        unsafe state = av_sha_alloc()
        unsafe av_sha_init(state, 256)
    }

    deinit { unsafe av_free(UnsafeMutableRawPointer(state)) }

    /// Adds bytes.
    package func add(_ bytes: Data) {
        unsafe bytes.withUnsafeBytes { buffer in
            unsafe av_sha_update(state, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), buffer.count)
        }
    }

    /// Adds text.
    package func add(_ text: String) { add(Data(text.utf8)) }

    /// Adds a file: its size and all of it, or its beginning, middle and end.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - sampling: The size in bytes from which on three such parts are taken in place of the whole.
    /// - Throws: a sentence, if it cannot be read.
    package func add(fileAt path: String, sampling: Int = .max) throws(MediaError) {
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            let size = Int(try file.seekToEnd())
            add("\(size)\n")
            let parts = size / 3 > sampling ? [0, size / 2, size - sampling] : [0]
            for start in parts {
                try file.seek(toOffset: UInt64(start))
                var left = parts.count > 1 ? sampling : size
                while left > 0, let bytes = try file.read(upToCount: min(left, 1 << 20)), !bytes.isEmpty {
                    add(bytes)
                    left -= bytes.count
                }
            }
        } catch {
            throw MediaError("cannot read \(path): \(error.localizedDescription)")
        }
    }

    /// The hash of all so far, in hexadecimal digits; nothing can be added afterwards.
    package func finish() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        unsafe av_sha_final(state, &digest)
        return digest.map { String(format: "%02x", $0) }.joined()
    }
}
