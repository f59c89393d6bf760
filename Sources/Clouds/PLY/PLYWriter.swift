/// Writes points to a PLY file, binary and little-endian, with all that is known of them, whole or not at all.
///
/// - Parameters:
///   - cloud: The points; unusable ones have coordinates NaN.
///   - table: What is written for labels, which are left out without it.
///   - path: The file.
/// - Throws: a sentence, if it cannot be written.
package func writePLY(_ cloud: PointCloud, labels table: LabelTable?, to path: String) throws(CloudError) {
    let labels = table.flatMap { table in cloud.labels.map(table.stored(for:)) }
    var header = ["ply", "format binary_little_endian 1.0", "element vertex \(cloud.count)"]
    header += ["x", "y", "z"].map { "property float \($0)" }
    if cloud.intensity != nil { header.append("property float intensity") }
    if cloud.normals != nil { header += ["nx", "ny", "nz"].map { "property float \($0)" } }
    if cloud.colors != nil { header += ["red", "green", "blue"].map { "property uchar \($0)" } }
    if labels != nil { header.append("property ushort label") }
    header.append("end_header\n")

    var bytes = Array(header.joined(separator: "\n").utf8)
    for point in 0..<cloud.count {
        let triple = 3 * point..<3 * point + 3
        for number in cloud.positions[triple] { bytes.append(littleEndian: number.bitPattern) }
        if let intensity = cloud.intensity { bytes.append(littleEndian: intensity[point].bitPattern) }
        for number in cloud.normals?[triple] ?? [] { bytes.append(littleEndian: number.bitPattern) }
        if let colors = cloud.colors { bytes += colors[triple] }
        if let labels { bytes.append(littleEndian: labels[point]) }
    }
    try write(bytes, to: path)
}
