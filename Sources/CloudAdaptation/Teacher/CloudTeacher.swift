package import Clouds
import Compiled
import Media
package import Networks
import Raster
import Tensors

/// A network for pictures whose encoder teaches: features of pixels at strides 8, 16 and 32 for a SegFormer, all but its finest.
///
/// It is compiled for pictures of one size at a time, in single precision, so that processors agree.
package final class CloudTeacher {
    /// Its name in model files.
    package let name: String
    /// Tells its weights from others'.
    package let hash: String
    /// Pictures are fitted into a square of so many pixels, which is about KITTI's own width.
    package static let side = 1248
    private var network: any SegmentationNetwork
    private var compiled: (encoder: any CompiledEncoder, width: Int, height: Int)?

    /// Takes a network; the hash is that of its files.
    package init(_ network: any SegmentationNetwork, name: String, hash: String) {
        (self.network, self.name, self.hash) = (network, name, hash)
        self.network.preprocessor.resize = .keepRatio(width: Self.side, height: Self.side)
    }

    /// The channels of its features.
    package var channels: Int { taught.reduce(0) { $0 + network.levels[$1].channels } }

    private var taught: Range<Int> { min(1, network.levels.count - 1)..<network.levels.count }

    /// The features of a camera's picture.
    ///
    /// - Throws: a sentence, if the picture cannot be read or has another size than the camera's.
    package func features(of camera: Camera) throws(CloudError) -> PictureFeatures {
        let image: Image
        do { image = try readImage(at: camera.image) } catch { throw CloudError("\(error)") }
        guard image.width == camera.width, image.height == camera.height else {
            throw CloudError(
                "\(camera.image): has \(image.width)×\(image.height) pixels, expected the camera's \(camera.width)×\(camera.height)"
            )
        }
        let input = network.preprocessor.inputSize(width: image.width, height: image.height)
        if compiled?.width != input.width || compiled?.height != input.height {
            let encoder = network.compileEncoder(height: input.height, width: input.width, precision: .fp32)
            compiled = (encoder, input.width, input.height)
        }
        let levels = compiled?.encoder(network.preprocessor(image))
        return PictureFeatures(
            levels: taught.compactMap { levels?[$0].copy() }, width: image.width, height: image.height)
    }
}
