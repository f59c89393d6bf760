/// What the vertices of a PLY file are gathered in.
struct PLYVertices {
    /// The names that are read, and what else they are called.
    private static let names: [String: String] = [
        "x": "x", "y": "y", "z": "z", "red": "red", "green": "green", "blue": "blue", "r": "red", "g": "green",
        "b": "blue", "intensity": "intensity", "label": "label", "nx": "nx", "ny": "ny", "nz": "nz",
    ]

    /// The name of each column, nil for those passed over.
    private let columns: [String?]
    /// What a column's numbers are multiplied by: colours of any kind become 0...255.
    private let scales: [Double]
    private var values: [[Float]]

    /// Begins with no vertex.
    ///
    /// - Throws: a sentence, if there is no x, y or z, or something twice.
    init(_ element: PLYHeader.Element, path: String) throws(CloudError) {
        columns = element.properties.map { property in
            let name = property.name.lowercased()
            return property.length == nil
                ? Self.names[name.hasPrefix("scalar_") ? String(name.dropFirst(7)) : name] : nil
        }
        scales = zip(columns, element.properties).map { name, property in
            guard ["red", "green", "blue"].contains(name) else { return 1 }
            return switch property.kind {
            case .uint16: 255.0 / 65535
            case .float32, .float64: 255
            default: 1
            }
        }
        values = columns.map { _ in [] }
        let known = columns.compactMap(\.self)
        for name in ["x", "y", "z"] where !known.contains(name) {
            throw CloudError("\(path): vertices have no property '\(name)', expected x, y and z")
        }
        if let name = known.first(where: { name in known.count { $0 == name } > 1 }) {
            throw CloudError("\(path): vertices have two properties for '\(name)', expected one")
        }
    }

    /// Takes the number of a column; those of a vertex come in the order of the columns.
    mutating func append(_ number: Double, _ column: Int) {
        if columns[column] != nil { values[column].append(Float(number * scales[column])) }
    }

    /// The points of all vertices.
    var points: PLYPoints {
        let cloud = PointCloud(
            positions: interleaved(["x", "y", "z"]) ?? [], intensity: interleaved(["intensity"]),
            colors: interleaved(["red", "green", "blue"])?.map {
                $0.isFinite ? UInt8(max(0, min($0.rounded(), 255))) : 0
            },
            normals: interleaved(["nx", "ny", "nz"]))
        let stored = interleaved(["label"])?.map { UInt16(exactly: $0) ?? .max }
        return PLYPoints(cloud: cloud, stored: stored)
    }

    /// The columns of these names, a vertex after another; nil if one is not there.
    private func interleaved(_ names: [String]) -> [Float]? {
        let parts = names.compactMap { name in columns.firstIndex(of: name).map { values[$0] } }
        guard parts.count == names.count else { return nil }
        if parts.count == 1 { return parts[0] }
        return parts[0].indices.flatMap { vertex in parts.map { $0[vertex] } }
    }
}
