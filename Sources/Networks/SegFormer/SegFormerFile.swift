package import Checkpoints

/// A SegFormer's checkpoint, recognised and not yet loaded.
package struct SegFormerFile: PublishedSegmentationModel {
    /// How its tensors are named.
    package let layout: SegFormerLayout
    /// The shape of the network.
    package let configuration: SegFormerConfiguration
    /// How pictures become its input.
    package let preprocessor: Preprocessor
    private let file: any TensorFile

    /// Opens a Hugging Face directory (`config.json`, `model.safetensors` and, if there, `preprocessor_config.json`), or a file:
    /// NVlabs' layout, or Hugging Face's beside its `config.json`.
    ///
    /// - Throws: if a file is missing or broken, or of a network that ditta does not have.
    package init(path: String) throws(CheckpointError) {
        let place = try ModelPlace(path: path)
        // What a folder says it is, is said first: its tensors may be another network's, or missing.
        let described = place.isFolder ? try SegFormerConfiguration(path: place.configuration) : nil
        file = try place.open()
        layout = try Self.layout(of: file)
        if layout == .nvlabs {
            guard described == nil else {
                throw CheckpointError(
                    "\(file.path): has NVlabs' names beside a config.json of Hugging Face; give the file by itself")
            }
            (configuration, preprocessor) = (try SegFormerConfiguration(nvlabs: file), Preprocessor())
        } else {
            if let described {
                configuration = described
            } else {
                configuration = try SegFormerConfiguration(path: place.configuration)
            }
            preprocessor = try Preprocessor(folder: place.folder)
        }
    }

    private static func layout(of file: any TensorFile) throws(CheckpointError) -> SegFormerLayout {
        guard let layout = SegFormerLayout(names: file.names) else {
            let found = file.names.sorted().prefix(3).map { "'\($0)'" }.joined(separator: ", ")
            throw CheckpointError(
                "\(file.path): is no SegFormer: expected 'segformer.encoder.…' or 'backbone.patch_embed1.…', "
                    + "found \(found.isEmpty ? "no tensors" : found)")
        }
        switch layout {
        case .huggingFace, .huggingFace5, .nvlabs: return layout
        case .mmsegmentation:
            throw CheckpointError(
                "\(file.path): is a SegFormer in mmsegmentation's own layout, whose head normalises every level; "
                    + "ditta has the published head: give a checkpoint of NVlabs or Hugging Face")
        case .encoder:
            throw CheckpointError(
                "\(file.path): is a SegFormer's encoder without a head; expected tensors 'decode_head.…', too")
        }
    }

    /// The tensors under transformers' names.
    ///
    /// - Parameter values: whether they are read; without, the network is made of zeros.
    /// - Returns: a checkpoint to load from.
    func checkpoint(values: Bool) -> Checkpoint {
        Checkpoint(values ? file : ShapesOnly(file), names: layout.table)
    }

    /// Loads it without reading values.
    ///
    /// - Throws: if tensors are missing, left over or misshapen.
    package func check() throws(CheckpointError) -> SegFormer {
        try SegFormer(self, values: false)
    }

    /// Loads it.
    ///
    /// - Throws: if tensors are missing, left over or misshapen, or hold what is no number.
    package func load() throws(CheckpointError) -> any SegmentationNetwork { try SegFormer(self, values: true) }

    /// What in it is not used, a sentence each.
    package var notes: [String] {
        guard layout == .nvlabs else {
            return preprocessor.isBilinear
                ? [] : ["the published resampling is not used: frames are resized bilinearly"]
        }
        return SegFormerLayout.additions.compactMap { what, beginnings in
            let count = file.names.count { name in beginnings.contains { name.hasPrefix($0) } }
            return count == 0 ? nil : "\(count) tensors are not used: \(what)"
        }
    }
}

extension SegFormerFile {
    package static let kind = PublishedKind(
        marks: "a SegFormer ('segformer.encoder.…', or 'backbone.patch_embed1.…' of NVlabs)", option: "--model",
        modelTypes: SegFormerConfiguration.modelTypes,
        recognises: { SegFormerLayout(names: $0) != nil },
        open: { path throws(CheckpointError) in try SegFormerFile(path: path) })

    package var architecture: String {
        configuration.size.map { "SegFormer-\($0)" }
            ?? "SegFormer with widths \(configuration.hiddenSizes) and depths \(configuration.depths)"
    }

    package var layoutName: String { layout.rawValue }

    package var inputSize: (width: Int, height: Int)? { preprocessor.publishedSize }

    package func checkedClasses() throws(CheckpointError) -> [String] { try check().classNames }
}
