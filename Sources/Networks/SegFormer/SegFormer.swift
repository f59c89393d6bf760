package import Checkpoints
package import Compiled
package import Training

/// SegFormer as published: encoder, decode head, class names and preprocessing.
///
/// Source: Xie et al., "SegFormer: simple and efficient design for semantic segmentation with transformers", 2021.
package struct SegFormer: SegmentationNetwork {
    /// The encoder.
    package let encoder: MixTransformer
    /// The decode head with its published weights.
    package let decodeHead: DecodeHead
    /// The levels of the encoder's features: 1/4, 1/8, 1/16 and 1/32.
    package let levels: [FeatureLevel]
    /// The names of the classes, in the order of their ids.
    package private(set) var classNames: [String]
    private let configuration: SegFormerConfiguration
    /// How pictures become input.
    package var preprocessor: Preprocessor

    /// What in the checkpoint is not used, a sentence each.
    package let notes: [String]

    /// Loads a Hugging Face directory, or a file as `SegFormerFile` tells.
    ///
    /// - Throws: if a file is missing or broken, or tensors are missing, left over or misshapen.
    package init(path: String) throws(CheckpointError) {
        try self.init(SegFormerFile(path: path), values: true)
    }

    /// Loads what was recognised.
    init(_ file: SegFormerFile, values: Bool) throws(CheckpointError) {
        try self.init(file.checkpoint(values: values), file.configuration, file.preprocessor, notes: file.notes)
    }

    private init(
        _ checkpoint: Checkpoint, _ configuration: SegFormerConfiguration, _ preprocessor: Preprocessor,
        notes: [String]
    ) throws(CheckpointError) {
        encoder = try MixTransformer(checkpoint.root["segformer.encoder"], configuration)
        let isBinary = try checkpoint.root["decode_head.classifier"].shape(of: "bias") == [1]
        decodeHead = try DecodeHead(checkpoint.root["decode_head"], channels: configuration.hiddenSizes)
        try checkpoint.finish(ignoring: ["num_batches_tracked"])
        let named = configuration.classNames
        classNames =
            isBinary && named[1] == nil
            ? ["background", named[0] ?? "class 1"] : (0..<decodeHead.classes).map { named[$0] ?? "class \($0)" }
        levels = configuration.levels
        (self.configuration, self.preprocessor, self.notes) = (configuration, preprocessor, notes)
    }

    /// A network whose tensors have storage of their own.
    package func copy() -> SegFormer {
        let held = HeldTensors((parameters.parameters + statistics).map { ($0.name, $0.published) })
        do {
            var copy = try SegFormer(Checkpoint(held, isTrusted: true), configuration, preprocessor, notes: notes)
            copy.classNames = classNames
            return copy
        } catch {
            preconditionFailure("a network that was built cannot be built again: \(error)")
        }
    }

    /// The decode head.
    package var head: any SegmentationHead { decodeHead }

    /// The encoder on a tape.
    package func traceEncoder(_ input: Variable, on tape: Tape) -> [Variable] { encoder.traced(input, on: tape) }

    /// Compiles the encoder.
    package func compileEncoder(height: Int, width: Int, precision: Precision) -> any CompiledEncoder {
        CompiledMixTransformer(encoder, height: height, width: width, precision: precision)
    }
}
