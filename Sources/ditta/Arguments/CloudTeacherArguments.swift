import ArgumentParser
import CloudAdaptation
import Clouds
import DittaKit
import Foundation

/// Which network for pictures teaches, and which pictures it looks at.
struct CloudTeacherArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A SegFormer whose encoder teaches: a Hugging Face folder or a .pth file. (default: the street model that comes "
                + "with ditta)", valueName: "path"))
    var teacher: String?

    @Option(
        help: ArgumentHelp(
            "Pair points with the pictures of so many seconds before, too, but for what may have moved.",
            valueName: "seconds"))
    var pairWindow = 0.0

    @Option(
        help: ArgumentHelp(
            "Look at no more than so many pictures of a scene, those that together show the most points.",
            valueName: "n"))
    var images = 8

    /// Which pictures are paired with a scan.
    var window: PairWindow { PairWindow(before: pairWindow, most: images) }

    func validate() throws {
        guard images >= 0 else { throw ValidationError("--images is \(images): expected 0 or more") }
        guard pairWindow >= 0, pairWindow.isFinite else {
            throw ValidationError("--pair-window is \(pairWindow): expected 0 or more seconds")
        }
    }

    /// Opens the teacher.
    func load() throws -> CloudTeacher {
        let model = try Model(teacher)
        let name = URL(fileURLWithPath: model.path).lastPathComponent
        return CloudTeacher(model.network, name: name, hash: try model.contentHash())
    }
}
