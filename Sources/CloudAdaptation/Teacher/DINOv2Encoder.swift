package import Networks
package import Raster
package import Tensors

/// DINOv2 as a teacher: the features of patches of 14×14 pixels after the last norm.
///
/// It is compiled for pictures of one size at a time.
package struct DINOv2Encoder: PictureEncoder {
    /// The longer side has at most so many pixels: 89 patches, about KITTI's own width.
    package let side = 1246
    private let network: DINOv2
    private var compiled: (encoder: CompiledDINOv2, width: Int, height: Int)?

    /// Takes a network.
    package init(_ network: DINOv2) { self.network = network }

    package var channels: Int { network.configuration.width }

    /// The multiples of 14 nearest to a picture's own size, or to that fitted into the square of `side` if it is larger.
    package func inputSize(width: Int, height: Int) -> (width: Int, height: Int) {
        let scale = min(Double(side) / Double(max(width, height)), 1)
        func rounded(_ extent: Int) -> Int {
            let patch = DINOv2Configuration.patch
            return max(Int((Double(extent) * scale / Double(patch)).rounded()), 1) * patch
        }
        return (rounded(width), rounded(height))
    }

    package mutating func callAsFunction(_ picture: Image) -> [Tensor] {
        let (width, height) = inputSize(width: picture.width, height: picture.height)
        let encoder: CompiledDINOv2
        if let compiled, compiled.width == width, compiled.height == height {
            encoder = compiled.encoder
        } else {
            // What was compiled before is given back first.
            compiled = nil
            encoder = CompiledDINOv2(network, height: height, width: width)
            compiled = (encoder, width, height)
        }
        return [encoder(stretched(picture, width: width, height: height))]
    }
}
