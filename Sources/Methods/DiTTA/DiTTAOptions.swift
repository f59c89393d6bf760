import Compiled
package import Networks
import Tensors

/// Every number of the adaptation.
package struct DiTTAOptions: Sendable, Codable, Equatable {
    /// How the cross entropy reads the head's output.
    package enum CrossEntropy: String, Sendable, Codable, CaseIterable {
        /// Cross entropy of the logits, averaged over the pixels that have a target: the paper's equation.
        case logits
        /// Cross entropy of the softmax's output taken for logits, averaged over all pixels: the released code.
        case probabilities
    }

    /// What pixels are taught that no mask covers.
    package enum Uncovered: String, Sendable, Codable, CaseIterable {
        /// Nothing: the paper.
        case nothing
        /// The source model's label: the released code.
        case label
    }

    /// What the frozen model takes from the frames before.
    package enum Fusion: String, Sendable, Codable, CaseIterable {
        /// The learned add-on's prediction, where its own is unreliable: the paper.
        case addOn = "add-on"
        /// The memory of all frames so far, followed by matching frozen features.
        case memory
    }

    /// How the contrastive loss keeps the objects' prototypes.
    package enum Prototypes: String, Sendable, Codable, CaseIterable {
        /// The mean over all frames so far, weighted by reliability: the paper's equation.
        case mean
        /// The new one averaged with the stored one, weighted by the entropy of the softmax taken twice: the released code.
        case halved
    }

    /// Passes over the warm-up frames, one step a frame.
    package var passes = 5
    /// Learning rate of AdamW.
    package var learningRate: Float = 1e-3
    /// Weight decay of AdamW.
    package var weightDecay: Float = 0.01
    /// How much the momentum model keeps at each step.
    package var momentum: Float = 0.99
    /// The share of channels dropped before the classifier in training.
    package var dropout: Float = 0.1
    /// How far the temporal add-on looks to each side, in cells of the 1/4 grid.
    package var windowRadius = 5
    /// The reliability a class must reach to be prompted.
    package var promptThreshold: Float = 0.8
    /// By how many pixels a track keeps prompts away.
    package var promptDilation = 5
    /// The most objects a video may have.
    package var maximumObjects = 100
    /// The exponent of the share of a class in an object, in the vote.
    package var shareExponent: Float = 0.3
    /// The exponent of a class's absence from the video, in the vote.
    package var rarityExponent: Float = 0.8
    /// How the cross entropy reads the head's output.
    package var crossEntropy = CrossEntropy.logits
    /// What pixels are taught that no mask covers.
    package var uncovered = Uncovered.nothing
    /// The weight of the contrastive loss.
    package var contrastWeight: Float = 1
    /// How prototypes are kept.
    package var prototypes = Prototypes.mean
    /// The weight of the pull to the source's own probabilities; 0 for none.
    package var sourceWeight: Float = 0
    /// How much of the source's preference for frequent classes that pull takes out, 0...1.
    package var sourcePrior: Float = 0
    /// Which statistics the head's batch norm uses in training.
    package var normalization = DecodeHead.Normalization.batch
    /// What the frozen model takes from the frames before; the add-on is trained only if it is used.
    package var fusion = Fusion.addOn
    /// The reliability below which the frozen model listens to the add-on.
    package var fusionThreshold: Float = 0.8
    /// How sharply the memory prefers the best match: the factor of the similarity in its softmax.
    package var memorySharpness: Float = 30
    /// How fast trust in the memory falls with the distance of the best match.
    package var memoryDoubt: Float = 6
    /// The distance up to which a match is not doubted, ½|a - b|² of descriptors.
    package var memoryTolerance: Float = 0.1
    /// The most frames' worth of evidence the memory holds.
    package var memoryFrames: Float = 12
    /// The seed of the new layers and of dropout.
    package var seed: UInt64 = 5123

    /// The paper's equations.
    package static let paper = DiTTAOptions()

    /// The default: consistency without losing rare classes (docs/adaptation.md says why each part is there).
    package static let balanced: DiTTAOptions = {
        var options = DiTTAOptions()
        options.learningRate = 3e-4
        options.dropout = 0
        options.contrastWeight = 0
        options.sourceWeight = 4
        options.sourcePrior = 0.15
        options.normalization = .source
        options.fusion = .memory
        return options
    }()

    /// The released code.
    package static let reference: DiTTAOptions = {
        var options = DiTTAOptions()
        options.crossEntropy = .probabilities
        options.uncovered = .label
        options.prototypes = .halved
        return options
    }()
}

/// The names of what the options are declared by.
package enum DiTTASchema {
    /// The ways to adapt.
    package enum Preset: String, Sendable, Codable, CaseIterable {
        case balanced, reference, paper
    }
}

extension DiTTAOptions {
    /// A preset's options.
    package init(_ preset: DiTTASchema.Preset) {
        switch preset {
        case .balanced: self = .balanced
        case .reference: self = .reference
        case .paper: self = .paper
        }
    }
}
