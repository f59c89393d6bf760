package import Clouds
import Media
import Raster

/// A frozen network that teaches: it looks at the pictures of scenes.
package final class CloudTeacher {
    /// Its name in model files.
    package let name: String
    /// Tells its weights from others'.
    package let hash: String
    private var encoder: any PictureEncoder

    /// Takes a network; the hash is that of its files.
    package init(_ encoder: any PictureEncoder, name: String, hash: String) {
        (self.encoder, self.name, self.hash) = (encoder, name, hash)
    }

    /// The channels of its features.
    package var channels: Int { encoder.channels }

    /// The most pixels that a picture's sides have when it is looked at.
    package var side: Int { encoder.side }

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
        return PictureFeatures(levels: encoder(image), width: image.width, height: image.height)
    }
}
