import Clouds
import Foundation
package import Networks
import Tensors
import Training

/// Trains backbone and both projectors together: classes where points have labels, a teacher's features where they have a pixel.
///
/// L = L_Y + w L_2D, a scene a step. Source: Weijler et al., "TTT-KD", 2025, section 3; optimiser and schedule from
/// lisaweijler/SE3Conv3D, by the same authors.
package struct JointTraining: Sendable {
    /// How often each scene is seen.
    package var epochs = 60
    /// The highest learning rate.
    package var rate: Float = 5e-3
    /// Weight decay.
    package var decay: Float = 1e-4
    /// The longest gradient.
    package var clip = 10.0
    /// The share of a label that all classes have alike.
    package var smoothing: Float = 0.1
    /// The weight of the distillation, w.
    package var distillationWeight: Float = 1
    /// How far features are from the teacher's.
    package var loss = DistillationLoss.cosine
    /// How fast the stored statistics of batch norms follow, as in MinkowskiNet's training.
    package var momentum: Float = 0.02
    /// Where chance begins: weights, order and changes of the scenes.
    package var seed: UInt64 = 1

    /// The usual numbers.
    package init() {}

    /// What a step found.
    package struct Step: Sendable {
        /// The number of steps so far, and of all.
        package let number, count: Int
        /// The loss of classes, and of the distillation.
        package let classes, distillation: Double
    }

    /// Trains a new network.
    ///
    /// - Parameters:
    ///   - configuration: the backbone.
    ///   - scenes: the scenes.
    ///   - survey: what they are like.
    ///   - voxel: the edge of a voxel in metres.
    ///   - progress: called after each step.
    /// - Returns: the network.
    /// - Throws: a sentence, if a scene cannot be read, or the loss is no number any more; and what `progress` throws.
    package func callAsFunction(
        _ configuration: MinkUNetConfiguration, on scenes: TrainingScenes, _ survey: TrainingScenes.Survey,
        voxel: Float,
        progress: (Step) throws -> Void
    ) throws -> CloudNetwork {
        let network = CloudNetwork(
            configuration, classes: survey.points.count, channels: survey.standardization.channels, seed: seed)
        let (parameters, weights) = (network.parameters, Self.weights(survey.points))
        let schedule = OneCycle(peak: rate, steps: epochs * scenes.count)
        let augmentation = Augmentation(voxel: voxel)
        // Not the one of the weights: more widths must not mean another order.
        var random = RandomNumbers(seed: seed ^ 0x5CE9_E5A0_0000_0000)
        var optimizer = AdamW(rate: rate, decay: decay)
        let reuse = StorageReuse()
        defer { withExtendedLifetime(reuse) {} }
        var order: [Int] = []
        for step in 0..<schedule.steps {
            if step % scenes.count == 0 { order = (0..<scenes.count).shuffled(using: &random) }
            let example = augmentation(try scenes.example(order[step % scenes.count]), using: &random)
            let scene = try VoxelScene(
                example, size: voxel, stemKernel: configuration.stemKernel, survey.standardization)
            let tape = Tape(tracking: parameters)
            let statistics = SceneStatistics.scene(momentum: momentum)
            let features = network.features(scene, statistics, on: tape)
            var (classes, distillation) = (0.0, 0.0)
            if let labels = scene.labels {
                let logits = network.semantic.traced(features, statistics, on: tape)
                let (loss, gradient) = crossEntropy(logits.value, labels, weights: weights, smoothing: smoothing)
                tape.record(loss: loss, gradient: gradient, of: logits)
                classes = loss
            }
            if !scene.paired.isEmpty {
                let predicted = network.distillation.traced(
                    tape.gather(features, rows: scene.paired), statistics, on: tape)
                distillation = tape.record(
                    loss, of: predicted, targets: scene.targets, weight: distillationWeight)
            }
            tape.backward()
            let gradients = tape.gradients(of: parameters.tensors)
            guard limitLength(of: gradients), tape.loss.isFinite else {
                throw CloudError(
                    "the loss is no number any more at step \(step + 1) of \(schedule.steps); a lower learning rate may help"
                )
            }
            optimizer.rate = schedule[step]
            optimizer.update(parameters.tensors, gradients: gradients)
            try progress(
                Step(number: step + 1, count: schedule.steps, classes: classes, distillation: distillation))
        }
        return network
    }

    /// Makes gradients no longer than `clip`, all together; false, if they are no numbers.
    private func limitLength(of gradients: [Tensor]) -> Bool {
        let square = gradients.reduce(0.0) { $0 + columnTotals($1, $1).products.reduce(0, +) }
        guard square.isFinite else { return false }
        let length = square.squareRoot()
        if length > clip { for gradient in gradients { scale(gradient, by: Float(clip / length)) } }
        return true
    }

    /// The weight of each class, 1 / √frequency, in the mean 1 over those that occur; others have none.
    static func weights(_ points: [Int]) -> [Float] {
        let raw = points.map { $0 > 0 ? 1 / Double($0).squareRoot() : 0 }
        let mean = raw.reduce(0, +) / Double(max(raw.count { $0 > 0 }, 1))
        return raw.map { mean > 0 ? Float($0 / mean) : 0 }
    }
}
