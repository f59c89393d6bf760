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

    @Option(
        help: ArgumentHelp(
            "Draw a scene's points on the pictures of so many seconds before it, too, which checks poses and times.",
            valueName: "seconds"))
    var pairWindow = 0.0

    func validate() throws {
        guard every >= 1 else { throw ValidationError("--every is \(every): expected 1 or more") }
        guard pairWindow >= 0, pairWindow.isFinite else {
            throw ValidationError("--pair-window is \(pairWindow): expected 0 or more seconds")
        }
    }

    func run() throws {
        let source = try openScenes(at: openable(scenes))
        try makeFolder()
        var (cameras, blind) = (0, [String]())
        for index in stride(from: 0, to: source.count, by: every) {
            let scene = try source.scene(index)
            for note in scene.notes { printRemark("Note: \(note.printable)\n") }
            let checks = try CameraCheck.pictures(
                of: scene, at: index, in: source, window: PairWindow(before: pairWindow))
            for check in checks {
                try printResult(check.sentence.printable)
                if check.isOwn { cameras += 1 }
                if check.isBlind {
                    blind.append(check.name)
                    printRemark("WARNING: \(check.name) sees no point".printable + "\n")
                }
                try check.writePicture(into: output)
            }
            if checks.contains(where: { !$0.isOwn }) {
                let seen = checks.reduce(into: Set<Int32>()) { $0.formUnion($1.pairs.views.seen.points) }
                try printResult(
                    "\(scene.name): \(seen.count) of \(scene.cloud.count) points have a pixel on these \(checks.count) pictures"
                        .printable)
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
