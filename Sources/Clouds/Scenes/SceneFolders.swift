import Foundation

/// Scenes of one's own: a folder with `cameras.json`, or a folder of such folders.
///
/// Scenes that tell their time and place are a drive, all in one frame of the world.
package struct SceneFolders: SceneSource {
    package let path: String
    /// Those of the first scene that has some.
    package let classes: LabelTable?
    private let descriptions: [SceneDescription]

    /// Whether there are such scenes at a path.
    package static func isSuch(_ path: String) -> Bool { !files(at: path).isEmpty }

    /// Reads what describes the scenes.
    ///
    /// - Throws: a sentence that names file, camera and field, if one cannot be read, or two have other classes.
    package init(path: String) throws(CloudError) {
        self.path = path
        var descriptions: [SceneDescription] = []
        for file in Self.files(at: path) { descriptions.append(try SceneDescription(path: file)) }
        guard !descriptions.isEmpty else {
            throw CloudError("\(path): has no scene, expected a folder with \(SceneDescription.name)")
        }
        self.descriptions = descriptions
        let described = descriptions.first { $0.classes != nil }
        classes = described?.classes
        for other in descriptions {
            guard let table = other.classes, table.names != classes?.names || table.stored != classes?.stored else {
                continue
            }
            throw CloudError("\(other.path): labels: expected the same as in \(described?.path ?? ""), found others")
        }
    }

    private static func files(at path: String) -> [String] {
        if isFile(path) { return (path as NSString).pathExtension == "json" ? [path] : [] }
        if isFile(path + "/" + SceneDescription.name) { return [path + "/" + SceneDescription.name] }
        return folders(in: path).map { "\(path)/\($0)/\(SceneDescription.name)" }.filter(isFile)
    }

    package var count: Int { descriptions.count }

    package func moment(of scene: Int) -> Moment? {
        let description = descriptions[scene]
        guard let time = description.time, let worldFromCloud = description.worldFromCloud else { return nil }
        return Moment(drive: path, time: time, worldFromCloud: worldFromCloud)
    }

    package func scene(_ index: Int) throws(CloudError) -> Scene {
        let description = descriptions[index]
        let file = description.cloud
        var points: PLYPoints
        switch (file as NSString).pathExtension.lowercased() {
        case "ply": points = try readPLY(at: file)
        case "bin": points = PLYPoints(cloud: try readVelodyne(at: file), stored: nil)
        default:
            throw CloudError("\(description.path): cloud: expected a file with the ending ply or bin, found \(file)")
        }
        var cloud = points.cloud
        var notes = notes(on: cloud, at: file)
        if let labels = description.labels {
            points = PLYPoints(
                cloud: cloud, stored: try readPointLabels(at: labels, points: cloud.count, of: file))
        }
        if let stored = points.stored {
            if let classes {
                cloud = cloud.labelled(with: stored, classes, at: description.labels ?? file, &notes)
            } else {
                notes.append("\(description.path): has no field 'labels', so that the labels of \(file) are not read")
            }
        }
        if description.cameras.isEmpty { notes.append("\(description.path): has no camera") }
        return Scene(
            name: name(of: description), cloud: cloud, cameras: description.cameras, moment: moment(of: index),
            notes: notes)
    }

    private func name(of description: SceneDescription) -> String {
        let folder = (description.path as NSString).deletingLastPathComponent
        let name = URL(fileURLWithPath: folder.isEmpty ? "." : folder).lastPathComponent
        return name.isEmpty ? "scene" : name
    }
}

/// Opens scenes: SemanticKITTI's layout, or folders with `cameras.json`.
///
/// - Parameters:
///   - path: A data set, a drive, a folder of scenes, or one.
///   - classes: Which of SemanticKITTI's classes.
/// - Returns: the scenes, at least one.
/// - Throws: a sentence, if there is neither at the path, or what describes the scenes cannot be read.
package func openScenes(
    at path: String, classes: SemanticKITTIClasses = .nineteen
) throws(CloudError) -> any SceneSource {
    if SceneFolders.isSuch(path) { return try SceneFolders(path: path) }
    if SemanticKITTI.isSuch(path) { return try SemanticKITTI(path: path, classes: classes) }
    guard isFolder(path) || isFile(path) else { throw CloudError("\(path): is not there, expected a folder of scenes") }
    throw CloudError(
        "\(path): has no scene, expected SemanticKITTI's layout (sequences/00/velodyne/000000.bin) or a folder with "
            + SceneDescription.name)
}
