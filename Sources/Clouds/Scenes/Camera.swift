/// A camera that took a picture of a cloud.
///
/// In its frame x points to the right, y down and z forward. In the picture, u counts columns and v rows, and the middle of the
/// pixel in the corner is at (0, 0), as in OpenCV and KITTI's calibrations.
package struct Camera: Sendable, Equatable {
    /// What messages and pictures call it; different for each camera of a scene.
    package let name: String
    /// The path of its picture.
    package let image: String
    /// Width of the picture, in pixels.
    package let width: Int
    /// Height of the picture, in pixels.
    package let height: Int
    /// Focal lengths and principal point, in pixels.
    package let intrinsics: Intrinsics
    /// What the lens does.
    package let lens: Lens
    /// From the cloud's frame to the camera's.
    package let cameraFromCloud: RigidTransform
    /// A picture of what the camera is how far from, if there is one.
    package let depth: DepthFile?

    /// Focal lengths and principal point, in pixels.
    package struct Intrinsics: Sendable, Equatable {
        /// The focal lengths along columns and rows.
        package let fx, fy: Double
        /// The principal point.
        package let cx, cy: Double

        /// Takes fx, fy, cx, cy.
        ///
        /// - Throws: the end of a sentence, if there are not four numbers, or no camera has them.
        package init(_ numbers: [Double]) throws(CloudError) {
            guard numbers.count == 4 else {
                throw CloudError("expected 4 numbers [fx, fy, cx, cy], found \(numbers.count)")
            }
            guard numbers.allSatisfy(\.isFinite), numbers[0] > 0, numbers[1] > 0 else {
                throw CloudError(
                    "expected finite [fx, fy, cx, cy] with focal lengths above 0, found "
                        + "[\(numbers.map { String($0) }.joined(separator: ", "))]")
            }
            (fx, fy, cx, cy) = (numbers[0], numbers[1], numbers[2], numbers[3])
        }
    }

    /// A picture of depths: 16-bit grey, 0 where nothing is known.
    package struct DepthFile: Sendable, Equatable {
        /// The path of the PNG file.
        package let path: String
        /// Metres for each step of grey.
        package let scale: Double

        /// Names a file.
        package init(path: String, scale: Double) {
            (self.path, self.scale) = (path, scale)
        }
    }

    /// Describes a camera.
    package init(
        name: String, image: String, width: Int, height: Int, intrinsics: Intrinsics, lens: Lens = .none,
        cameraFromCloud: RigidTransform, depth: DepthFile? = nil
    ) {
        precondition(width > 0 && height > 0, "a picture has at least one pixel, not \(width)×\(height)")
        (self.name, self.image, self.width, self.height) = (name, image, width, height)
        (self.intrinsics, self.lens, self.cameraFromCloud, self.depth) = (intrinsics, lens, cameraFromCloud, depth)
    }

    /// Where the camera shows a point of the cloud, and how far in front of it that is, in metres along its axis.
    ///
    /// Nil for what lies behind the camera, or beyond its lens' angle; what is shown may lie outside of the picture.
    package func project(_ point: SIMD3<Double>) -> (u: Double, v: Double, depth: Double)? {
        let seen = cameraFromCloud(point)
        guard seen.z > 0, let (x, y) = lens(seen.x / seen.z, seen.y / seen.z) else { return nil }
        return (intrinsics.fx * x + intrinsics.cx, intrinsics.fy * y + intrinsics.cy, seen.z)
    }

    /// The same camera as seen from a cloud of another frame.
    package func seen(through cloudFromOther: RigidTransform) -> Camera {
        Camera(
            name: name, image: image, width: width, height: height, intrinsics: intrinsics, lens: lens,
            cameraFromCloud: cameraFromCloud * cloudFromOther, depth: depth)
    }
}
