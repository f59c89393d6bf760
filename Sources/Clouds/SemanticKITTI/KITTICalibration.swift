/// `calib.txt` of a drive: how its rectified cameras project, and where the laser scanner is.
///
/// A row is a name, a colon and 12 numbers: `P0` to `P3` take points of the first camera's frame to pixels, `Tr` those of the scanner
/// to the first camera's frame, so that a pixel is P2 · Tr · x. Source: KITTI odometry, readme of the development kit.
package struct KITTICalibration: Sendable {
    /// From the scanner's frame to the first camera's.
    package let cameraFromScan: RigidTransform
    private let rows: [String: [Double]]
    private let path: String

    /// Reads a file.
    ///
    /// - Throws: a sentence, if it cannot be read, or has no row `Tr` that is a turn and a shift.
    package init(path: String) throws(CloudError) {
        self.path = path
        var rows: [String: [Double]] = [:]
        for (place, line) in try lines(of: path).enumerated() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else {
                guard line.allSatisfy(\.isWhitespace) else {
                    throw CloudError("\(path): line \(place + 1) is no row, expected a name, a colon and numbers")
                }
                continue
            }
            let name = parts[0].trimmingWhitespace
            // Other rows, such as dates, may hold anything.
            if ["P0", "P1", "P2", "P3", "Tr"].contains(name) {
                rows[name] = try numbers(in: parts[1], 12, "\(path): row '\(name)'")
            }
        }
        self.rows = rows
        guard let row = rows["Tr"] else {
            throw CloudError(
                "\(path): has no row 'Tr', expected the 12 numbers from the laser scanner to the first camera; KITTI's own calib.txt "
                    + "of the odometry benchmark has it")
        }
        do {
            cameraFromScan = try RigidTransform(rowMajor: row)
        } catch {
            throw CloudError("\(path): row 'Tr': \(error)")
        }
    }

    /// What camera 0 to 3 is like.
    ///
    /// - Returns: its intrinsics, and the way from the scanner's frame to its own.
    /// - Throws: a sentence, if its row is missing or is not that of a rectified camera.
    package func camera(
        _ number: Int
    ) throws(CloudError) -> (intrinsics: Camera.Intrinsics, cameraFromCloud: RigidTransform) {
        let name = "P\(number)"
        guard let p = rows[name] else {
            throw CloudError(
                "\(path): has no row '\(name)', expected the 12 numbers of the pictures in image_\(number)")
        }
        guard [p[1], p[4], p[8], p[9]] == [0, 0, 0, 0], p[10] == 1 else {
            throw CloudError(
                "\(path): row '\(name)': expected a rectified camera, [fx 0 cx · 0 fy cy · 0 0 1 ·], found others")
        }
        do {
            let intrinsics = try Camera.Intrinsics([p[0], p[5], p[2], p[6]])
            // The last column is the camera's place, multiplied by the intrinsics.
            let shift = SIMD3((p[3] - p[2] * p[11]) / p[0], (p[7] - p[6] * p[11]) / p[5], p[11])
            return (intrinsics, RigidTransform(shift: shift) * cameraFromScan)
        } catch {
            throw CloudError("\(path): row '\(name)': \(error)")
        }
    }
}

/// The numbers of a line; so many are expected.
///
/// - Throws: a sentence that begins with `place`, if there are others, or one is no finite number.
func numbers(in line: Substring, _ count: Int, _ place: String) throws(CloudError) -> [Double] {
    let parts = line.split(whereSeparator: \.isWhitespace)
    guard parts.count == count else {
        throw CloudError("\(place): expected \(count) number\(count == 1 ? "" : "s"), found \(parts.count)")
    }
    var numbers: [Double] = []
    for part in parts {
        guard let number = Double(part), number.isFinite else {
            throw CloudError("\(place): expected a number, found '\(part.prefix(32))'")
        }
        numbers.append(number)
    }
    return numbers
}

extension Substring {
    /// The same without white space around it.
    fileprivate var trimmingWhitespace: String {
        let beginning = drop(while: \.isWhitespace)
        return String(beginning.reversed().drop(while: \.isWhitespace).reversed())
    }
}
