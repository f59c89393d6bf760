import Foundation

/// What a path leads to.
package enum PathKind {
    case file, folder
}

/// Looks a path up; throws when nothing is there, or something that is neither a file nor a folder.
package func kind(of path: String) throws(MediaError) -> PathKind {
    // By the system's own call: Foundation follows links by their text, which may not be UTF-8.
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw MediaError("there is no file or folder \(path)") }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: throw MediaError("\(path) is neither a file nor a folder")
    }
}

/// The paths of a folder's files with one of these endings, lower case, in natural order; hidden files are left out.
package func files(in folder: String, endings: [String]) throws(MediaError) -> [String] {
    guard try kind(of: folder) == .folder else { throw MediaError("\(folder) is not a folder") }
    let names: [String]
    do {
        names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
        throw MediaError("cannot list the folder \(folder): \(error.localizedDescription)")
    }
    return names.filter { name in
        !name.hasPrefix(".") && endings.contains { name.lowercased().hasSuffix("." + $0) }
    }
    .sorted(by: naturallyPrecedes)
    .map { folder.hasSuffix("/") ? folder + $0 : folder + "/" + $0 }
}

/// The first bytes of a file, so many if it has them.
package func readBytes(of path: String, atMost count: Int) throws(MediaError) -> [UInt8] {
    guard try kind(of: path) == .file else { throw MediaError("\(path) is a folder, expected a file") }
    // Swift would write down in the empty array, which all threads share, that it is filled with nothing.
    guard count > 0 else { return [] }
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw MediaError("cannot read \(path)", code: -errno) }
    defer { close(file) }
    var status = 1
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        while filled < count, status > 0, let start = buffer.baseAddress {
            status = unsafe read(file, start + filled, count - filled)
            if status < 0, errno == EINTR { status = 1 } else { filled += max(status, 0) }
        }
    }
    guard status >= 0 else { throw MediaError("cannot read \(path)", code: -errno) }
    return bytes
}

/// The size of a file, in bytes.
package func fileSize(of path: String) throws(MediaError) -> Int {
    var information = stat()
    guard unsafe stat(path, &information) == 0 else { throw MediaError("cannot read \(path)", code: -errno) }
    return Int(information.st_size)
}

/// Writes a file under a temporary name and then gives it its own, so that nothing half-written ever has it.
func writeBytes(_ bytes: UnsafeBufferPointer<UInt8>, to path: String) throws(MediaError) {
    let temporary = path + ".part"
    do {
        try unsafe Data(buffer: bytes).write(to: URL(fileURLWithPath: temporary))
    } catch {
        remove(temporary)
        throw MediaError("cannot write \(path): \(error.localizedDescription)")
    }
    try rename(temporary, to: path)
}

/// Gives a finished file its own name, in place of an older file; removes it when that fails.
func rename(_ temporary: String, to path: String) throws(MediaError) {
    guard unsafe rename(temporary, path) == 0 else {
        let code = -errno
        remove(temporary)
        throw MediaError("cannot write \(path)", code: code)
    }
}

/// Removes a file if it is there.
func remove(_ path: String) {
    try? FileManager.default.removeItem(atPath: path)
}
