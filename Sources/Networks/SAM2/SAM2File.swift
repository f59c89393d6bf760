package import Checkpoints
package import Compiled

/// A SAM 2's checkpoint, recognised and not yet loaded.
///
/// Whoever made the file, its tensors have the names of transformers' `Sam2VideoModel`. The embedding of positions has two
/// there, `shared_image_embedding` and `prompt_encoder.shared_embedding`; to take one is to take both.
package struct SAM2File: PublishedModel {
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
            file = try place.open()
            layout = .huggingFace
            return
        }
        file = try place.open()
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

    /// Loads the network and compiles it.
    ///
    /// - Parameters:
    ///   - side: the input's side in pixels, a multiple of 32: the published size or another.
    ///   - precision: what it computes with.
    /// - Returns: the network.
    /// - Throws: if tensors are missing, left over or misshapen.
    package func load(side: Int, precision: Precision) throws(CheckpointError) -> SAM2Base {
        try load(checkpoint(), side: side, precision: precision)
    }

    /// Whether the network can be loaded; no value is read.
    ///
    /// - Throws: if tensors are missing, left over or misshapen.
    package func check() throws(CheckpointError) {
        // The smallest input and numbers take the least memory; no weight's shape depends on them.
        _ = try load(checkpoint(values: false), side: 32, precision: .fastest)
    }

    /// The tensors under transformers' names, none of them taken.
    ///
    /// - Parameter values: whether they are read; without, all are zeros.
    /// - Returns: a checkpoint to load from.
    package func checkpoint(values: Bool = true) -> Checkpoint {
        Checkpoint(values ? file : ShapesOnly(file), names: layout.table)
    }

    private func load(
        _ checkpoint: Checkpoint, side: Int, precision: Precision
    ) throws(CheckpointError) -> SAM2Base {
        let network = try SAM2Base(checkpoint.root, configuration, side: side, precision: precision)
        try checkpoint.finish(ignoring: SAM2Base.unused)
        return network
    }
}

extension SAM2File {
    package static let kind = PublishedKind(
        marks: "a SAM 2 ('vision_encoder.backbone.…', or 'image_encoder.trunk.…' of Meta)", option: "--teacher-model",
        modelTypes: SAM2Configuration.modelTypes,
        // Relatives whose encoder ditta does not have are told by name when they are opened.
        recognises: { SAM2Layout(names: $0) != nil || $0.contains { $0.hasPrefix("image_encoder.") } },
        open: { path throws(CheckpointError) in try SAM2File(path: path) })

    package var architecture: String {
        "SAM \(configuration.version) "
            + (configuration.size?.rawValue
                ?? "with widths \(configuration.hiera.embedDims) and depths \(configuration.hiera.depths)")
    }

    package var layoutName: String { layout.rawValue }

    package var inputSize: (width: Int, height: Int)? { (configuration.imageSize, configuration.imageSize) }

    package var notes: [String] { [] }

    package func checkedClasses() throws(CheckpointError) -> [String] {
        try check()
        return []
    }
}
