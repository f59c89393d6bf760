import Clouds
import Foundation
package import Tensors

/// What training changes in a scan, so that the network does not learn it by heart: pairs of points and pixels stay.
///
/// Mirrored along x and along y (each every second time), turned about z, made 0.95 to 1.05 times as large, moved by less than a voxel,
/// each point by a normal distribution of 1 cm; reflectance times 0.8 to 1.2. The paper leaves this open.
package struct Augmentation: Sendable {
    /// The edge of a voxel in metres.
    let voxel: Float
    private let noise: Float = 0.01

    /// Makes changes for voxels of a size.
    package init(voxel: Float) { self.voxel = voxel }

    /// Changes a scan.
    package func callAsFunction(_ example: CloudExample, using random: inout RandomNumbers) -> CloudExample {
        let mirror = SIMD2<Float>(random.unit() < 0.5 ? -1 : 1, random.unit() < 0.5 ? -1 : 1)
        let angle = 2 * Float.pi * random.unit()
        let (sine, cosine) = (sin(angle), cos(angle))
        let scale = 0.95 + 0.1 * random.unit()
        let shift = SIMD3(random.unit(), random.unit(), random.unit()) * voxel
        let brightness = 0.8 + 0.4 * random.unit()
        var result = example
        for point in 0..<example.count {
            let x = example.positions[3 * point] * mirror.x
            let y = example.positions[3 * point + 1] * mirror.y
            let turned = SIMD3(x * cosine - y * sine, x * sine + y * cosine, example.positions[3 * point + 2])
            let jitter = SIMD3(Float(random.normal()), Float(random.normal()), Float(random.normal())) * noise
            let place = turned * scale + shift + jitter
            for axis in 0..<3 { result.positions[3 * point + axis] = place[axis] }
        }
        result.intensity = example.intensity.map { $0 * brightness }
        return result
    }
}
