import Compiled
package import Networks
package import Raster
package import Tensors

/// The encoder of a network that labels pictures: for a SegFormer features at strides 8, 16 and 32, all but its finest.
///
/// It is compiled for pictures of one size at a time, in single precision, so that processors agree.
package struct SegmentationEncoder: PictureEncoder {
    /// Pictures are fitted into a square of so many pixels, which is about KITTI's own width.
    package let side = 1248
    private var network: any SegmentationNetwork
    private var compiled: (encoder: any CompiledEncoder, width: Int, height: Int)?

    /// Takes a network.
    package init(_ network: any SegmentationNetwork) {
        self.network = network
        self.network.preprocessor.resize = .keepRatio(width: side, height: side)
    }

    package var channels: Int { taught.reduce(0) { $0 + network.levels[$1].channels } }

    private var taught: Range<Int> { min(1, network.levels.count - 1)..<network.levels.count }

    package mutating func callAsFunction(_ picture: Image) -> [Tensor] {
        let input = network.preprocessor.inputSize(width: picture.width, height: picture.height)
        if compiled?.width != input.width || compiled?.height != input.height {
            let encoder = network.compileEncoder(height: input.height, width: input.width, precision: .fp32)
            compiled = (encoder, input.width, input.height)
        }
        let levels = compiled?.encoder(network.preprocessor(picture))
        return taught.compactMap { levels?[$0].copy() }
    }
}
