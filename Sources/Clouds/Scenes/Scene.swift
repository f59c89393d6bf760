/// A cloud, the cameras that saw it, and where and when that was.
package struct Scene: Sendable, Equatable {
    /// What messages and output files call it, such as `00/000003`.
    package let name: String
    /// The points.
    package let cloud: PointCloud
    /// The cameras, which may be none.
    package let cameras: [Camera]
    /// Its place in a drive, if it is of one.
    package let moment: Moment?
    /// What is unusual about it, a sentence each.
    package let notes: [String]

    /// Describes a scene.
    package init(name: String, cloud: PointCloud, cameras: [Camera], moment: Moment? = nil, notes: [String] = []) {
        (self.name, self.cloud, self.cameras, self.moment, self.notes) = (name, cloud, cameras, moment, notes)
    }
}

/// Where and when a scene of a drive was.
package struct Moment: Sendable, Equatable {
    /// The drive; only scenes of one drive share a frame of the world.
    package let drive: String
    /// Seconds since some moment of the drive.
    package let time: Double
    /// From the cloud's frame to the drive's.
    package let worldFromCloud: RigidTransform

    /// Names a place and time.
    package init(drive: String, time: Double, worldFromCloud: RigidTransform) {
        (self.drive, self.time, self.worldFromCloud) = (drive, time, worldFromCloud)
    }
}

/// Scenes that lie in files and are read one at a time.
package protocol SceneSource: Sendable {
    /// The path.
    var path: String { get }
    /// How many scenes there are, at least one.
    var count: Int { get }
    /// What labels mean, if the files tell.
    var classes: LabelTable? { get }
    /// Where and when a scene was, if it is of a drive; its points are not read for it.
    func moment(of scene: Int) -> Moment?
    /// Reads a scene.
    ///
    /// - Throws: a sentence that names the file, if something in it cannot be read.
    func scene(_ index: Int) throws(CloudError) -> Scene
}
