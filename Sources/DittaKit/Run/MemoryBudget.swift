import Foundation
package import Networks
import Tensors

/// Whether there is the memory that a run needs, before it begins: what runs out in the middle ends without a word.
///
/// What is needed is estimated: the network's features of each frame of the warm-up, which are kept, and a share that any run takes.
package struct MemoryBudget {
    /// What a frame of the warm-up keeps, in bytes.
    package let frame: Int
    /// What a run takes besides: buffers of the network and of a step, in bytes.
    let base: Int
    /// What there was when the budget was made, in bytes: of the machine's memory, or of the address space if that is less.
    private let available: Int
    /// What of it libraries and threads will map and hardly touch, in bytes.
    private let mapped: Int

    /// Estimates what a network takes for frames of a size, in pixels.
    ///
    /// To be made before a `Session` is, whose share is in it.
    package init(_ network: any SegmentationNetwork, width: Int, height: Int) {
        let input = network.preprocessor.inputSize(width: width, height: height)
        let pixels = width * height
        func cells(_ level: FeatureLevel) -> Int {
            (input.width + level.stride - 1) / level.stride * ((input.height + level.stride - 1) / level.stride)
        }
        let features = network.levels.reduce(0) { $0 + 4 * $1.channels * cells($1) }
        let logits = 4 * network.classNames.count * cells(network.levels[0])
        // The picture, labels and entropies; logits of the model and of what is taught.
        frame = 3 * pixels + 6 * pixels + features + 3 * logits
        // A step holds the fused features several times over, and the network's weights are there again, packed.
        let step = 8 * features + 24 * 4 * network.head.width * cells(network.levels[0]) / 4
        let weights = 4 * network.weightCount
        // The overlay's encoder and the frames on their way take some 70 bytes a pixel.
        base = Self.least + step + weights + 72 * pixels
        let memory = Self.memory
        if let limit = AddressSpace.limit, limit - AddressSpace.used - Self.mapped < memory {
            (available, mapped) = (limit - AddressSpace.used, Self.mapped)
        } else {
            (available, mapped) = (memory, 0)
        }
    }

    /// Makes sure that there is memory for a run without a warm-up.
    ///
    /// - Throws: a sentence, if there is not.
    package func check() throws { try check(room: 0) }

    /// How many frames of a warm-up fit.
    ///
    /// - Parameter wanted: as many as there would be.
    /// - Returns: that, or fewer.
    /// - Throws: a sentence, if not even two fit.
    package func frames(_ wanted: Int) throws -> Int {
        try check(room: min(wanted, 2))
        return min(wanted, (available - mapped - base) / max(frame, 1))
    }

    private func check(room frames: Int) throws { try Self.check(available, mapped + base + frames * frame) }

    /// Makes sure, before anything is opened, that a limited address space has room for what any run takes.
    ///
    /// - Throws: a sentence, if it has not.
    package static func checkAddressSpace() throws {
        if let limit = AddressSpace.limit { try check(limit - AddressSpace.used, mapped + least) }
    }

    private static func check(_ available: Int, _ needed: Int) throws {
        guard available >= needed else {
            throw DittaError(
                "there are \(max(available >> 20, 0)) MiB of memory for a run that needs about \(needed >> 20); close other "
                    + "programs, raise the limit (ulimit -v), or give a smaller --fit")
        }
    }

    /// What any run takes, in bytes.
    private static let least = 64 << 20

    /// What libraries and threads map and hardly touch, in bytes of address space.
    ///
    /// Two decoders and an encoder have threads for every core, and as many label; the C library gives a second heap 64 MiB.
    private static var mapped: Int {
        let threads = 4 + 4 * min(ProcessInfo.processInfo.activeProcessorCount, 16)
        return ProductBuffers.bytes + threads * AddressSpace.stack + (64 << 20)
    }

    /// The machine's memory that nobody uses; all of it where that is not told.
    private static var memory: Int {
        let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return kilobytes.map { $0 << 10 } ?? Int(clamping: ProcessInfo.processInfo.physicalMemory)
    }
}
