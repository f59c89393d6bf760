import Foundation

/// Writes a safetensors file of half-precision zeros that takes no room on the disk, however large it is.
package func writeSparse(_ shapes: [String: [Int]], to path: String) throws {
    var header: [String: [String: Any]] = [:]
    var end = 0
    for (name, shape) in shapes {
        let size = 2 * shape.reduce(1, *)
        header[name] = ["dtype": "F16", "shape": shape, "data_offsets": [end, end + size]]
        end += size
    }
    let start = SafetensorsFile.data(header: try JSONSerialization.data(withJSONObject: header))
    try start.write(to: URL(fileURLWithPath: path))
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.truncate(atOffset: UInt64(start.count + end))
    try file.close()
}
