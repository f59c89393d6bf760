/// Reads a scan as KITTI has them: x, y, z in metres and the reflectance, float32, little-endian, one point after another.
///
/// - Throws: a sentence, if it is not there, breaks off in a point or has too many.
package func readVelodyne(at path: String) throws(CloudError) -> PointCloud {
    let bytes = try contents(of: path, atMost: PointCloud.most * 16)
    guard bytes.count % 16 == 0 else {
        throw CloudError(
            "\(path): has \(bytes.count) bytes, expected 16 for each point (x, y, z, reflectance): it breaks off within point "
                + "\(bytes.count / 16)")
    }
    let count = bytes.count / 16
    func number(_ point: Int, _ place: Int) -> Float {
        Float(bitPattern: bytes.littleEndian(at: 16 * point + 4 * place))
    }
    return PointCloud(
        positions: (0..<3 * count).map { number($0 / 3, $0 % 3) }, intensity: (0..<count).map { number($0, 3) })
}

/// Reads a file of labels as SemanticKITTI has them: for each point 32 bits, of which the low 16 are the class.
///
/// - Parameters:
///   - path: The file.
///   - points: How many points the scan has.
///   - scan: The scan's file, for messages.
/// - Returns: the numbers of the classes as stored, `[P]`.
/// - Throws: a sentence, if it is not there or has labels for another number of points.
package func readPointLabels(at path: String, points: Int, of scan: String) throws(CloudError) -> [UInt16] {
    let bytes = try contents(of: path, atMost: PointCloud.most * 4)
    guard bytes.count == 4 * points else {
        let found = bytes.count % 4 == 0 ? "\(bytes.count / 4) labels" : "\(bytes.count) bytes"
        throw CloudError("\(path): has \(found), expected \(points) labels of 4 bytes, one for each point of \(scan)")
    }
    return (0..<points).map { UInt16(truncatingIfNeeded: bytes.littleEndian(at: 4 * $0, as: UInt32.self)) }
}

/// Writes a file of labels as SemanticKITTI has them, without instances.
///
/// - Parameters:
///   - labels: Class ids `[P]`, `noLabel` for none.
///   - table: What is stored for each.
///   - path: The file.
/// - Throws: a sentence, if it cannot be written.
package func writePointLabels(_ labels: [UInt16], as table: LabelTable, to path: String) throws(CloudError) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * labels.count)
    for number in table.stored(for: labels) { bytes.append(littleEndian: UInt32(number)) }
    try write(bytes, to: path)
}
