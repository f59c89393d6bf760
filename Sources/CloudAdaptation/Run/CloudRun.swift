package import Clouds
import Raster
import Tensors

/// Labels scenes one after another with a model, by a method that may adapt it to each.
package struct CloudRun {
    /// A labelled scene.
    package struct Labelled: Sendable {
        /// The scene's points with their predicted classes; `noLabel` for unusable ones.
        package let cloud: PointCloud
        /// The classes `[P]` that the model as it was trained predicts; nil if the method does not change it.
        package let asTrained: [UInt16]?
        /// The true classes `[P]`, if they are known under the model's names.
        package let truth: [UInt16]?
        /// What the pictures show of the points.
        package let pictures: [PicturePairs]
        /// What is said of it.
        package let report: CloudReport.Scene
        /// What is unusual, a sentence each.
        package let notes: [String]
    }

    private let model: CloudModel
    private let teacher: CloudTeacher?
    private let source: any SceneSource
    private let window: PairWindow
    private let shift: Corruption?
    private var method: any SceneMethod
    /// The model as it was trained, whose labels are told beside the method's; nil if the method does not change it.
    private let asTrained: Joint?
    /// The scores of all scenes so far; nil if the data's classes are not the model's.
    package private(set) var scores: CloudScores?
    /// Those of the model as it was trained; nil if the method does not change it, too.
    package private(set) var scoresAsTrained: CloudScores?

    /// Makes a run over scenes.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - method: what is done with its network before it labels a scene.
    ///   - teacher: who looks at the pictures; nil if the method needs none of them.
    ///   - source: the scenes.
    ///   - window: which other pictures of a drive are paired.
    ///   - shift: what scans are changed by, the same way in every run.
    /// - Throws: a sentence, if the teacher is not that of the model.
    package init(
        _ model: CloudModel, _ method: any SceneMethod, taughtBy teacher: CloudTeacher?,
        over source: any SceneSource, window: PairWindow, shift: Corruption?
    ) throws(CloudError) {
        try teacher.map(model.check)
        (self.model, self.method, self.teacher) = (model, method, teacher)
        (self.source, self.window, self.shift) = (source, window, shift)
        asTrained = method is Joint ? nil : Joint(model.network.copy())
        let names = model.labels.names
        scores = source.classes?.names == names ? CloudScores(classes: names.count) : nil
        scoresAsTrained = asTrained == nil ? nil : scores
    }

    /// Labels a scene.
    ///
    /// - Parameters:
    ///   - index: its number.
    ///   - isStopped: asked before each step of the method whether to end.
    /// - Returns: its points with their classes, and what is said of it.
    /// - Throws: a sentence, if it cannot be read, has no usable point, or one too far away for the model's voxels.
    package mutating func callAsFunction(_ index: Int, isStopped: () -> Bool = { false }) throws -> Labelled {
        var seconds = CloudReport.Seconds()
        let clock = ContinuousClock()
        var start = clock.now
        func lap() -> Double {
            defer { start = clock.now }
            return (clock.now - start) / .seconds(1)
        }
        let scene = try source.scene(index, changedBy: shift)
        let pictures = try Pairing().pairs(
            of: scene, at: index, in: source, window: window, moving: try moving(in: scene))
        let example = try CloudExample(scene.cloud, named: scene.name, pictures, taughtBy: teacher)
        let voxels = try model.voxels(of: example)
        seconds.reading = lap()
        let before = asTrained.map { self.labels(voxels, example, points: scene.cloud.count, by: $0) }
        _ = lap()
        let outcome = try method.adapt(to: voxels, of: example, isStopped: isStopped)
        seconds.training = lap()
        let labels = self.labels(voxels, example, points: scene.cloud.count, by: method)
        seconds.labelling = lap()
        let isPaired = isPaired(scene.cloud.count, pictures)
        let names = model.labels.names
        let truth = scores == nil ? nil : scene.cloud.labels
        func score(_ prediction: [UInt16]?, into all: inout CloudScores?) -> CloudReport.Scores? {
            guard let truth, let prediction else { return nil }
            var own = CloudScores(classes: names.count)
            own.add(prediction: prediction, truth: truth, isPaired: isPaired)
            all?.add(own)
            return own.report(names)
        }
        let report = CloudReport.Scene(
            name: scene.name, points: scene.cloud.count, usable: example.count, paired: isPaired.count { $0 },
            voxels: voxels.count, pairedVoxels: voxels.paired.count, steps: outcome.steps, losses: outcome.losses,
            heldOutLosses: outcome.heldOut, seconds: seconds, scores: score(labels, into: &scores),
            scoresAsTrained: score(before, into: &scoresAsTrained))
        return Labelled(
            cloud: scene.cloud.labelled(labels), asTrained: before, truth: truth, pictures: pictures, report: report,
            notes: scene.notes + blind(pictures, of: scene))
    }

    /// The classes `[P]` of a scene's points.
    private func labels(
        _ voxels: VoxelScene, _ example: CloudExample, points: Int, by method: any SceneMethod
    ) -> [UInt16] {
        let best = method.logits(voxels).likeliestClasses
        var labels = [UInt16](repeating: noLabel, count: points)
        for (point, label) in zip(example.points, voxels.spread(best)) { labels[Int(point)] = label }
        return labels
    }

    /// Which points may have moved, by what the model takes them for; nil if no other moment's picture is paired.
    private mutating func moving(in scene: Scene) throws -> [Bool]? {
        guard window.hasOthers else { return nil }
        method.begin()
        let example = try CloudExample(scene.cloud, named: scene.name, [], taughtBy: nil)
        let labels = self.labels(try model.voxels(of: example), example, points: scene.cloud.count, by: method)
        return mayMove(labels, model.labels.names)
    }

    /// What to say of pictures that teach nothing.
    private func blind(_ pictures: [PicturePairs], of scene: Scene) -> [String] {
        guard teacher != nil else { return [] }
        let none = pictures.filter { $0.views.seen.count == 0 }
        if none.count == pictures.count {
            return ["\(scene.name): no point has a pixel, so that it is labelled without training on it"]
        }
        return none.map { "\(scene.name): camera \($0.camera.name) of \($0.scene) sees no point" }
    }
}
