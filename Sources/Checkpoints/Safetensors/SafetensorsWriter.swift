import Foundation
package import Tensors

/// Writes named tensors in single precision as a safetensors file, byte by byte as the reference implementation does: names
/// sorted, the header padded with spaces to a multiple of 8 bytes.
///
/// The file is written under another name beside its place and then renamed, so that nobody ever finds half of it; what was
/// there before stays until then.
///
/// - Parameters:
///   - tensors: tensors under names that are all different.
///   - metadata: what else the header says, strings only.
///   - path: where the file is to be; its folder is there already.
/// - Throws: if the file cannot be written; then nothing is left behind.
package func writeSafetensors(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to path: String
) throws(CheckpointError) {
    precondition(Set(tensors.map(\.name)).count == tensors.count, "two tensors of one name")
    // By code units, as Rust sorts strings.
    let sorted = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let temporary = path + ".\(UUID().uuidString).part"
    do {
        try write(header(sorted, metadata), sorted.map(\.tensor), to: temporary)
        guard unsafe rename(temporary, path) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    } catch {
        try? FileManager.default.removeItem(atPath: temporary)
        throw CheckpointError("\(path): cannot be written: \(error.localizedDescription)")
    }
}

private func write(_ header: Data, _ tensors: [Tensor], to path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil) else {
        throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
    }
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    defer { try? file.close() }
    try file.write(contentsOf: header)
    for tensor in tensors where tensor.count > 0 {
        // The format is little-endian, as all processors are that ditta runs on.
        let bytes = unsafe Data(
            bytesNoCopy: tensor.pointer, count: tensor.count * MemoryLayout<Float>.stride, deallocator: .none)
        try withExtendedLifetime(tensor) { try file.write(contentsOf: bytes) }
    }
    // The name must not become the new file's before its bytes are on the disk.
    try file.synchronize()
}

/// The header's length and the header.
private func header(_ tensors: [(name: String, tensor: Tensor)], _ metadata: [String: String]) throws -> Data {
    var entries: [String] = []
    if !metadata.isEmpty {
        let pairs = try metadata.sorted { $0.key < $1.key }.map { try "\(quoted($0.key)):\(quoted($0.value))" }
        entries.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for (name, tensor) in tensors {
        let end = offset + tensor.count * MemoryLayout<Float>.stride
        let shape = tensor.shape.map(String.init).joined(separator: ",")
        entries.append(
            try "\(quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
        offset = end
    }
    var text = Data("{\(entries.joined(separator: ","))}".utf8)
    text += Data(repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    let length = UInt64(text.count)
    return Data((0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }) + text
}

/// A string as JSON has it.
private func quoted(_ text: String) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return String(decoding: try encoder.encode(text), as: UTF8.self)
}
