import Foundation
import Media

/// Drives in SemanticKITTI's layout: folders of laser scans with labels, pictures, calibration and poses.
///
/// In a drive's folder lie `velodyne/000000.bin`, `calib.txt`, and what else there is of `labels/000000.label`, `image_2/000000.png`,
/// `image_3/`, `poses.txt` and `times.txt`. Frames may be missing: their numbers are those of the files' names, which count the
/// lines of poses and times.
package struct SemanticKITTI: SceneSource {
    package let path: String
    /// The classes of labels.
    package let classes: LabelTable?
    private let frames: [Frame]

    /// The cameras of colour pictures.
    private static let cameras = [2, 3]

    private struct Frame {
        let drive: Drive
        let name: String
        let moment: Moment?
    }

    /// What the frames of a drive share.
    private struct Drive {
        let name: String
        let path: String
        let calibration: KITTICalibration
    }

    /// Whether a folder has this layout.
    package static func isSuch(_ path: String) -> Bool { !drives(of: path).isEmpty }

    /// Lists a data set (the folder that has `sequences`), that folder, or a drive, and reads calibrations and poses.
    ///
    /// - Throws: a sentence that names file and row, if one of them cannot be read, or if there is no scan.
    package init(path: String, classes: SemanticKITTIClasses = .nineteen) throws(CloudError) {
        (self.path, self.classes) = (path, classes.table)
        var frames: [Frame] = []
        for folder in Self.drives(of: path) {
            let name = (folder as NSString).lastPathComponent
            let drive = Drive(
                name: name, path: folder, calibration: try KITTICalibration(path: folder + "/calib.txt"))
            let trajectory = try KITTITrajectory(folder: folder)
            for stem in try stems(in: folder + "/velodyne", ending: "bin") {
                frames.append(
                    Frame(drive: drive, name: stem, moment: try Self.moment(of: stem, in: drive, trajectory)))
            }
        }
        guard !frames.isEmpty else {
            throw CloudError("\(path): has no scan, expected files such as sequences/00/velodyne/000000.bin")
        }
        self.frames = frames
    }

    private static func drives(of path: String) -> [String] {
        if isFolder(path + "/velodyne") { return [path] }
        let sequences = isFolder(path + "/sequences") ? path + "/sequences" : path
        return folders(in: sequences).map { sequences + "/" + $0 }.filter { isFolder($0 + "/velodyne") }
    }

    private static func moment(
        of stem: String, in drive: Drive, _ trajectory: KITTITrajectory?
    ) throws(CloudError) -> Moment? {
        guard let trajectory else { return nil }
        guard let number = Int(stem), let (time, pose) = trajectory[number] else {
            throw CloudError(
                "\(drive.path)/velodyne/\(stem).bin: has no pose and time: expected the name to be a number below "
                    + "\(trajectory.count), the lines of poses.txt and times.txt")
        }
        return Moment(
            drive: drive.name, time: time, worldFromCloud: pose * drive.calibration.cameraFromScan)
    }

    package var count: Int { frames.count }

    package func moment(of scene: Int) -> Moment? { frames[scene].moment }

    package func scene(_ index: Int) throws(CloudError) -> Scene {
        let frame = frames[index]
        let scan = "\(frame.drive.path)/velodyne/\(frame.name).bin"
        var cloud = try readVelodyne(at: scan)
        var notes = notes(on: cloud, at: scan)
        let labels = "\(frame.drive.path)/labels"
        if let classes, isFolder(labels) {
            let file = "\(labels)/\(frame.name).label"
            if isFile(file) {
                cloud = try cloud.labelled(
                    with: readPointLabels(at: file, points: cloud.count, of: scan), classes, at: file, &notes)
            } else {
                notes.append("\(file): is not there, so that the scan's labels are not known")
            }
        }
        var cameras: [Camera] = []
        for number in Self.cameras {
            let pictures = "\(frame.drive.path)/image_\(number)"
            guard isFolder(pictures) else { continue }
            let file = "\(pictures)/\(frame.name).png"
            guard isFile(file) else {
                notes.append("\(file): is not there, so that camera image_\(number) has no picture of the scan")
                continue
            }
            let (intrinsics, cameraFromCloud) = try frame.drive.calibration.camera(number)
            let (width, height) = try pictureExtents(at: file)
            if abs(intrinsics.cx - Double(width) / 2) > Double(width) / 4 {
                notes.append(
                    "\(file): has \(width)×\(height) pixels, but by calib.txt its middle is near column \(intrinsics.cx): "
                        + "was it made smaller or larger?")
            }
            cameras.append(
                Camera(
                    name: "image_\(number)", image: file, width: width, height: height, intrinsics: intrinsics,
                    cameraFromCloud: cameraFromCloud))
        }
        if cameras.isEmpty {
            notes.append("\(scan): has no picture, expected \(frame.drive.path)/image_2/\(frame.name).png")
        }
        return Scene(
            name: "\(frame.drive.name)/\(frame.name)", cloud: cloud, cameras: cameras, moment: frame.moment,
            notes: notes)
    }
}
