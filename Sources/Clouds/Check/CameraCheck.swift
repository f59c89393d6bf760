import Media
import Raster

/// What a camera sees of its scene, as a sentence and a picture.
package struct CameraCheck: Sendable {
    /// The scene.
    package let scene: String
    /// The camera.
    package let camera: Camera
    /// How many points the scene has.
    package let points: Int
    /// What of them it sees.
    package let views: Pairing.Views

    /// Pairs a scene with each of its cameras.
    ///
    /// - Throws: a sentence, if a picture of depths cannot be read.
    package static func cameras(of scene: Scene) throws(CloudError) -> [CameraCheck] {
        let pairing = Pairing()
        return try scene.cameras.map { camera throws(CloudError) in
            let depth = try camera.depth.map { file throws(CloudError) in try DepthPicture(file, of: camera) }
            return CameraCheck(
                scene: scene.name, camera: camera, points: scene.cloud.count,
                views: pairing(scene.cloud, camera, depth: depth))
        }
    }

    /// Whether the camera sees none of the points, so that its calibration is wrong, or its frame is another than the cloud's.
    package var seesNothing: Bool { views.seen.count == 0 }

    /// How many points have a pixel, for people.
    package var sentence: String {
        let place = "\(scene), camera \(camera.name)"
        let isAt = "\(views.seen.count) of \(points) points have a pixel"
        return "\(place): \(isAt), \(views.hidden.count) more are hidden"
    }

    /// The name of its picture.
    package var fileName: String { "\(scene.split(separator: "/").joined(separator: "-"))-\(camera.name).png" }

    /// Writes its picture into a folder.
    ///
    /// - Throws: a sentence, if the camera's picture cannot be read, or the new one not be written.
    package func writePicture(into folder: String) throws(CloudError) {
        do {
            let image = try readImage(at: camera.image)
            guard (image.width, image.height) == (camera.width, camera.height) else {
                throw CloudError(
                    "\(camera.image): has \(image.width)×\(image.height) pixels, expected \(camera.width)×\(camera.height)")
            }
            try writeImage(depthOverlay(image, views), to: folder + "/" + fileName)
        } catch let error as CloudError {
            throw error
        } catch {
            throw CloudError("\(error)")
        }
    }
}
