/// A PLY file's vertices: points, and the numbers of their labels as stored, if it has such.
package struct PLYPoints: Sendable {
    /// The points, without labels.
    package let cloud: PointCloud
    /// The numbers of labels as stored, `[P]`; those that are no whole number from 0 to 65535 are 65535.
    package let stored: [UInt16]?
}

/// Reads a PLY file: text, or binary of either order of bytes.
///
/// Of the vertices `x`, `y`, `z` are read, and where they are there `red`, `green`, `blue` (0...255, or 0...1 as numbers with a
/// point), `intensity`, `label` and `nx`, `ny`, `nz`, in any order; CloudCompare's `scalar_` before a name and `r`, `g`, `b` are
/// known. Other properties, lists and elements are passed over.
///
/// - Throws: a sentence that names the element, if the file is none, promises more than it has, or breaks off.
package func readPLY(at path: String) throws(CloudError) -> PLYPoints {
    let bytes = try contents(of: path, atMost: 1 << 30)
    let header = try PLYHeader(bytes, path: path)
    switch header.encoding {
    case .ascii: return try points(PLYTextNumbers(bytes, from: header.end), header, bytes.count, path)
    case .littleEndian, .bigEndian:
        let numbers = PLYBinaryNumbers(bytes, from: header.end, isBigEndian: header.encoding == .bigEndian)
        return try points(numbers, header, bytes.count, path)
    }
}

private func points(
    _ numbers: some PLYNumbers, _ header: PLYHeader, _ size: Int, _ path: String
) throws(CloudError) -> PLYPoints {
    var numbers = numbers
    for element in header.elements {
        // A header of a few bytes may promise anything.
        let (least, isTooLarge) = element.count.multipliedReportingOverflow(by: element.leastBytes(header.encoding))
        // The last number of a text may end with the file.
        guard !isTooLarge, least <= size - header.end + 1 else {
            throw CloudError(
                "\(path): promises \(element.count) of the element '\(element.name)', expected as many as the \(size - header.end) "
                    + "bytes behind the header can hold")
        }
        let isWanted = element.name == "vertex"
        guard !isWanted || element.count <= PointCloud.most else {
            throw CloudError("\(path): has \(element.count) vertices, expected at most \(PointCloud.most)")
        }
        var vertices = isWanted ? try PLYVertices(element, path: path) : nil
        guard !element.properties.isEmpty else { continue }
        for item in 0..<element.count {
            for (column, property) in element.properties.enumerated() {
                guard let number = numbers.next(property.length ?? property.kind),
                    property.length == nil || skip(number, of: property.kind, &numbers)
                else {
                    throw CloudError(
                        "\(path): breaks off, or has no number, at '\(property.name)' of \(element.name) \(item), expected "
                            + "\(element.count) of them")
                }
                if property.length == nil { vertices?.append(number, column) }
            }
        }
        if let vertices { return vertices.points }
    }
    throw CloudError("\(path): has no element 'vertex', expected one with x, y and z")
}

/// Passes over a list's numbers; whether all were there.
private func skip(_ length: Double, of kind: PLYHeader.Kind, _ numbers: inout some PLYNumbers) -> Bool {
    guard length >= 0 else { return false }
    // The file ends before a length that it lies about.
    for _ in 0..<Int(min(length, 1e9)) where numbers.next(kind) == nil { return false }
    return true
}
