/// Finds which points a camera sees, and where in its picture.
///
/// A point is in view if it lies far enough in front of the camera and within the picture. It is seen, if nothing hides it: where there
/// is a picture of depths, the point is about as far as that says; else it is not surrounded by points that are much nearer. A scanner
/// above a camera sees roofs that the camera does not, and those would be paired with the wall before them.
/// Source: nuScenes' development kit, `map_pointcloud_to_image`; the rest is ours, and docs/cloud.md measures it.
package struct Pairing: Sendable {
    /// The least depth, in metres.
    package var nearest = 0.5
    /// How far depth and picture of depths may be apart: metres, and a share of the depth.
    package var depthTolerance = (metres: 0.05, share: 0.01)
    /// How far behind what surrounds it a point may be: metres, and a share of that depth.
    package var hiddenBehind = (metres: Float(0.3), share: Float(0.02))
    /// How far from a point, in pixels, those may be that surround it; the beams of KITTI's scanner are 4 to 7 apart.
    package var reach = 8

    /// Takes the usual numbers.
    package init() {}

    /// What a camera sees of a cloud, and what is in view and hidden.
    package struct Views: Sendable, Equatable {
        /// What it sees.
        package let seen: Pairs
        /// What is in view and hidden.
        package let hidden: Pairs
    }

    /// Finds what a camera sees.
    ///
    /// - Parameters:
    ///   - cloud: The points.
    ///   - camera: The camera.
    ///   - depth: How far what it shows is, if there is a picture of that.
    ///   - excluded: Points `[P]` that are neither paired nor hide others; none, if nil.
    ///   - others: Clouds that hide points, too, each with the camera as seen from its own frame.
    /// - Returns: what it sees of the points, and what is hidden.
    package func callAsFunction(
        _ cloud: PointCloud, _ camera: Camera, depth: DepthPicture? = nil, excluding excluded: [Bool]? = nil,
        behind others: [(cloud: PointCloud, camera: Camera)] = []
    ) -> Views {
        precondition(
            excluded == nil || excluded?.count == cloud.count, "\(excluded?.count ?? 0) for \(cloud.count) points")
        let view = inView(cloud, camera, excluding: excluded)
        let isSeen: [Bool]
        if let depth {
            isSeen = (0..<view.count).map { pair in
                let own = Double(view.depth[pair])
                guard let shown = depth.depth(u: Double(view.u[pair]), v: Double(view.v[pair])) else { return false }
                return abs(own - shown) < depthTolerance.metres + depthTolerance.share * own
            }
        } else {
            var buffer = DepthBuffer(width: camera.width, height: camera.height)
            buffer.add(view)
            for other in others { buffer.add(inView(other.cloud, other.camera, excluding: nil)) }
            isSeen = (0..<view.count).map { pair in
                let front = buffer.surroundings(u: view.u[pair], v: view.v[pair], reach: reach)
                return view.depth[pair] <= front + hiddenBehind.metres + hiddenBehind.share * front
            }
        }
        let (seen, hidden) = view.divided(isSeen)
        return Views(seen: seen, hidden: hidden)
    }

    /// What lies in front of the camera and within its picture.
    private func inView(_ cloud: PointCloud, _ camera: Camera, excluding excluded: [Bool]?) -> Pairs {
        var pairs = Pairs()
        let (lastColumn, lastRow) = (Double(camera.width - 1), Double(camera.height - 1))
        for point in 0..<cloud.count where excluded?[point] != true {
            // What is no number compares false.
            guard let (u, v, depth) = camera.project(cloud[point]), depth > nearest, u >= 0, u < lastColumn, v >= 0,
                v < lastRow
            else { continue }
            pairs.append(Int32(point), u: Float(u), v: Float(v), depth: Float(depth))
        }
        return pairs
    }
}
