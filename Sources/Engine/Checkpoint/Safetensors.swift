import Foundation

/// A safetensors file: named arrays in F32, F16 or BF16, read as float32.
///
/// The header is 8 bytes of little-endian length and that much JSON; values follow. Nothing in the file is trusted.
/// Source: github.com/huggingface/safetensors, "Format".
struct Safetensors {
    /// Where a tensor lies, and how it is written.
    private struct Entry {
        let type: String
        let shape: [Int]
        let bytes: Range<Int>
    }

    private static let widths = ["F32": 4, "F16": 2, "BF16": 2]

    private let path: String
    private let data: Data
    private let entries: [String: Entry]

    /// Maps a file and reads its header.
    init(path: String) throws(CheckpointError) {
        self.path = path
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        } catch {
            throw CheckpointError("\(path): cannot be read; expected a safetensors file")
        }
        guard data.count >= 8 else {
            throw CheckpointError("\(path): a safetensors file has at least 8 bytes, found \(data.count)")
        }
        let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(data.count - 8) else {
            throw CheckpointError(
                "\(path): is truncated or no safetensors file: its header says \(length) bytes, found \(data.count - 8)"
            )
        }
        let start = 8 + Int(length)
        guard let header = try? JSONSerialization.jsonObject(with: data[8..<start]) as? [String: Any] else {
            throw CheckpointError("\(path): the header is no JSON object; expected a safetensors file")
        }
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
        if let width = widths[type] {
            var size = width
            for extent in shape {
                let (product, overflow) = size.multipliedReportingOverflow(by: extent)
                size = overflow ? -1 : product
                if size < 0 { break }
            }
            guard size == offsets[1] - offsets[0] else {
                throw CheckpointError(
                    "\(path): tensor '\(name)' of \(type) \(shape) does not fit its \(offsets[1] - offsets[0]) bytes")
            }
        }
        return Entry(type: type, shape: shape, bytes: start + offsets[0]..<start + offsets[1])
    }

    /// The names of all tensors.
    var names: Set<String> { Set(entries.keys) }

    /// The shape of a tensor, or nil if there is none of that name.
    func shape(of name: String) -> [Int]? { entries[name]?.shape }

    /// Reads a tensor as float32, or gives nil if there is none of that name.
    func tensor(_ name: String) throws(CheckpointError) -> Tensor? {
        guard let entry = entries[name] else { return nil }
        let bytes = data[entry.bytes]
        let values: [Float]
        switch entry.type {
        case "F32": values = Self.words(bytes, UInt32.self).map { Float(bitPattern: $0) }
        case "BF16": values = Self.words(bytes, UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
        case "F16": values = Self.words(bytes, UInt16.self).map(float(half:))
        default:
            throw CheckpointError("\(path): tensor '\(name)' is of type \(entry.type), expected F32, F16 or BF16")
        }
        return Tensor(values, entry.shape)
    }

    /// Little-endian words, wherever they lie.
    private static func words<Word: FixedWidthInteger>(_ bytes: Data, _: Word.Type) -> [Word] {
        unsafe bytes.withUnsafeBytes { buffer in
            (0..<buffer.count / MemoryLayout<Word>.size).map { index in
                Word(
                    littleEndian: unsafe buffer.loadUnaligned(
                        fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self))
            }
        }
    }
}

/// A half-precision number's value; spelled out because Swift's Float16 is missing on Intel Macs.
private func float(half bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Float(bits & 0x3FF) / 1024
    switch exponent {
    case 0: return sign * fraction * 0x1p-14
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction) * sign
    }
}
