/// `poses.txt` and `times.txt` of a drive: where its first camera was, and when, a line for each frame.
///
/// A pose is the 12 numbers of a matrix that takes points of the camera's frame to that of frame 0; a time is in seconds.
package struct KITTITrajectory: Sendable {
    private let poses: [RigidTransform]
    private let times: [Double]

    /// How many frames have both.
    package var count: Int { min(poses.count, times.count) }

    /// Reads a drive's files; nil if one of them is not there.
    ///
    /// - Throws: a sentence that names the line, if one cannot be read.
    package init?(folder: String) throws(CloudError) {
        let (poses, times) = (folder + "/poses.txt", folder + "/times.txt")
        guard isFile(poses), isFile(times) else { return nil }
        self.poses = try Self.rows(of: poses) { line, place throws(CloudError) in
            let row = try numbers(in: line, 12, place)
            do {
                return try RigidTransform(rowMajor: row)
            } catch {
                throw CloudError("\(place): \(error)")
            }
        }
        self.times = try Self.rows(of: times) { line, place throws(CloudError) in try numbers(in: line, 1, place)[0] }
    }

    /// When a frame was, and the way from its camera's frame to that of frame 0; nil for frames beyond the files' ends.
    package subscript(frame: Int) -> (time: Double, worldFromCamera: RigidTransform)? {
        (0..<count).contains(frame) ? (times[frame], poses[frame]) : nil
    }

    private static func rows<Row>(
        of path: String, _ row: (Substring, String) throws(CloudError) -> Row
    ) throws(CloudError) -> [Row] {
        var lines = try lines(of: path)
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        var rows: [Row] = []
        for (place, line) in lines.enumerated() { rows.append(try row(line, "\(path): line \(place + 1)")) }
        return rows
    }
}
