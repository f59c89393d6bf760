/// Which pictures of a drive are paired with a scan: what is behind the car now was in front of its camera a moment ago.
package struct PairWindow: Sendable, Equatable {
    /// Seconds before the scan.
    package var before: Double
    /// Seconds after it.
    package var after: Double
    /// How many pictures are paired at most: those that show the most points that no other one shows.
    package var most: Int

    /// The scan's own pictures only, all of them.
    package static let own = PairWindow(before: 0, after: 0)

    /// Takes seconds, at least 0 each, and a number of pictures.
    package init(before: Double = 2, after: Double = 0, most: Int = .max) {
        precondition(
            before >= 0 && after >= 0 && most >= 0, "a window of \(before), \(after) seconds, \(most) pictures")
        (self.before, self.after, self.most) = (before, after, most)
    }

    /// Whether pictures of other moments are paired.
    package var hasOthers: Bool { before > 0 || after > 0 }

    /// The pictures that show most, no more than `most`, one after another: each adds the most points that those before do not show.
    ///
    /// Source: TTT-KD has five pictures a scene at most, and does not say which.
    package func chosen(_ pictures: [PicturePairs], points: Int) -> [PicturePairs] {
        guard pictures.count > most else { return pictures }
        var isShown = [Bool](repeating: false, count: points)
        var (left, taken) = (Array(pictures.indices), [Int]())
        while taken.count < most {
            let gains = left.map { pictures[$0].views.seen.points.count { !isShown[Int($0)] } }
            // The first of several.
            guard let best = gains.indices.max(by: { (gains[$0], $1) < (gains[$1], $0) }) else { break }
            let picture = left.remove(at: best)
            taken.append(picture)
            for point in pictures[picture].views.seen.points { isShown[Int(point)] = true }
        }
        return taken.sorted().map { pictures[$0] }
    }

    /// The other scenes whose pictures are paired with one, in their order.
    package func scenes(around index: Int, of source: some SceneSource) -> [Int] {
        guard let moment = source.moment(of: index) else { return [] }
        return (0..<source.count).filter { other in
            guard other != index, let found = source.moment(of: other), found.drive == moment.drive else {
                return false
            }
            return found.time >= moment.time - before && found.time <= moment.time + after
        }
    }
}

/// What a picture shows of a scene's points.
package struct PicturePairs: Sendable {
    /// The name of the scene that the picture is of.
    package let scene: String
    /// The camera, as seen from the frame of the scene whose points are paired.
    package let camera: Camera
    /// The pairs.
    package let views: Pairing.Views

    /// Puts together what is there.
    package init(scene: String, camera: Camera, views: Pairing.Views) {
        (self.scene, self.camera, self.views) = (scene, camera, views)
    }
}

extension Pairing {
    /// Pairs a scene's points with its own pictures, and with those of its drive within a window.
    ///
    /// What moves is elsewhere on pictures of other moments: points that `moving` names are paired with the scene's own pictures only.
    /// On the others both the scene's still points and the scan of that moment hide points.
    ///
    /// - Parameters:
    ///   - scene: The scene.
    ///   - index: Its number in the source.
    ///   - source: Where it comes from.
    ///   - window: The moments.
    ///   - moving: Whether each point `[P]` may have moved; none, if nil.
    /// - Returns: the pairs of each picture, the scene's own first, of no more pictures than the window has.
    /// - Throws: a sentence, if a picture of depths or another scene cannot be read.
    package func pairs(
        of scene: Scene, at index: Int, in source: some SceneSource, window: PairWindow = .own, moving: [Bool]? = nil
    ) throws(CloudError) -> [PicturePairs] {
        var result: [PicturePairs] = []
        for camera in scene.cameras {
            let depth = try camera.depth.map { file throws(CloudError) in try DepthPicture(file, of: camera) }
            result.append(
                PicturePairs(scene: scene.name, camera: camera, views: self(scene.cloud, camera, depth: depth)))
        }
        guard let here = scene.moment else { return window.chosen(result, points: scene.cloud.count) }
        for other in window.scenes(around: index, of: source) {
            let then = try source.scene(other)
            guard let there = then.moment else { continue }
            let otherFromCloud = there.worldFromCloud.inverse * here.worldFromCloud
            for own in then.cameras {
                let camera = own.seen(through: otherFromCloud)
                let depth = try own.depth.map { file throws(CloudError) in try DepthPicture(file, of: own) }
                let views = self(
                    scene.cloud, camera, depth: depth, excluding: moving, behind: [(then.cloud, own)])
                result.append(PicturePairs(scene: then.name, camera: camera, views: views))
            }
        }
        return window.chosen(result, points: scene.cloud.count)
    }
}
