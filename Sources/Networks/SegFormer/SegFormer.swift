public import Engine
import Foundation

/// SegFormer as published: encoder, decode head, class names and preprocessing.
///
/// Source: Xie et al., "SegFormer: simple and efficient design for semantic segmentation with transformers", 2021.
public struct SegFormer: Sendable {
    /// The encoder; frozen.
    public let encoder: MixTransformer
    /// The decode head with its source weights.
    public let head: DecodeHead
    /// The names of the classes, in the order of their ids.
    public let classNames: [String]
    /// How pictures become input.
    public var preprocessor: Preprocessor

    /// Loads a Hugging Face directory: `config.json`, `model.safetensors` and, if there, `preprocessor_config.json`.
    ///
    /// - Throws: if a file is missing or broken, or tensors are missing, left over or misshapen.
    public init(directory: String) throws(CheckpointError) {
        var isDirectory: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory) else {
            throw CheckpointError(
                "\(directory): no such model; expected a directory with config.json and model.safetensors")
        }
        guard isDirectory.boolValue else {
            throw CheckpointError(
                "\(directory): expected a directory with config.json and model.safetensors, found a file")
        }
        let configuration = try SegFormerConfiguration(path: directory + "/config.json")
        let checkpoint = try Checkpoint(path: directory + "/model.safetensors")
        encoder = try MixTransformer(checkpoint.root["segformer.encoder"], configuration)
        head = try DecodeHead(checkpoint.root["decode_head"], channels: configuration.hiddenSizes)
        try checkpoint.finish(ignoring: ["num_batches_tracked"])
        classNames = (0..<head.classes).map { configuration.classNames[$0] ?? "class \($0)" }
        preprocessor = try Preprocessor(path: directory + "/preprocessor_config.json")
    }
}
