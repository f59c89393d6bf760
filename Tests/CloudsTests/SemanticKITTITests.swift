import Clouds
import Foundation
import Raster
import Testing

/// Drives in SemanticKITTI's layout, whole and damaged.
struct SemanticKITTITests {
    /// P2 and Tr of a made-up car, with a skewless matrix and camera 2 half a metre to the right of camera 0.
    private static let calibration = """
        P0: 50 0 20 0 0 50 10 0 0 0 1 0
        P2: 50 0 20 -24.98 0 50 10 0.01 0 0 1 0.001
        Tr: 0 -1 0 0.1 0 0 -1 -0.2 1 0 0 -0.3
        calib_time: 09-Jan-2012 13:57:47

        """

    /// Frames 0 and 3, of five points each.
    private func writeDrive(_ folder: String) throws -> String {
        let drive = folder + "/sequences/07"
        try place(Self.calibration, at: drive + "/calib.txt")
        for (frame, shift) in [("000000", Float(0)), ("000003", 1)] {
            let points: [Float] = [
                10 + shift, 1, -1, 0.5, 12, 0, 0, 0.25, 8, -2, 1, 0, .nan, 1, 1, .nan, -7, 0, 0, 1,
            ]
            try place(bytes(of: points), at: "\(drive)/velodyne/\(frame).bin")
            try place(
                bytes(of: [40, 10 | 7 << 16, 252, 52, 9999] as [UInt32]), at: "\(drive)/labels/\(frame).label")
            try placePicture(width: 40, height: 20, at: "\(drive)/image_2/\(frame).png")
        }
        let pose = "1 0 0 0 0 1 0 0 0 0 1 "
        try place((0..<4).map { "\(pose)\(Double($0) * 2)\n" }.joined(), at: drive + "/poses.txt")
        try place("0\n1.0e-01\n0.2\n0.3\n", at: drive + "/times.txt")
        return drive
    }

    @Test("a drive's scenes have points, classes, cameras, poses and times")
    func drive() throws {
        try withFolder { folder in
            let drive = try writeDrive(folder)
            for path in [folder, folder + "/sequences", drive] {
                let source = try openScenes(at: path)
                #expect(source.count == 2)
                let scene = try source.scene(1)
                #expect(scene.name == "07/000003" && scene.cloud.count == 5 && scene.cloud.unusable == 1)
                #expect(scene.cloud[0] == [11, 1, -1] && scene.cloud.intensity == [0.5, 0.25, 0, 0, 1])
                // road, car, moving car, other structure, a number that nobody knows.
                #expect(scene.cloud.labels == [8, 0, 0, noLabel, noLabel])
                #expect(scene.notes.count == 2 && scene.notes[0].contains("1 of 5 points are unusable"))
                #expect(scene.notes[1].contains("1 of 5 labels") && scene.notes[1].contains("9999"))
                #expect(scene.moment?.time == 0.3 && scene.moment?.drive == "07")
                #expect(scene.moment?.worldFromCloud([0, 0, 0]) == [0.1, -0.2, 5.7])
                #expect(scene.cameras.map(\.name) == ["image_2"])
                #expect((scene.cameras[0].width, scene.cameras[0].height) == (40, 20))
            }
            let ten = try SemanticKITTI(path: folder, classes: .ten)
            #expect(try ten.scene(0).cloud.labels == [2, 0, 0, noLabel, noLabel])
        }
    }

    @Test("a pixel is P2 · Tr · x, computed as it stands there")
    func projection() throws {
        try withFolder { folder in
            let scene = try openScenes(at: try writeDrive(folder)).scene(0)
            for point in [0, 1, 2] {
                let p = scene.cloud[point]
                let (x, y, z) = (-p.y + 0.1, -p.z - 0.2, p.x - 0.3)
                let (a, b, c) = (50 * x + 20 * z - 24.98, 50 * y + 10 * z + 0.01, z + 0.001)
                let found = try #require(scene.cameras[0].project(p))
                #expect(abs(found.u - a / c) < 1e-12 && abs(found.v - b / c) < 1e-12 && abs(found.depth - c) < 1e-12)
            }
        }
    }

    @Test("labels are written back with the first number of each class")
    func writingBack() throws {
        try withFolder { folder in
            let drive = try writeDrive(folder)
            let table = SemanticKITTIClasses.nineteen.table
            let path = folder + "/out.label"
            try writePointLabels(Array(0..<19) + [noLabel, 19], as: table, to: path)
            let stored = try readPointLabels(at: path, points: 21, of: "scan")
            // learning_map_inv of semantic-kitti.yaml.
            #expect(
                stored == [10, 11, 15, 18, 20, 30, 31, 32, 40, 44, 48, 49, 50, 51, 70, 71, 72, 80, 81, 0, 0])
            #expect(table.classes(of: stored).labels == Array(0..<19) + [noLabel, noLabel])
            expectRefusal("has 21 labels", "expected 5 labels", "000000.bin") {
                _ = try readPointLabels(at: path, points: 5, of: drive + "/velodyne/000000.bin")
            }
        }
    }

    @Test("the ten classes are the nineteen, merged")
    func merged() {
        let (nineteen, ten) = (SemanticKITTIClasses.nineteen.table, SemanticKITTIClasses.ten.table)
        #expect(nineteen.names.count == 19 && ten.names.count == 10)
        var groups = [Set<UInt16>](repeating: [], count: 10)
        for number in UInt16(0)..<300 {
            let (fine, coarse) = (nineteen[stored: number], ten[stored: number])
            #expect((fine == noLabel) == (coarse == noLabel))
            if coarse != noLabel { groups[Int(coarse)].insert(fine) }
        }
        #expect(
            groups == [[0], [3, 4], [8, 9, 11], [10], [12], [13], [1, 2, 5, 6, 7], [14, 15], [16], [17, 18]])
    }

    /// Changes a drive, and expects that opening or reading it is refused.
    private func refuse(
        _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation, after damage: (String) throws -> Void
    ) throws {
        try withFolder { folder in
            let drive = try writeDrive(folder)
            try damage(drive)
            do {
                let source = try openScenes(at: folder)
                for scene in 0..<source.count { _ = try source.scene(scene) }
                Issue.record("nothing was refused", sourceLocation: sourceLocation)
            } catch {
                for part in parts {
                    #expect("\(error)".contains(part), "\(error) does not say \(part)", sourceLocation: sourceLocation)
                }
            }
        }
    }

    @Test("what is wrong is told with its file and row")
    func damages() throws {
        func calibrate(_ drive: String, _ change: (String) -> String) throws {
            try place(change(Self.calibration), at: drive + "/calib.txt")
        }
        try refuse("calib.txt", "has no row 'Tr'") { try calibrate($0) { $0.replacing("Tr:", with: "T:") } }
        try refuse("calib.txt", "has no row 'P2'") { try calibrate($0) { $0.replacing("P2:", with: "P7:") } }
        try refuse("row 'Tr'", "found 11") { try calibrate($0) { $0.replacing(" -0.3", with: "") } }
        try refuse("row 'Tr'", "row 3 of length 2") {
            try calibrate($0) { $0.replacing("1 0 0 -0.3", with: "2 0 0 1") }
        }
        try refuse("row 'P2'", "'fifty'") { try calibrate($0) { $0.replacing("P2: 50", with: "P2: fifty") } }
        try refuse("row 'P2'", "rectified") { try calibrate($0) { $0.replacing("P2: 50 0", with: "P2: 50 3") } }
        try refuse("row 'P2'", "focal") { try calibrate($0) { $0.replacing("P2: 50", with: "P2: 0") } }
        try refuse("line 1 is no row") { try calibrate($0) { "nonsense\n" + $0 } }
        try refuse("calib.txt") { try FileManager.default.removeItem(atPath: $0 + "/calib.txt") }
        try refuse("calib.txt", "is no text") { try place(Data([0xFF, 0xFE, 0]), at: $0 + "/calib.txt") }
        try refuse("times.txt: line 2", "'x'") { try place("0\nx\n1\n2\n", at: $0 + "/times.txt") }
        try refuse("poses.txt: line 1", "expected 12 numbers, found 1") { try place("1\n", at: $0 + "/poses.txt") }
        try refuse("000003.bin", "below 2") { try place("0\n1\n", at: $0 + "/times.txt") }
        try refuse("night.bin", "a number") { try place(Data(), at: $0 + "/velodyne/night.bin") }
        try refuse("000003.bin", "33 bytes", "breaks off within point 2") {
            try place(Data(count: 33), at: $0 + "/velodyne/000003.bin")
        }
        try refuse("000000.label", "4 labels, expected 5", "velodyne/000000.bin") {
            try place(Data(count: 16), at: $0 + "/labels/000000.label")
        }
        try refuse("000000.label", "7 bytes") { try place(Data(count: 7), at: $0 + "/labels/000000.label") }
        try refuse("000000.png", "not a picture") { try place("text", at: $0 + "/image_2/000000.png") }
        try refuse("has no scan") {
            try FileManager.default.removeItem(atPath: $0 + "/velodyne")
            try FileManager.default.createDirectory(atPath: $0 + "/velodyne", withIntermediateDirectories: false)
        }
        expectRefusal("/nowhere: is not there") { _ = try openScenes(at: "/nowhere") }
        try withFolder { folder in
            expectRefusal("SemanticKITTI's layout", "cameras.json") { _ = try openScenes(at: folder) }
        }
    }

    @Test("scans of no point and of one, and what is missing beside them, are told and read")
    func rarities() throws {
        try withFolder { folder in
            let drive = try writeDrive(folder)
            try place(Data(), at: drive + "/velodyne/000000.bin")
            try place(Data(), at: drive + "/labels/000000.label")
            try place(bytes(of: [5, 0, 0, 1] as [Float]), at: drive + "/velodyne/000003.bin")
            try placePicture(width: 20, height: 10, at: drive + "/image_2/000000.png")
            for file in ["/labels/000003.label", "/image_2/000003.png", "/times.txt"] {
                try FileManager.default.removeItem(atPath: drive + file)
            }
            let source = try openScenes(at: folder)
            #expect(source.moment(of: 0) == nil)
            let (empty, single) = (try source.scene(0), try source.scene(1))
            #expect(empty.cloud.count == 0 && empty.notes.count == 2 && empty.notes[0].contains("has no point"))
            #expect(empty.notes[1].contains("20×10") && empty.notes[1].contains("column 20"))
            #expect(single.cloud.count == 1 && single.cloud.labels == nil && single.cameras.isEmpty)
            for part in ["000003.label: is not there", "000003.png: is not there", "has no picture"] {
                #expect(single.notes.contains { $0.contains(part) }, "\(single.notes)")
            }
        }
    }
}
