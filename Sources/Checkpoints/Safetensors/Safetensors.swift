import Foundation
import Tensors

/// A safetensors file: named arrays in F32, F16 or BF16, read as float32.
///
/// The header is 8 bytes of little-endian length and that much JSON; values follow. Nothing in the file is trusted.
/// Source: github.com/huggingface/safetensors, "Format".
struct Safetensors: TensorFile {
    /// Where a tensor lies, and how it is written.
    private struct Entry {
        let description: StoredTensor
        let bytes: Range<Int>
    }

    let path: String
    let container = "safetensors"
    let metadata: [String: String]
    private let data: Data
    private let entries: [String: Entry]

    /// Reads the header of a mapped file.
    init(_ data: Data, path: String) throws(CheckpointError) {
        (self.path, self.data) = (path, data)
        guard data.count >= 8 else {
            throw CheckpointError("\(path): a safetensors file has at least 8 bytes, found \(data.count)")
        }
        let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(data.count - 8) else {
            throw CheckpointError(
                "\(path): is truncated or no safetensors file: its header says \(length) bytes, found \(data.count - 8)"
            )
        }
        guard length <= UInt64(largestDescription) else {
            throw CheckpointError("\(path): its header has \(length) bytes, expected at most \(largestDescription)")
        }
        let start = 8 + Int(length)
        guard let header = try? JSONSerialization.jsonObject(with: data[8..<start]) as? [String: Any] else {
            throw CheckpointError("\(path): the header is no JSON object; expected a safetensors file")
        }
        // The format has strings only; whatever else is there is nobody's.
        metadata = (header["__metadata__"] as? [String: Any] ?? [:]).compactMapValues { $0 as? String }
        var entries: [String: Entry] = [:]
        for (name, value) in header where name != "__metadata__" {
            entries[name] = try Self.entry(value, name, in: path, start: start, end: data.count)
        }
        self.entries = entries
    }

    private static func entry(
        _ value: Any, _ name: String, in path: String, start: Int, end: Int
    ) throws(CheckpointError) -> Entry {
        guard let fields = value as? [String: Any], let type = fields["dtype"] as? String,
            let shape = fields["shape"] as? [Int], let offsets = fields["data_offsets"] as? [Int],
            offsets.count == 2, shape.allSatisfy({ $0 >= 0 })
        else {
            throw CheckpointError("\(path): tensor '\(name)' has no proper dtype, shape and data_offsets")
        }
        guard offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= end - start else {
            throw CheckpointError(
                "\(path): is truncated: tensor '\(name)' lies at bytes \(offsets[0])..<\(offsets[1]), "
                    + "found \(end - start) bytes of values")
        }
        if let format = NumberFormat(rawValue: type), format.isReadable {
            guard format.bytes(of: shape) == offsets[1] - offsets[0] else {
                throw CheckpointError(
                    "\(path): tensor '\(name)' of \(type) \(shape) does not fit its \(offsets[1] - offsets[0]) bytes")
            }
        }
        return Entry(
            description: StoredTensor(type: type, shape: shape), bytes: start + offsets[0]..<start + offsets[1])
    }

    var size: Int { data.count }
    var names: Set<String> { Set(entries.keys) }
    var classNames: [String] { [] }

    func description(of name: String) -> StoredTensor? { entries[name]?.description }

    func tensor(_ name: String) throws(CheckpointError) -> Tensor? {
        guard let entry = entries[name] else { return nil }
        let (type, shape) = (entry.description.type, entry.description.shape)
        guard let tensor = NumberFormat(rawValue: type)?.tensor(data[entry.bytes], shape) else {
            throw unreadable(name, type)
        }
        return tensor
    }
}
