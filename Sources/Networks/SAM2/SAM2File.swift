package import Engine

/// A SAM 2's checkpoint, recognised and not yet loaded.
///
/// A network takes its tensors from `checkpoint()` under the names of transformers' `Sam2VideoModel`, whoever made the file:
///
///     let file = try SAM2File(path: path)
///     let checkpoint = file.checkpoint()
///     let layers = checkpoint.root["memory_attention.layers"]
///     …
///     try checkpoint.finish()
///
/// The embedding of positions has two names there, `shared_image_embedding` and `prompt_encoder.shared_embedding`; to take one
/// is to take both.
package struct SAM2File: Sendable {
    /// How its tensors are named.
    package let layout: SAM2Layout
    /// The shape of the network.
    package let configuration: SAM2Configuration
    private let file: any TensorFile

    /// Opens a Hugging Face directory, its `model.safetensors` beside `config.json`, or an original file.
    ///
    /// - Throws: if a file is missing or broken, or of a network that ditta does not have.
    package init(path: String) throws(CheckpointError) {
        let place = try ModelPlace(path: path)
        if place.isFolder {
            configuration = try SAM2Configuration(path: place.configuration)
            file = try openTensorFile(place.tensors)
            layout = .huggingFace
            return
        }
        file = try openTensorFile(place.tensors)
        switch SAM2Layout(names: file.names) {
        case .huggingFace:
            layout = .huggingFace
            configuration = try SAM2Configuration(path: place.configuration)
        case .meta:
            layout = .meta
            configuration = try SAM2Configuration(meta: file)
        case nil where file.names.contains { $0.hasPrefix("image_encoder.trunk.body.") }:
            throw CheckpointError("\(file.path): is an EdgeTAM, whose image encoder (RepViT) ditta does not have")
        case nil:
            let found = file.names.sorted().prefix(3).map { "'\($0)'" }.joined(separator: ", ")
            throw CheckpointError(
                "\(file.path): is no SAM 2: expected 'vision_encoder.backbone.…' or 'image_encoder.trunk.…', "
                    + "found \(found.isEmpty ? "no tensors" : found)")
        }
    }

    /// The tensors under transformers' names, none of them taken.
    ///
    /// - Parameter values: whether they are read; without, all are zeros, and a network's loader tells whether they fit.
    package func checkpoint(values: Bool = true) -> Checkpoint {
        Checkpoint(values ? file : ShapesOnly(file), names: layout.table)
    }
}
