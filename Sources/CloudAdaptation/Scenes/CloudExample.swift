package import Clouds
import Media
import Raster
import Tensors

/// The points of a scene that are somewhere, and what pictures show of them.
package struct CloudExample: Sendable {
    /// Coordinates `[P, 3]` in metres.
    package var positions: [Float]
    /// How strongly each point reflects, `[P]`, 0...1; 0 where it is not known.
    package var intensity: [Float]
    /// The class of each point `[P]`, if that is known; `noLabel` for none.
    package let labels: [UInt16]?
    /// Which of the scene's points each is.
    package let points: [Int32]
    /// The pictures.
    package let views: [View]

    /// What a picture shows of the points.
    package struct View: Sendable {
        /// A teacher's features of the picture.
        package let features: PictureFeatures
        /// The points that are seen, by their numbers among the usable ones.
        package let points: [Int32]
        /// Where in the picture they are, 0 in the middle of the first pixel.
        package let u, v: [Float]
    }

    /// Takes a scene's usable points, and has a teacher look at the pictures that show some.
    ///
    /// - Parameters:
    ///   - cloud: the points.
    ///   - name: what messages call the scene.
    ///   - pictures: which points each picture shows.
    ///   - teacher: who looks; nil if no features are needed.
    /// - Throws: a sentence, if no point is usable or a picture cannot be read.
    package init(
        _ cloud: PointCloud, named name: String, _ pictures: [PicturePairs], taughtBy teacher: CloudTeacher?
    ) throws(CloudError) {
        let usable = (0..<Int32(cloud.count)).filter { cloud.isUsable(Int($0)) }
        guard !usable.isEmpty else { throw CloudError("\(name): has no usable point, expected at least one") }
        let chosen = usable.count == cloud.count ? cloud : cloud.selecting(usable)
        positions = chosen.positions
        intensity = chosen.intensity ?? [Float](repeating: 0, count: usable.count)
        (labels, points) = (chosen.labels, usable)
        var views: [View] = []
        if let teacher {
            var places = [Int32](repeating: -1, count: cloud.count)
            for (place, point) in usable.enumerated() { places[Int(point)] = Int32(place) }
            for picture in pictures where picture.views.seen.count > 0 {
                let seen = picture.views.seen
                views.append(
                    View(
                        features: try teacher.features(of: picture.camera), points: seen.points.map { places[Int($0)] },
                        u: seen.u, v: seen.v))
            }
        }
        self.views = views
    }

    /// Some of the points, by their numbers here, in the order given; without pictures.
    func selecting(_ chosen: [Int32]) -> CloudExample {
        CloudExample(
            positions: chosen.flatMap { positions[3 * Int($0)..<3 * Int($0) + 3] },
            intensity: chosen.map { intensity[Int($0)] }, labels: labels.map { all in chosen.map { all[Int($0)] } },
            points: chosen.map { points[Int($0)] })
    }

    private init(positions: [Float], intensity: [Float], labels: [UInt16]?, points: [Int32]) {
        (self.positions, self.intensity, self.labels, self.points) = (positions, intensity, labels, points)
        views = []
    }

    /// The number of usable points.
    package var count: Int { points.count }
}

extension CloudExample.View {
    /// The features of its points `[N, D]`.
    var sampled: Tensor {
        let result = Tensor(uninitialized: [points.count, features.channels])
        features.sample(u: u, v: v, into: result, at: 0)
        return result
    }
}
