package import Foundation

/// A safetensors file put together from bytes, right or wrong in whatever way a test wants.
package struct SafetensorsFile {
    /// One tensor.
    package struct Entry {
        /// The name of its type: `F32`, `F16`, `BF16`, or one that cannot be read.
        package var type: String
        /// Its extents.
        package var shape: [Int]
        /// Its values, little-endian.
        package var bytes: Data

        /// Makes a tensor of bytes.
        package init(_ type: String, _ shape: [Int], _ bytes: Data) {
            (self.type, self.shape, self.bytes) = (type, shape, bytes)
        }
    }

    /// The tensors by name.
    package var entries: [String: Entry]

    /// Makes a file of tensors.
    package init(_ entries: [String: Entry] = [:]) {
        self.entries = entries
    }

    /// Takes a whole, right file apart.
    package init(reading data: Data) throws {
        let data = Data(data)
        let length = Int(data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        let header = try JSONSerialization.jsonObject(with: data[8..<8 + length]) as? [String: Any] ?? [:]
        entries = header.compactMapValues { value in
            guard let fields = value as? [String: Any], let type = fields["dtype"] as? String,
                let shape = fields["shape"] as? [Int], let offsets = fields["data_offsets"] as? [Int]
            else { return nil }
            return Entry(type, shape, Data(data[8 + length + offsets[0]..<8 + length + offsets[1]]))
        }
    }

    /// The file's bytes.
    package var data: Data {
        get throws {
            var header: [String: [String: Any]] = [:]
            var values = Data()
            for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
                let offsets = [values.count, values.count + entry.bytes.count]
                header[name] = ["dtype": entry.type, "shape": entry.shape, "data_offsets": offsets]
                values += entry.bytes
            }
            return Self.data(header: try JSONSerialization.data(withJSONObject: header, options: .sortedKeys), values)
        }
    }

    /// Any header and any values, under the header's right length.
    package static func data(header: Data, _ values: Data = Data()) -> Data {
        littleEndian([UInt64(header.count)]) + header + values
    }
}

/// The bytes of whole numbers, lowest first.
package func littleEndian<Number: FixedWidthInteger>(_ numbers: [Number]) -> Data {
    Data(
        numbers.flatMap { number in
            (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
        })
}

/// The bytes of single-precision numbers.
package func littleEndian(_ numbers: [Float]) -> Data { littleEndian(numbers.map(\.bitPattern)) }

/// Calls `body` with a new folder, which is gone afterwards.
package func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "ditta-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
}
