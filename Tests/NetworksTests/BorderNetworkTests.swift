import Checkpoints
import Foundation
import Networks
import Raster
import Tensors
import TestSupport
import Testing

/// The border network against PyTorch on the same input; Golden/make_borders.py made the values.
struct BorderNetworkTests {
    private func golden(_ name: String) throws -> (path: String, root: Scope) {
        let path = try #require(Bundle.module.resourcePath) + "/Golden/borders/" + name + ".safetensors"
        return (path, try Checkpoint(path: path).root)
    }

    @Test("random weights of narrow layers, on a picture whose coarse maps are odd")
    func narrow() throws {
        let network = try BorderNetwork(path: golden("model").path)
        let golden = try golden("golden").root
        // fp32 sums in another order through some thirty layers: logits are of size 1 to 2.
        expectClose(network.logits(try golden.tensor("picture")), try golden.tensor("logits"), absolute: 1e-4)
    }

    @Test("the shipped weights give PyTorch's logits")
    func shipped() throws {
        let network = try BorderNetwork(path: shippedBorders)
        let golden = try golden("shipped").root
        let logits = network.logits(try golden.tensor("picture"))
        // Logits are of size 1 to 8.
        expectClose(logits, try golden.tensor("logits"), absolute: 1e-3)
    }

    @Test("pictures of any size become probabilities on the asked grid, whatever their contrast")
    func pictures() throws {
        let network = try BorderNetwork(path: shippedBorders)
        let (width, height) = (50, 38)
        func picture(_ dark: UInt8, _ bright: UInt8) -> Image {
            let pixels = (0..<width * height * 3).map { $0 / 3 % width < width / 2 ? dark : bright }
            return Image(width: width, height: height, pixels: pixels)
        }
        let affinities = network(picture(20, 220), grid: (16, 24))
        #expect(affinities.shape == [16, 24, BorderNetwork.offsets.count])
        #expect(affinities.values.allSatisfy { $0 > 0 && $0 < 1 })
        // The number added to the deviation is what is left of the contrast: 0.02 of 0.39 and of 0.2.
        let faint = network(picture(60, 160), grid: (16, 24))
        expectClose(faint, affinities, absolute: 0.1)
        // Across the edge cells are less alike than beside it.
        let row = affinities.part(8, 24, BorderNetwork.offsets.count).parts.map { $0.values[0] }
        let (across, beside) = (row[10...12].min(), row[4...6].min())
        #expect(try #require(across) < #require(beside))
    }

    @Test("a checkpoint of something else is refused")
    func foreign() {
        #expect(throws: CheckpointError.self) { try BorderNetwork(path: shippedModel) }
    }
}
