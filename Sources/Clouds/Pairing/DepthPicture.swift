import Media
import Raster

/// How far from a camera what it shows is, from a picture of 16-bit grey.
package struct DepthPicture: Sendable {
    private let steps: LabelMap
    private let scale: Double
    private let columns, rows: Double

    /// Reads a camera's file; it may have fewer or more pixels than the camera's picture, of the same view.
    ///
    /// - Throws: a sentence, if it cannot be read, or has other proportions.
    package init(_ file: Camera.DepthFile, of camera: Camera) throws(CloudError) {
        do {
            steps = try readNumbers(at: file.path, "depth")
        } catch {
            throw CloudError("\(error)")
        }
        scale = file.scale
        (columns, rows) = (
            Double(steps.width) / Double(camera.width), Double(steps.height) / Double(camera.height)
        )
        // Rounding may have taken or given a pixel.
        guard abs(columns * Double(camera.height) - Double(steps.height)) < 1 + columns else {
            throw CloudError(
                "\(file.path): has \(steps.width)×\(steps.height) pixels, expected the proportions of the \(camera.width)×"
                    + "\(camera.height) of \(camera.image)")
        }
    }

    /// Metres along the camera's axis at a place of the camera's picture; nil where nothing is known.
    package func depth(u: Double, v: Double) -> Double? {
        let column = min(Int((u + 0.5) * columns), steps.width - 1)
        let row = min(Int((v + 0.5) * rows), steps.height - 1)
        let step = steps.labels[row * steps.width + column]
        // The largest number stands for what is beyond all, in sets whose pictures have no 0.
        return step == 0 || step == .max ? nil : Double(step) * scale
    }
}
