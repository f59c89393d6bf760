import Media
import Raster

/// What a picture shows of a scene, as a sentence and a picture.
package struct CameraCheck: Sendable {
    /// The scene's name.
    package let scene: String
    /// How many points the scene has.
    package let points: Int
    /// What of them a picture shows, of the scene itself or of another moment of its drive.
    package let pairs: PicturePairs

    /// Pairs a scene with the pictures of its cameras, and of its drive within a window.
    ///
    /// - Throws: a sentence, if a picture of depths or another scene cannot be read.
    package static func pictures(
        of scene: Scene, at index: Int, in source: some SceneSource, window: PairWindow
    ) throws(CloudError) -> [CameraCheck] {
        try Pairing().pairs(of: scene, at: index, in: source, window: window).map {
            CameraCheck(scene: scene.name, points: scene.cloud.count, pairs: $0)
        }
    }

    /// Whether it is the scene's own picture.
    package var isOwn: Bool { pairs.scene == scene }

    /// Whether the scene's own camera sees none of its points: its calibration is wrong, or its frame is another than the cloud's.
    package var isBlind: Bool { isOwn && pairs.views.seen.count == 0 }

    /// What messages call the camera.
    package var name: String { "\(scene), camera \(pairs.camera.name)" + (isOwn ? "" : " of \(pairs.scene)") }

    /// How many points have a pixel, for people.
    package var sentence: String {
        "\(name): \(pairs.views.seen.count) of \(points) points have a pixel, \(pairs.views.hidden.count) more are hidden"
    }

    /// The name of its picture.
    package var fileName: String {
        let names = [scene, pairs.camera.name] + (isOwn ? [] : ["of", pairs.scene])
        return names.joined(separator: "-").split(separator: "/").joined(separator: "-") + ".png"
    }

    /// Writes its picture into a folder.
    ///
    /// - Throws: a sentence, if the camera's picture cannot be read, or the new one not be written.
    package func writePicture(into folder: String) throws(CloudError) {
        do {
            let camera = pairs.camera
            let image = try readImage(at: camera.image)
            guard (image.width, image.height) == (camera.width, camera.height) else {
                throw CloudError(
                    "\(camera.image): has \(image.width)×\(image.height) pixels, expected \(camera.width)×\(camera.height)"
                )
            }
            try writeImage(depthOverlay(image, pairs.views), to: folder + "/" + fileName)
        } catch let error as CloudError {
            throw error
        } catch {
            throw CloudError("\(error)")
        }
    }
}
