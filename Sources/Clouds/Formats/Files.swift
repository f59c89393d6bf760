import Foundation
import Media

/// Reads a whole file.
///
/// - Parameters:
///   - path: The file.
///   - most: The most bytes that it may have.
/// - Returns: its bytes.
/// - Throws: a sentence, if it is not there, is no file, or is larger.
func contents(of path: String, atMost most: Int) throws(CloudError) -> [UInt8] {
    do {
        guard try kind(of: path) == .file else { throw CloudError("\(path): is a folder, expected a file") }
        let size = try fileSize(of: path)
        guard size <= most else {
            throw CloudError("\(path): has \(size) bytes, expected at most \(most)")
        }
        return try readBytes(of: path, atMost: size)
    } catch let error as CloudError {
        throw error
    } catch {
        throw CloudError("\(error)")
    }
}

/// Reads a text of lines.
///
/// - Throws: a sentence, if it is not there, is larger than 16 MiB or no text.
func lines(of path: String) throws(CloudError) -> [Substring] {
    let bytes = try contents(of: path, atMost: 16 << 20)
    guard let text = String(validating: bytes, as: UTF8.self) else {
        throw CloudError("\(path): is no text, expected lines of numbers")
    }
    return text.split(omittingEmptySubsequences: false) { $0.isNewline }
}

/// The names of a folder's files with an ending, in natural order, without the ending.
///
/// - Throws: a sentence, if there is no such folder or it cannot be listed.
func stems(in folder: String, ending: String) throws(CloudError) -> [String] {
    do {
        return try files(in: folder, endings: [ending]).map {
            (($0 as NSString).lastPathComponent as NSString).deletingPathExtension
        }
    } catch {
        throw CloudError("\(error)")
    }
}

/// The names of the folders in a folder, in natural order; none if it cannot be listed.
func folders(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { !$0.hasPrefix(".") && isFolder(folder + "/" + $0) }.sorted(by: naturallyPrecedes)
}

/// Whether there is a folder at a path.
func isFolder(_ path: String) -> Bool { (try? kind(of: path)) == .folder }

/// Whether there is a file at a path.
func isFile(_ path: String) -> Bool { (try? kind(of: path)) == .file }

/// Writes a file, whole or not at all.
///
/// - Throws: a sentence, if it cannot be written.
func write(_ bytes: [UInt8], to path: String) throws(CloudError) {
    do {
        try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
        throw CloudError("\(path): cannot be written: \(error.localizedDescription)")
    }
}

extension [UInt8] {
    /// The little-endian number at a place; all of its bytes are there.
    func littleEndian<Number: FixedWidthInteger>(at index: Int, as type: Number.Type = Number.self) -> Number {
        let width = MemoryLayout<Number>.size
        precondition(index >= 0 && index + width <= count, "\(width) bytes at \(index) of \(count)")
        return unsafe withUnsafeBytes {
            unsafe Number(littleEndian: $0.loadUnaligned(fromByteOffset: index, as: Number.self))
        }
    }

    /// Appends the bytes of a number, the lowest first.
    mutating func append(littleEndian number: some FixedWidthInteger) {
        for byte in 0..<number.bitWidth / 8 { append(UInt8(truncatingIfNeeded: number >> (8 * byte))) }
    }
}
