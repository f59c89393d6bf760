package import Tensors

/// Labels scenes with the network as it was trained, by its stored statistics: what other methods are compared with.
///
/// So are the models `source` (trained on labels only) and `oracle` (trained where the scenes are) asked.
package struct Joint: SceneMethod {
    private let network: CloudNetwork

    /// Takes a network, which is not changed.
    package init(_ network: CloudNetwork) { self.network = network }

    package let steps = 0

    package func begin() {}

    package func adapt(
        to voxels: VoxelScene, of example: CloudExample, isStopped: () -> Bool
    ) -> AdaptationOutcome { AdaptationOutcome() }

    package func logits(_ voxels: VoxelScene) -> Tensor { network.logits(voxels) }
}
