package import Checkpoints
import Compiled
package import Networks
package import Raster
package import Tensors

/// SAM 2's image encoder as a teacher: the neck's features at 1/16 of its input, and those at 1/8 that the mask decoder takes.
///
/// Pictures are stretched to the square it was published for, in single precision, so that processors agree.
package struct SAM2Encoder: PictureEncoder {
    package let side: Int
    package let channels: Int
    private let encoder: ImageEncoder

    /// Loads the encoder of a checkpoint.
    ///
    /// - Throws: if tensors of the whole network are missing, left over or misshapen.
    package init(_ file: SAM2File) throws(CheckpointError) {
        try file.check()
        let configuration = file.configuration
        side = configuration.imageSize
        channels = configuration.width / 4 + configuration.width
        encoder = try ImageEncoder(file.checkpoint().root, configuration, side: side, precision: .fp32)
    }

    package func callAsFunction(_ picture: Image) -> [Tensor] {
        let features = encoder(stretched(picture, width: side, height: side))
        return [(features.s1, side / 8), (features.top, side / 16)].map { map, side in
            map.reshaped(side, side, map.columns)
        }
    }
}
