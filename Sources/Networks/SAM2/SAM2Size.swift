package import Checkpoints

/// The four published sizes of SAM 2's image encoder.
///
/// Source: facebookresearch/sam2, sam2/configs/sam2.1/sam2.1_hiera_{t,s,b+,l}.yaml, and the defaults of
/// sam2/modeling/backbones/hieradet.py.
package enum SAM2Size: String, CaseIterable, Sendable {
    case tiny = "hiera-tiny"
    case small = "hiera-small"
    case basePlus = "hiera-base-plus"
    case large = "hiera-large"

    /// The shape of the encoder.
    package var hiera: SAM2Configuration.Hiera {
        var hiera = SAM2Configuration.Hiera()
        let width: Int
        switch self {
        case .tiny:
            width = 96
            (hiera.depths, hiera.globalBlocks) = ([1, 2, 7, 2], [5, 7, 9])
        case .small:
            width = 96
            (hiera.depths, hiera.globalBlocks) = ([1, 2, 11, 2], [7, 10, 13])
        case .basePlus:
            width = 112
            (hiera.depths, hiera.globalBlocks) = ([2, 3, 16, 3], [12, 16, 20])
        case .large:
            width = 144
            (hiera.depths, hiera.globalBlocks) = ([2, 6, 36, 4], [23, 33, 43])
        }
        hiera.embedDims = [1, 2, 4, 8].map { $0 * width }
        hiera.heads = [1, 2, 4, 8].map { $0 * (width == 96 ? 1 : 2) }
        hiera.windows = self == .large ? [8, 4, 16, 8] : [8, 4, 14, 7]
        hiera.backgroundSize = self == .basePlus ? [14, 14] : [7, 7]
        return hiera
    }
}

extension SAM2Configuration {
    /// Which of the published sizes it is, if it is one.
    package var size: SAM2Size? { SAM2Size.allCases.first { $0.hiera == hiera } }

    /// Reads the shape of a network from the tensors of an original checkpoint, which has no other description.
    ///
    /// The size is told by its width and number of blocks, SAM 2.1 by what it has more than SAM 2. All else is alike in the
    /// published models.
    ///
    /// - Throws: if it is none of the published sizes.
    package init(meta file: any TensorFile) throws(CheckpointError) {
        let name = "image_encoder.trunk.patch_embed.proj.weight"
        guard let width = file.shape(of: name)?.first else {
            throw CheckpointError("\(file.path): has no tensor '\(name)'")
        }
        let block = "image_encoder.trunk.blocks"
        let blocks = (0..<file.names.count).first { !file.names.contains("\(block).\($0).norm1.weight") } ?? 0
        let size = SAM2Size.allCases.first {
            $0.hiera.embedDims[0] == width && $0.hiera.depths.reduce(0, +) == blocks
        }
        guard let size else {
            let known = SAM2Size.allCases.map {
                "\($0.hiera.embedDims[0]) channels and \($0.hiera.depths.reduce(0, +)) blocks (\($0.rawValue))"
            }
            throw CheckpointError(
                "\(file.path): the image encoder has \(width) channels and \(blocks) blocks; expected "
                    + known.joined(separator: ", "))
        }
        self.init()
        hiera = size.hiera
        memory.marksOcclusion = file.names.contains("no_obj_embed_spatial")
        memory.encodesPointerTime = file.names.contains("obj_ptr_tpos_proj.weight")
    }

    /// The version whose additions it has.
    package var version: String { memory.marksOcclusion || memory.encodesPointerTime ? "2.1" : "2" }
}
