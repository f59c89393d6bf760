import Compiled
import DittaKit
import Methods
import Raster
import Tensors
import Testing

/// What a run is thought to need, against what it keeps.
struct MemoryBudgetTests {
    @Test("no frame of a warm-up keeps more than is estimated, and not much less", arguments: [(640, 360), (97, 200)])
    func frame(width: Int, height: Int) throws {
        let model = try Model()
        let source = SourceModel(model.network, width: width, height: height, precision: .fp32)
        let image = Image(width: width, height: height, pixels: (0..<width * height * 3).map { UInt8($0 & 255) })
        let kept = source.observe(source.prepare(Frame(index: 0, time: 0, image: image)))
        let tensors = kept.features.reduce(0) { $0 + 4 * $1.count } + 4 * kept.logits.count
        // Labels of two bytes and entropies of four.
        let bytes = image.pixels.count + tensors + 6 * width * height
        let estimate = MemoryBudget(model.network, width: width, height: height).frame
        #expect(estimate >= bytes && estimate < 2 * bytes, "\(estimate) for \(bytes)")
    }

    @Test("as many frames are taken as fit, and where not two do it is said")
    func fitting() throws {
        let model = try Model()
        #expect(try MemoryBudget(model.network, width: 64, height: 48).frames(3) == 3)
        let large = MemoryBudget(model.network, width: 640, height: 480)
        let most = try large.frames(.max)
        #expect(most > 2 && most < 10_000_000)
    }
}
