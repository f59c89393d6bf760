import ArgumentParser
import Checkpoints
import Clouds
import DittaKit
import Foundation

/// `ditta cloud check`: whether points lie where the pictures show them.
struct CloudCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Draws the points of scenes on their pictures, and counts those that have a pixel.",
        discussion: """
            For each camera of each scene there is a picture with the points that the camera sees, coloured by their depth: \
            where calibrations and poses are right, edges of colours are edges of things. Exit status 1 means that something \
            cannot be read, or that a camera sees no point.
            """
    )

    @Argument(help: ArgumentHelp("A data set, a drive, a folder of scenes, or one.", valueName: "scenes"))
    var scenes: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("A folder for the pictures; it is made, or has nothing in it.", valueName: "dir"))
    var output: String

    @Option(help: ArgumentHelp("Look at every so many-th scene only.", valueName: "n"))
    var every = 1

    func validate() throws {
        guard every >= 1 else { throw ValidationError("--every is \(every): expected 1 or more") }
    }

    func run() throws {
        let source = try openScenes(at: openable(scenes))
        try makeFolder()
        var (cameras, blind) = (0, [String]())
        for index in stride(from: 0, to: source.count, by: every) {
            let scene = try source.scene(index)
            for note in scene.notes { printRemark("Note: \(note.printable)\n") }
            for check in try CameraCheck.cameras(of: scene) {
                cameras += 1
                try printResult(check.sentence.printable)
                if check.seesNothing {
                    blind.append("\(check.scene), camera \(check.camera.name)")
                    printRemark("WARNING: \(check.scene), camera \(check.camera.name) sees no point".printable + "\n")
                }
                try check.writePicture(into: output)
            }
        }
        guard cameras > 0 else { throw DittaError("\(scenes): has no picture, so that nothing can be checked") }
        guard blind.isEmpty else {
            throw DittaError(
                "\(blind.count) of \(cameras) cameras see no point, the first is \(blind[0]): expected camera_from_cloud to take the "
                    + "cloud's frame to the camera's, x right, y down, z forward")
        }
    }

    private func makeFolder() throws {
        do {
            try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
        } catch {
            throw DittaError("\(output): the output folder cannot be made; expected a place that can be written to")
        }
        let inside = (try? FileManager.default.contentsOfDirectory(atPath: output)) ?? []
        guard inside.isEmpty else {
            throw DittaError("\(output): is there and not empty; choose another folder with -o")
        }
    }
}
