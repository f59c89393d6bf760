package import Clouds
import Tensors

extension SceneSource {
    /// Reads a scene, and changes it as another sensor or weather would have: the same way every time.
    ///
    /// - Throws: a sentence that names the file, if something in it cannot be read.
    package func scene(_ index: Int, changedBy shift: Corruption?) throws(CloudError) -> Scene {
        let scene = try scene(index)
        guard let shift else { return scene }
        var random = RandomNumbers(seed: UInt64(index))
        return shift(scene, using: &random).scene
    }
}
