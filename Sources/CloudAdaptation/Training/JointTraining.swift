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
    /// When it ends.
    package var length = Length.epochs(60)
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

    /// When training ends.
    package enum Length: Sendable, Equatable {
        /// Each scene is seen so often.
        case epochs(Int)
        /// After so many hours of training, however many steps these are.
        case hours(Double)
    }

    /// What a step found.
    package struct Step: Sendable {
        /// The number of steps so far, and of all; of a training by the hour that is expected.
        package let number, count: Int
        /// The loss of classes, and of the distillation.
        package let classes, distillation: Double
    }

    /// Seconds between two times that a training is written down.
    private static let pause = 120.0

    /// Trains a new network, or one on which training was stopped.
    ///
    /// Order and changes of the scenes are drawn anew for each step, so that a training that goes on ends with the same bytes.
    ///
    /// - Parameters:
    ///   - configuration: the backbone.
    ///   - scenes: the scenes.
    ///   - survey: what they are like.
    ///   - voxel: the edge of a voxel in metres.
    ///   - checkpoint: where it is written down now and then, and when `progress` throws, and goes on from.
    ///   - progress: called after each step.
    /// - Returns: the network.
    /// - Throws: a sentence, if a scene or the checkpoint cannot be read or written, or the loss is no number any more; and what
    ///   `progress` throws.
    package func callAsFunction(
        _ configuration: MinkUNetConfiguration, on scenes: TrainingScenes, _ survey: TrainingScenes.Survey,
        voxel: Float, checkpoint: TrainingCheckpoint, progress: (Step) throws -> Void
    ) throws -> CloudNetwork {
        let network = CloudNetwork(
            configuration, classes: survey.points.count, channels: survey.standardization.channels, seed: seed)
        var optimizer = AdamW(rate: rate, decay: decay)
        var position = try checkpoint.resume(network, &optimizer)
        let (weights, augmentation) = (Self.weights(survey.points), Augmentation(voxel: voxel))
        let reuse = StorageReuse()
        defer { withExtendedLifetime(reuse) {} }
        let (start, before) = (ContinuousClock.now, position.seconds)
        // The first step is written down at once: a place that cannot be written to is found before hours are spent.
        var (written, order, epoch) = (-Self.pause, [Int](), -1)
        while let (rate, count) = next(position, scenes: scenes.count) {
            if position.step / scenes.count != epoch {
                epoch = position.step / scenes.count
                var random = random(epoch, of: 1)
                order = (0..<scenes.count).shuffled(using: &random)
            }
            var random = random(position.step, of: 2)
            let example = augmentation(try scenes.example(order[position.step % scenes.count]), using: &random)
            let scene = try VoxelScene(
                example, size: voxel, stemKernel: configuration.stemKernel, survey.standardization)
            optimizer.rate = rate
            let losses = try step(network, &optimizer, scene, weights, named: "step \(position.step + 1) of \(count)")
            position.step += 1
            position.seconds = before + (ContinuousClock.now - start) / .seconds(1)
            do {
                try progress(
                    Step(
                        number: position.step, count: count, classes: losses.classes,
                        distillation: losses.distillation))
            } catch {
                try checkpoint.save(network, optimizer, at: position)
                throw error
            }
            if position.seconds - written >= Self.pause {
                written = position.seconds
                try checkpoint.save(network, optimizer, at: position)
            }
        }
        return network
    }

    /// The learning rate of the next step, and how many steps there are, or are expected to be; nil at the end.
    private func next(_ position: TrainingCheckpoint.Position, scenes: Int) -> (rate: Float, count: Int)? {
        switch length {
        case .epochs(let epochs):
            let schedule = OneCycle(peak: rate, steps: epochs * scenes)
            return position.step < schedule.steps ? (schedule[position.step], schedule.steps) : nil
        case .hours(let hours):
            let share = position.seconds / (hours * 3600)
            guard share < 1 else { return nil }
            // As if there were so many steps that what one takes does not matter.
            let schedule = OneCycle(peak: rate, steps: 1 << 20)
            let count = share > 0 ? Double(position.step) / share : 1
            return (schedule[Int(share * Double(schedule.steps - 1))], max(Int(count), position.step + 1))
        }
    }

    /// Chance for one purpose at one step or epoch, whatever happened before.
    private func random(_ index: Int, of purpose: UInt64) -> RandomNumbers {
        var mixed = RandomNumbers(seed: seed &+ purpose << 56 &+ UInt64(index) << 20)
        return RandomNumbers(seed: mixed.next())
    }

    /// Takes a step on a scene.
    private func step(
        _ network: CloudNetwork, _ optimizer: inout AdamW, _ scene: VoxelScene, _ weights: [Float], named name: String
    ) throws(CloudError) -> (classes: Double, distillation: Double) {
        let parameters = network.parameters
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
            distillation = tape.record(loss, of: predicted, targets: scene.targets, weight: distillationWeight)
        }
        tape.backward()
        let gradients = tape.gradients(of: parameters.tensors)
        guard limitLength(of: gradients), tape.loss.isFinite else {
            throw CloudError("the loss is no number any more at \(name); a lower learning rate may help")
        }
        optimizer.update(parameters.tensors, gradients: gradients)
        return (classes, distillation)
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
