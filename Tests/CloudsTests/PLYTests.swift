import Clouds
import Foundation
import Raster
import Testing

/// PLY files of all encodings, whole and damaged.
struct PLYTests {
    private let sample = PointCloud(
        positions: [1, 2, 3, -4.5, 0.25, 1e-3, 7, 8, .nan], intensity: [0, 0.5, 1],
        colors: [1, 2, 3, 4, 5, 6, 7, 8, 9], normals: [0, 0, 1, 1, 0, 0, 0, -1, 0], labels: [1, 0, noLabel])
    private let table = LabelTable([("road", [3]), ("car", [7])], none: [0])

    private func read(_ contents: Data) throws -> PLYPoints {
        try withFolder { folder in
            try place(contents, at: folder + "/a.ply")
            return try readPLY(at: folder + "/a.ply")
        }
    }

    private func read(_ text: String) throws -> PLYPoints { try read(Data(text.utf8)) }

    @Test("what is written is read again")
    func roundTrip() throws {
        try withFolder { folder in
            let path = folder + "/a.ply"
            try writePLY(sample, labels: table, to: path)
            let points = try readPLY(at: path)
            #expect(points.stored == [7, 3, 0] && points.cloud.unusable == 1 && points.cloud.count == 3)
            #expect(
                points.cloud.positions[..<6] == sample.positions[..<6]
                    && points.cloud.positions[6...].allSatisfy(\.isNaN))
            #expect(points.cloud.colors == sample.colors && points.cloud.normals == sample.normals)
            #expect(points.cloud.intensity == sample.intensity && points.cloud.labels == nil)
            try writePLY(PointCloud(positions: []), labels: nil, to: path)
            #expect(try readPLY(at: path).cloud.count == 0)
        }
    }

    @Test("properties in any order, lists, elements before the vertices, comments, CloudCompare's names")
    func text() throws {
        let points = try read(
            """
            ply
            format ascii 1.0
            comment made by hand
            element camera 2
            property list uchar int corners
            property float w
            element vertex 2
            property uchar blue
            property double z
            property list uchar float weights
            property float scalar_Label
            property int x
            property float y
            property float red
            property ushort green
            element face 1
            property list uchar int vertex_indices
            end_header
            2 1 2 0.5
            0 1.5
            255 -1.25 3 1 2 3 4 1000000 2e0
            0.5 65535
            7 0.1 0 2.5 -6 123456.789e-3 0 0
            3 0 1 1

            """)
        #expect(points.cloud.positions[3...] == [-6, 123.456789, 0.1] && points.cloud.unusable == 1)
        #expect(points.cloud.colors == [128, 255, 255, 0, 0, 7] && points.stored == [4, .max])
        #expect(points.cloud.normals == nil && points.cloud.intensity == nil)
    }

    @Test("both orders of bytes, all kinds of numbers", arguments: [false, true])
    func binary(isBigEndian: Bool) throws {
        var data = Data(
            """
            ply\r
            format \(isBigEndian ? "binary_big_endian" : "binary_little_endian") 1.0\r
            element vertex 1\r
            property char a\r
            property double x\r
            property short y\r
            property list ushort uint skipped\r
            property int z\r
            property uint label\r
            end_header\r\n
            """.utf8)
        data.append(0xFF)
        func append(_ number: some FixedWidthInteger) {
            for byte in 0..<number.bitWidth / 8 {
                data.append(
                    UInt8(truncatingIfNeeded: number >> (8 * (isBigEndian ? number.bitWidth / 8 - 1 - byte : byte))))
            }
        }
        append((-2.5).bitPattern)
        append(Int16(-300))
        append(UInt16(2))
        append(UInt32(9))
        append(UInt32(9))
        append(Int32(-70000))
        append(UInt32(513))
        let points = try read(data)
        #expect(points.cloud.positions == [-2.5, -300, -70000] && points.stored == [513])
        expectRefusal("breaks off", "'label' of vertex 0") { _ = try read(data.dropLast()) }
    }

    @Test("decimal numbers are those of the library, to the last bit")
    func decimals() throws {
        let words = [
            "0", "-0.0", "1", "0.1", "3.14159265358979", "-9007199254740991", "0.000000000000000123", "12345.678901",
            "1e-7", "+5", "00012.500", ".5", "7.", "123456789012345678", "1234567890123456789012",
            "0.30000001192092896",
        ]
        let header =
            "ply\nformat ascii 1.0\nelement vertex \(words.count)\nproperty double x\nproperty float y\n"
            + "property float z\nend_header\n"
        let points = try read(header + words.map { "\($0) 0 0\n" }.joined())
        for (place, word) in words.enumerated() {
            let value = Float(try #require(Double(word)))
            let found = points.cloud.positions[3 * place]
            #expect(abs(value) <= PointCloud.farthest ? found == value : found.isNaN, "\(word)")
        }
    }

    @Test("headers that are none, or promise what is not there")
    func damages() throws {
        let vertex = "element vertex 1\nproperty float x\nproperty float y\nproperty float z\n"
        func refuse(_ text: String, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation) {
            for part in parts { expectRefusal("a.ply", part, sourceLocation: sourceLocation) { _ = try read(text) } }
        }
        refuse("", "no PLY file")
        refuse("ply", "no PLY file")
        refuse("obj\n", "no PLY file")
        refuse("ply\nformat ascii 1.0\n" + vertex, "no end of its header")
        refuse("ply\n" + String(repeating: "comment\n", count: 10000), "no end of its header")
        refuse("ply\n\(vertex)end_header\n1 2 3", "no line 'format'")
        refuse("ply\nformat binary_middle_endian 1.0\n", "line 2 of the header is not understood")
        refuse("ply\nformat ascii 1.0\nproperty float x\n", "line 3")
        refuse("ply\nformat ascii 1.0\nelement vertex -1\n", "line 3")
        refuse("ply\nformat ascii 1.0\nelement vertex 1\nproperty half x\n", "'property half x'")
        refuse("ply\nformat ascii 1.0\nelement vertex 1\nproperty list float int x\n", "line 4")
        refuse("ply\nformat ascii 1.0\nend_header\n", "no element 'vertex'")
        refuse("ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nend_header\n1", "no property 'y'")
        refuse(
            "ply\nformat ascii 1.0\n\(vertex)property float x\nend_header\n1 2 3 4\n", "two properties for 'x'")
        for count in ["999999999", "9223372036854775807"] {
            let huge = vertex.replacing("vertex 1", with: "vertex " + count)
            refuse("ply\nformat ascii 1.0\n\(huge)end_header\n1 2 3\n", "promises \(count) of the element 'vertex'")
            refuse("ply\nformat binary_little_endian 1.0\n\(huge)end_header\nabc", "promises \(count)")
        }
        refuse("ply\nformat ascii 1.0\nelement vertex 99999999\nend_header\n", "vertices, expected at most")
        refuse("ply\nformat ascii 1.0\n\(vertex)end_header\n1 2 \n", "breaks off", "'z' of vertex 0")
        refuse("ply\nformat ascii 1.0\n\(vertex)end_header\n1 two 3\n", "has no number, at 'y'")
        let lists = "element face 1\nproperty list int int a\n"
        refuse("ply\nformat ascii 1.0\n\(lists)\(vertex)end_header\n-1 2 3 4\n", "'a' of face 0")
        refuse("ply\nformat ascii 1.0\n\(lists)\(vertex)end_header\n2000000000 2 3 4\n", "'a' of face 0")
        #expect(throws: CloudError.self) { try readPLY(at: "/nowhere.ply") }
    }
}
