import ArgumentParser
import Compiled
import Dense
import Methods
import Networks
import Tensors
import Training

extension DiTTAOptions.CrossEntropy: ExpressibleByArgument {}
extension DiTTAOptions.Uncovered: ExpressibleByArgument {}
extension DiTTAOptions.Prototypes: ExpressibleByArgument {}
extension DiTTAOptions.Fusion: ExpressibleByArgument {}
extension DecodeHead.Normalization: ExpressibleByArgument {}

/// Every number of the adaptation; where none is given the preset's holds.
struct AdaptationArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Passes over the warm-up frames.", valueName: "n"))
    var passes: Int?
    @Option(help: ArgumentHelp("Learning rate of AdamW.", valueName: "x"))
    var learningRate: Float?
    @Option(help: ArgumentHelp("Weight decay of AdamW.", valueName: "x"))
    var weightDecay: Float?
    @Option(help: ArgumentHelp("How much the momentum model keeps at each step, 0 to 1.", valueName: "x"))
    var momentum: Float?
    @Option(help: ArgumentHelp("The share of channels dropped before the classifier in training.", valueName: "x"))
    var dropout: Float?
    @Option(help: ArgumentHelp("How far the add-on looks, in cells of the 1/4 grid, 1 to 15.", valueName: "n"))
    var windowRadius: Int?
    @Option(help: ArgumentHelp("The reliability a class must reach to be prompted, 0 to 1.", valueName: "x"))
    var promptThreshold: Float?
    @Option(help: ArgumentHelp("By how many pixels a track keeps prompts away.", valueName: "n"))
    var promptDilation: Int?
    @Option(help: ArgumentHelp("The most objects a video may have.", valueName: "n"))
    var maximumObjects: Int?
    @Option(help: ArgumentHelp("The vote's exponent of a class's share in the object.", valueName: "x"))
    var shareExponent: Float?
    @Option(help: ArgumentHelp("The vote's exponent of a class's absence from the video.", valueName: "x"))
    var rarityExponent: Float?
    @Option(help: "What the cross entropy is taken of.")
    var crossEntropy: DiTTAOptions.CrossEntropy?
    @Option(help: "What pixels are taught that no mask covers: nothing, or the source model's label.")
    var uncovered: DiTTAOptions.Uncovered?
    @Option(help: ArgumentHelp("The weight of the contrastive loss.", valueName: "x"))
    var contrastWeight: Float?
    @Option(help: "How prototypes are kept.")
    var prototypes: DiTTAOptions.Prototypes?
    @Option(help: ArgumentHelp("The weight of the pull to the source model's probabilities.", valueName: "x"))
    var sourceWeight: Float?
    @Option(
        help: ArgumentHelp("How much of the source's preference for frequent classes it takes out.", valueName: "x"))
    var sourcePrior: Float?
    @Option(help: "Whose statistics the head's batch norm uses in training: the batch's or the source's.")
    var normalization: DecodeHead.Normalization?
    @Option(help: "What the frozen model takes from the frames before: the learned add-on's view, or a memory.")
    var fusion: DiTTAOptions.Fusion?
    @Option(help: ArgumentHelp("The most frames' worth of evidence the memory holds.", valueName: "n"))
    var memoryFrames: Float?
    @Option(help: ArgumentHelp("How sharply the memory prefers the best match.", valueName: "x"))
    var memorySharpness: Float?
    @Option(help: ArgumentHelp("How fast trust in the memory falls with the match's distance.", valueName: "x"))
    var memoryDoubt: Float?
    @Option(help: ArgumentHelp("The distance up to which a match is not doubted.", valueName: "x"))
    var memoryTolerance: Float?
    @Option(help: ArgumentHelp("The reliability below which the frozen model listens to the add-on.", valueName: "x"))
    var fusionThreshold: Float?
    @Option(help: ArgumentHelp("The seed of new layers and dropout.", valueName: "n"))
    var seed: UInt64?

    /// The preset's options with what was given instead.
    func options(_ preset: DiTTASchema.Preset) throws -> DiTTAOptions {
        var options = DiTTAOptions(preset)
        func set<Value>(_ key: WritableKeyPath<DiTTAOptions, Value>, _ value: Value?) {
            if let value { options[keyPath: key] = value }
        }
        set(\.passes, passes)
        set(\.learningRate, learningRate)
        set(\.weightDecay, weightDecay)
        set(\.momentum, momentum)
        set(\.dropout, dropout)
        set(\.windowRadius, windowRadius)
        set(\.promptThreshold, promptThreshold)
        set(\.promptDilation, promptDilation)
        set(\.maximumObjects, maximumObjects)
        set(\.shareExponent, shareExponent)
        set(\.rarityExponent, rarityExponent)
        set(\.crossEntropy, crossEntropy)
        set(\.uncovered, uncovered)
        set(\.contrastWeight, contrastWeight)
        set(\.prototypes, prototypes)
        set(\.sourceWeight, sourceWeight)
        set(\.sourcePrior, sourcePrior)
        set(\.normalization, normalization)
        set(\.fusion, fusion)
        set(\.memoryFrames, memoryFrames)
        set(\.memorySharpness, memorySharpness)
        set(\.memoryDoubt, memoryDoubt)
        set(\.memoryTolerance, memoryTolerance)
        set(\.fusionThreshold, fusionThreshold)
        set(\.seed, seed)
        return options
    }

    func validate() throws {
        try check("--passes", passes.map(Float.init), 0...10_000)
        try check("--learning-rate", learningRate, 0...10)
        try check("--weight-decay", weightDecay, 0...10)
        try check("--momentum", momentum, 0...1)
        try check("--dropout", dropout, 0...0.95)
        try check("--window-radius", windowRadius.map(Float.init), 0...15)
        try check("--prompt-threshold", promptThreshold, 0...1)
        try check("--prompt-dilation", promptDilation.map(Float.init), 0...1000)
        try check("--maximum-objects", maximumObjects.map(Float.init), 0...10_000)
        try check("--share-exponent", shareExponent, 0...100)
        try check("--rarity-exponent", rarityExponent, 0...100)
        try check("--contrast-weight", contrastWeight, 0...1000)
        try check("--source-weight", sourceWeight, 0...1000)
        try check("--source-prior", sourcePrior, 0...1)
        try check("--memory-frames", memoryFrames, 1...10_000)
        try check("--memory-sharpness", memorySharpness, 0.1...1000)
        try check("--memory-doubt", memoryDoubt, 0...1000)
        try check("--memory-tolerance", memoryTolerance, 0...1000)
        try check("--fusion-threshold", fusionThreshold, 0...1)
    }

    private func check(_ name: String, _ value: Float?, _ range: ClosedRange<Float>) throws {
        if let value, !range.contains(value) {
            throw ValidationError("\(name) is \(value): expected \(range.lowerBound) to \(range.upperBound)")
        }
    }
}
