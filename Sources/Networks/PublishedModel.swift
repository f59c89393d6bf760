package import Checkpoints

/// A checkpoint that was recognised as one of the networks ditta has.
package enum PublishedModel: Sendable {
    case segFormer(SegFormerFile)
    case sam2(SAM2File)

    /// Recognises a directory or a file.
    ///
    /// - Parameter names: the names of its tensors.
    /// - Throws: if it is none of them, or one that ditta cannot load.
    package init(path: String, names: Set<String>) throws(CheckpointError) {
        if SegFormerLayout(names: names) != nil {
            self = .segFormer(try SegFormerFile(path: path))
        } else if SAM2Layout(names: names) != nil || names.contains(where: { $0.hasPrefix("image_encoder.") }) {
            self = .sam2(try SAM2File(path: path))
        } else {
            throw CheckpointError(
                "\(path): is no network that ditta has; expected a SegFormer ('segformer.encoder.…', or "
                    + "'backbone.patch_embed1.…' of NVlabs) or a SAM 2 ('vision_encoder.backbone.…', or "
                    + "'image_encoder.trunk.…' of Meta)")
        }
    }

    /// Loads it strictly without reading values.
    ///
    /// - Returns: the names of the classes it tells apart, if it does.
    /// - Throws: if tensors are missing, left over or misshapen.
    package func check() throws(CheckpointError) -> [String] {
        switch self {
        case .segFormer(let file):
            return try file.check().classNames
        case .sam2(let file):
            try file.check()
            return []
        }
    }

    /// What it is called: `SegFormer-B0`, `SAM 2.1 hiera-tiny`.
    package var architecture: String {
        switch self {
        case .segFormer(let file):
            let configuration = file.configuration
            return configuration.size.map { "SegFormer-\($0)" }
                ?? "SegFormer with widths \(configuration.hiddenSizes) and depths \(configuration.depths)"
        case .sam2(let file):
            let configuration = file.configuration
            return "SAM \(configuration.version) "
                + (configuration.size?.rawValue
                    ?? "with widths \(configuration.hiera.embedDims) and depths \(configuration.hiera.depths)")
        }
    }

    /// Whose names its tensors have.
    package var layout: String {
        switch self {
        case .segFormer(let file): file.layout.rawValue
        case .sam2(let file): file.layout.rawValue
        }
    }

    /// The size of the pictures it was published with, in pixels, where it says so.
    package var inputSize: (width: Int, height: Int)? {
        switch self {
        case .segFormer(let file): file.preprocessor.publishedSize
        case .sam2(let file): (file.configuration.imageSize, file.configuration.imageSize)
        }
    }

    /// What in it is not used, a sentence each.
    package var notes: [String] {
        switch self {
        case .segFormer(let file): file.notes
        case .sam2: []
        }
    }
}
