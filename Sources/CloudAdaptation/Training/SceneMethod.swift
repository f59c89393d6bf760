package import Tensors

/// A way to label scenes one after another: what is done with a network before it labels a scene.
///
/// A method holds the network, which it changes in place, and what it keeps from scene to scene. It is told of each scene by
/// `begin`, once or several times, and `adapt`, and is then asked for `logits`.
package protocol SceneMethod {
    /// The most steps that it takes for a scene; 0 if it takes none.
    var steps: Int { get }

    /// Begins a scene: makes the network what it is before anything of the scene is seen.
    mutating func begin()

    /// Begins a scene, and adapts the network to it.
    ///
    /// - Parameters:
    ///   - voxels: the scene in voxels.
    ///   - example: the points that these are of.
    ///   - isStopped: asked before each step whether to end.
    /// - Returns: how it went.
    /// - Throws: a sentence, if a changed copy of the scene does not fit into voxels.
    mutating func adapt(
        to voxels: VoxelScene, of example: CloudExample, isStopped: () -> Bool
    ) throws -> AdaptationOutcome

    /// The logits `[V, K]` of a scene's voxels.
    func logits(_ voxels: VoxelScene) -> Tensor
}

/// How a network was adapted to a scene.
package struct AdaptationOutcome: Sendable, Equatable {
    /// The loss of each step, before it is taken; none of a method that has no loss.
    package var losses: [Double] = []
    /// That of the voxels that are held out.
    package var heldOut: [Double] = []
    /// The steps that the network has in the end.
    package var steps = 0

    /// What comes of a scene that is not adapted to.
    package init() {}
}
