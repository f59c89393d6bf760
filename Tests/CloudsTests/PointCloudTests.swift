import Clouds
import Raster
import Testing

/// Points that are somewhere, and those that are not.
struct PointCloudTests {
    @Test("points that are nowhere keep their place and are counted")
    func unusable() {
        let cloud = PointCloud(
            positions: [1, 2, 3, .nan, 0, 0, 0, -.infinity, 0, 0, 0, 100_001, -100_000, 0, 0],
            intensity: [1, .nan, .infinity, 4, 5], normals: [.nan] + [Float](repeating: 1, count: 14))
        #expect(cloud.count == 5 && cloud.unusable == 3)
        #expect((0..<5).map(cloud.isUsable) == [true, false, false, false, true])
        #expect(cloud.positions[3..<12].allSatisfy(\.isNaN) && cloud[4] == [-100_000, 0, 0])
        #expect(cloud.intensity == [1, 0, 0, 4, 5] && cloud.normals?.first == 0)
    }

    @Test("some of the points, with all that is known of them")
    func selection() {
        let cloud = PointCloud(
            positions: [1, 2, 3, 4, 5, 6, 7, 8, 9], intensity: [0.1, 0.2, 0.3], colors: [1, 2, 3, 4, 5, 6, 7, 8, 9],
            normals: [1, 0, 0, 0, 1, 0, 0, 0, 1], labels: [5, noLabel, 7])
        let some = cloud.selecting([2, 0])
        #expect(some.positions == [7, 8, 9, 1, 2, 3] && some.intensity == [0.3, 0.1])
        #expect(some.colors == [7, 8, 9, 1, 2, 3] && some.normals == [0, 0, 1, 1, 0, 0] && some.labels == [7, 5])
        #expect(cloud.selecting([]).count == 0)
    }
}
