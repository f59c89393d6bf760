package import Clouds
import Raster

/// The scenes of a data set as training takes them, and what is known of all together.
///
/// What a teacher sees of a scene is kept in memory for the first scenes, and looked at anew for the others.
package final class TrainingScenes {
    /// How many scenes are kept: about 0.7 GB of KITTI's.
    private static let most = 128

    private let source: any SceneSource
    private let teacher: CloudTeacher
    private let window: PairWindow
    private let chosen: [Int]
    private var kept: [Int: CloudExample] = [:]

    /// Takes scenes by their numbers; nothing is read yet.
    package init(_ source: any SceneSource, chosen: [Int], teacher: CloudTeacher, window: PairWindow) {
        (self.source, self.chosen, self.teacher, self.window) = (source, chosen, teacher, window)
    }

    /// How many scenes there are.
    package var count: Int { chosen.count }

    /// Reads a scene, its pairs and what its pictures show.
    ///
    /// - Throws: a sentence, if something cannot be read.
    package func example(_ index: Int) throws(CloudError) -> CloudExample {
        if let example = kept[index] { return example }
        let scene = try source.scene(chosen[index])
        let moving = scene.cloud.labels.map { mayMove($0, source.classes?.names ?? []) }
        let pictures = try Pairing().pairs(
            of: scene, at: chosen[index], in: source, window: window, moving: moving)
        let example = try CloudExample(scene.cloud, named: scene.name, pictures, taughtBy: teacher)
        if kept.count < Self.most { kept[index] = example }
        return example
    }

    /// What all scenes together are like.
    package struct Survey: Sendable {
        /// Mean and deviation of the teacher's features at the points that have a pixel.
        package let standardization: Standardization
        /// How many points each class has.
        package let points: [Int]
    }

    /// Reads all scenes.
    ///
    /// - Parameters:
    ///   - classes: how many classes there are.
    ///   - progress: called after each scene with how many are read.
    /// - Returns: what they are like together.
    /// - Throws: a sentence, if one cannot be read, or none has a label, or none has a point with a pixel.
    package func survey(classes: Int, progress: (Int) throws -> Void) throws -> Survey {
        var moments = FeatureMoments(channels: teacher.channels)
        var points = [Int](repeating: 0, count: classes)
        for index in 0..<count {
            let example = try example(index)
            for view in example.views { moments.add(view.sampled) }
            for label in example.labels ?? [] where Int(label) < classes { points[Int(label)] += 1 }
            try progress(index + 1)
        }
        guard points.contains(where: { $0 > 0 }) else {
            throw CloudError(
                "\(source.path): no point of its \(count) scenes has a class, so that nothing can be learnt")
        }
        guard !moments.isEmpty else {
            throw CloudError(
                "\(source.path): no point of its \(count) scenes has a pixel, so that no picture can teach; 'ditta cloud check' shows why"
            )
        }
        return Survey(standardization: moments.standardization, points: points)
    }
}
