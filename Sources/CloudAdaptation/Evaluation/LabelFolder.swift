import Checkpoints
package import Clouds
import Foundation

/// A folder of predicted labels of points: what `ditta cloud run` wrote, or another program in SemanticKITTI's layout.
package struct LabelFolder: Sendable {
    /// The folder.
    package let path: String
    /// The classes that its `classes.json` names, if it has one.
    package let classes: LabelTable?

    /// Reads `classes.json`, if it is there.
    ///
    /// - Throws: a sentence, if the folder is not there, or that file is none of classes.
    package init(path: String) throws {
        self.path = path
        let manager = FileManager.default
        guard manager.fileExists(atPath: path) else {
            throw CloudError("\(path): is not there, expected a folder of labels")
        }
        let file = path + "/classes.json"
        guard manager.fileExists(atPath: file) else {
            classes = nil
            return
        }
        let named = try decodedDescription(
            [CloudModel.Configuration.Class].self, at: file, as: "list of classes",
            expected: "what 'ditta cloud run' wrote")
        let numbers = Set(named.map(\.number))
        guard !named.isEmpty, Set(named.map(\.name)).count == named.count, numbers.count == named.count,
            let none = (0...UInt16.max).first(where: { !numbers.contains($0) })
        else {
            throw CloudError("\(file): expected at least one class, each with a name and a number of its own")
        }
        // SemanticKITTI's classes have more numbers than the ones that are written.
        classes =
            SemanticKITTIClasses(names: named.map(\.name))?.table
            ?? LabelTable(named.map { (name: $0.name, stored: [$0.number]) }, none: [none])
    }

    /// The labels of a scene's points `[P]`, as numbers that are stored.
    ///
    /// They lie in `labels/00/000003.label` or `.ply`, or in `sequences/00/predictions/000003.label`.
    ///
    /// - Throws: a sentence that names the file, if there is none, it cannot be read, or has labels of another number of points.
    package func stored(_ scene: Scene) throws(CloudError) -> [UInt16] {
        let parts = scene.name.split(separator: "/").map(String.init)
        var files = ["labels/\(scene.name).label", "labels/\(scene.name).ply"]
        if parts.count == 2 { files.append("sequences/\(parts[0])/predictions/\(parts[1]).label") }
        guard let file = files.first(where: { FileManager.default.fileExists(atPath: "\(path)/\($0)") }) else {
            throw CloudError("\(path): has no labels of \(scene.name), expected \(files.joined(separator: " or "))")
        }
        let whole = "\(path)/\(file)"
        guard file.hasSuffix(".ply") else {
            return try readPointLabels(at: whole, points: scene.cloud.count, of: scene.name)
        }
        guard let stored = try readPLY(at: whole).stored else {
            throw CloudError("\(whole): has no labels, expected the property 'label'")
        }
        guard stored.count == scene.cloud.count else {
            throw CloudError(
                "\(whole): has \(stored.count) points, expected \(scene.cloud.count), one for each point of \(scene.name)"
            )
        }
        return stored
    }
}
