public import Networks

/// Every number of the adaptation.
public struct AdaptationOptions: Sendable, Codable, Equatable {
    /// How the cross entropy reads the head's output.
    public enum CrossEntropy: String, Sendable, Codable, CaseIterable {
        /// Cross entropy of the logits, averaged over the pixels that have a target: the paper's equation.
        case logits
        /// Cross entropy of the softmax's output taken for logits, averaged over all pixels: the released code.
        case probabilities
    }

    /// What pixels are taught that no mask covers.
    public enum Uncovered: String, Sendable, Codable, CaseIterable {
        /// Nothing: the paper.
        case nothing
        /// The source model's label: the released code.
        case label
    }

    /// What the frozen model takes from the frames before.
    public enum Fusion: String, Sendable, Codable, CaseIterable {
        /// The learned add-on's prediction, where its own is unreliable: the paper.
        case addOn = "add-on"
        /// The memory of all frames so far, followed by matching frozen features.
        case memory
    }

    /// How the contrastive loss keeps the objects' prototypes.
    public enum Prototypes: String, Sendable, Codable, CaseIterable {
        /// The mean over all frames so far, weighted by reliability: the paper's equation.
        case mean
        /// The new one averaged with the stored one, weighted by the entropy of the softmax taken twice: the released code.
        case halved
    }

    /// Passes over the warm-up frames, one step a frame.
    public var passes = 5
    /// Learning rate of AdamW.
    public var learningRate: Float = 1e-3
    /// Weight decay of AdamW.
    public var weightDecay: Float = 0.01
    /// How much the momentum model keeps at each step.
    public var momentum: Float = 0.99
    /// The share of channels dropped before the classifier in training.
    public var dropout: Float = 0.1
    /// How far the temporal add-on looks to each side, in cells of the 1/4 grid.
    public var windowRadius = 5
    /// The reliability a class must reach to be prompted.
    public var promptThreshold: Float = 0.8
    /// By how many pixels a track keeps prompts away.
    public var promptDilation = 5
    /// The most objects a video may have.
    public var maximumObjects = 100
    /// The exponent of the share of a class in an object, in the vote.
    public var shareExponent: Float = 0.3
    /// The exponent of a class's absence from the video, in the vote.
    public var rarityExponent: Float = 0.8
    /// How the cross entropy reads the head's output.
    public var crossEntropy = CrossEntropy.logits
    /// What pixels are taught that no mask covers.
    public var uncovered = Uncovered.nothing
    /// The weight of the contrastive loss.
    public var contrastWeight: Float = 1
    /// How prototypes are kept.
    public var prototypes = Prototypes.mean
    /// The weight of the pull to the source's own probabilities; 0 for none.
    public var sourceWeight: Float = 0
    /// How much of the source's preference for frequent classes that pull takes out, 0...1.
    public var sourcePrior: Float = 0
    /// Which statistics the head's batch norm uses in training.
    public var normalization = DecodeHead.Normalization.batch
    /// What the frozen model takes from the frames before; the add-on is trained only if it is used.
    public var fusion = Fusion.addOn
    /// The reliability below which the frozen model listens to the add-on.
    public var fusionThreshold: Float = 0.8
    /// How sharply the memory prefers the best match: the factor of the similarity in its softmax.
    public var memorySharpness: Float = 30
    /// How fast trust in the memory falls with the distance of the best match.
    public var memoryDoubt: Float = 6
    /// The distance up to which a match is not doubted, ½|a - b|² of descriptors.
    public var memoryTolerance: Float = 0.1
    /// The most frames' worth of evidence the memory holds.
    public var memoryFrames: Float = 12
    /// The seed of the new layers and of dropout.
    public var seed: UInt64 = 5123

    /// The paper's equations.
    public static let paper = AdaptationOptions()

    /// The default: consistency without losing rare classes (docs/adaptation.md says why each part is there).
    public static let balanced: AdaptationOptions = {
        var options = AdaptationOptions()
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
    public static let reference: AdaptationOptions = {
        var options = AdaptationOptions()
        options.crossEntropy = .probabilities
        options.uncovered = .label
        options.prototypes = .halved
        return options
    }()
}
