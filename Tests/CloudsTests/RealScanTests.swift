import Clouds
import Foundation
import TestSupport
import Testing

/// Real scans with pictures, which the project may use but not ship.
struct RealScanTests {
    private static let drives = sharedData.map { $0 + "/semantickitti_mini" }
    private static let isThere = drives.map { FileManager.default.fileExists(atPath: $0) } ?? false

    @Test("drives are read, beams are found, and little of the road is hidden", .enabled(if: isThere))
    func reading() throws {
        let source = try openScenes(at: try #require(Self.drives))
        #expect(source.count == 24)
        let road: UInt16 = 8
        #expect(source.classes?.names[Int(road)] == "road")
        var (seen, hidden, roadSeen, roadHidden) = (0, 0, 0, 0)
        for index in stride(from: 0, to: source.count, by: 5) {
            let scene = try source.scene(index)
            #expect(scene.notes.isEmpty && scene.moment != nil && Beams(scene.cloud).count == 64)
            let labels = try #require(scene.cloud.labels)
            let views = Pairing()(scene.cloud, try #require(scene.cameras.first))
            func isFarRoad(_ pairs: Pairs) -> Int {
                (0..<pairs.count).count { pairs.depth[$0] > 15 && labels[Int(pairs.points[$0])] == road }
            }
            seen += views.seen.count
            hidden += views.hidden.count
            roadSeen += isFarRoad(views.seen)
            roadHidden += isFarRoad(views.hidden)
        }
        // A scanner sees 3 to 12 % that a camera beside it does not; of the road beyond 15 m, 2.5 % is behind cars and the like.
        #expect((0.02...0.12).contains(Double(hidden) / Double(seen + hidden)))
        #expect(Double(roadHidden) < 0.05 * Double(roadSeen + roadHidden))
    }

    @Test("pictures of moments ago show points that the scan's own does not", .enabled(if: isThere))
    func window() throws {
        let source = try openScenes(at: try #require(Self.drives) + "/sequences/00")
        let scene = try source.scene(3)
        let pairs = try Pairing().pairs(of: scene, at: 3, in: source, window: PairWindow(before: 2))
        // The frames 0.3, 0.6 and 0.9 s before.
        #expect(pairs.count == 4)
        let own = Set(pairs[0].views.seen.points)
        let all = pairs.reduce(into: own) { $0.formUnion($1.views.seen.points) }
        #expect(all.count > own.count * 12 / 10)
    }
}
