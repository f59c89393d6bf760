import Foundation
package import Networks

/// Whether there is the memory that a run needs, before it begins: what runs out in the middle ends without a word.
///
/// What is needed is estimated: the network's features of each frame of the warm-up, which are kept, and a share that any run takes.
package struct MemoryBudget {
    /// What a frame of the warm-up keeps, in bytes.
    package let frame: Int
    /// What a run takes besides: buffers of the network and of a step, in bytes.
    let base: Int

    /// Threads' stacks and the buffers that libraries map and hardly touch, in bytes of address space.
    private static let mapped = 64 << 20

    /// Estimates what a network takes for frames of a size, in pixels.
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
        // A step holds the fused features several times over; the weights are there already.
        base = (64 << 20) + 8 * features + 24 * 4 * network.head.width * cells(network.levels[0]) / 4 + 12 * pixels
    }

    /// How many frames of a warm-up fit.
    ///
    /// - Parameter wanted: as many as there would be.
    /// - Returns: that, or fewer.
    /// - Throws: a sentence, if not even two fit.
    package func frames(_ wanted: Int) throws -> Int {
        let fitting = (Self.available - base) / max(frame, 1)
        guard fitting < wanted else { return wanted }
        guard fitting >= min(wanted, 2) else {
            let needed = (base + 2 * frame) >> 20
            throw DittaError(
                "there are \(max(Self.available >> 20, 0)) MiB of memory for a run that needs about \(needed); close other programs, "
                    + "raise the limit (ulimit -v), or give a smaller --fit")
        }
        return fitting
    }

    /// The bytes that may still be taken: of the machine's memory, and of the address space where that is limited.
    private static var available: Int {
        var space = rlimit()
        #if os(Linux)
            let resource = __rlimit_resource_t(RLIMIT_AS.rawValue)
        #else
            let resource = RLIMIT_AS
        #endif
        var bytes = memory
        if unsafe getrlimit(resource, &space) == 0, space.rlim_cur < UInt64(Int.max) {
            bytes = min(bytes, Int(space.rlim_cur) - inUse - mapped)
        }
        return bytes
    }

    /// The machine's memory that nobody uses; all of it where that is not told.
    private static var memory: Int {
        let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return kilobytes.map { $0 << 10 } ?? Int(clamping: ProcessInfo.processInfo.physicalMemory)
    }

    /// The address space that the program has by now.
    private static var inUse: Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return (text.split(separator: " ").first.flatMap { Int($0) } ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
