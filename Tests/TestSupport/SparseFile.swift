import Foundation

/// Writes a safetensors file of half-precision zeros that takes no room on the disk, however large it is.
///
/// If it is not numeric, every tensor begins with a NaN, so that whoever reads its values finds that it cannot be loaded.
package func writeSparse(_ shapes: [String: [Int]], to path: String, isNumeric: Bool = true) throws {
    var header: [String: [String: Any]] = [:]
    var (starts, end): ([Int], Int) = ([], 0)
    for (name, shape) in shapes {
        let size = 2 * shape.reduce(1, *)
        header[name] = ["dtype": "F16", "shape": shape, "data_offsets": [end, end + size]]
        starts.append(end)
        end += size
    }
    let start = SafetensorsFile.data(header: try JSONSerialization.data(withJSONObject: header))
    try start.write(to: URL(fileURLWithPath: path))
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.truncate(atOffset: UInt64(start.count + end))
    for offset in isNumeric ? [] : starts {
        try file.seek(toOffset: UInt64(start.count + offset))
        try file.write(contentsOf: littleEndian([UInt16(0x7E00)]))
    }
    try file.close()
}
