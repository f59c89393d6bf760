import ArgumentParser
import Engine
import Foundation
import Networks

struct SpeedBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "speed", abstract: "x")
    @Argument var model: String
    @Option var precision = "bf16"
    @Option var frames = 20
    func run() throws {
        let network = try SegFormer(directory: model)
        guard let precision = Precision(rawValue: precision) else { return }
        let encoder = FrozenMixTransformer(network.encoder, height: 480, width: 864, precision: precision)
        let head = FrozenDecodeHead(network.head, for: encoder)
        var random = RandomNumbers(seed: 1)
        let image = random.uniform([480, 864, 3], bound: 2)
        func cpu() -> Double {
            var t = timespec(); unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
            return Double(t.tv_sec) * 1e3 + Double(t.tv_nsec) / 1e6
        }
        _ = head(encoder(image))
        var (ce, ch) = (0.0, 0.0)
        var (e, h) = ([Double](), [Double]())
        for _ in 0..<frames {
            let a = ContinuousClock.now
            let c0 = cpu()
            let f = encoder(image)
            let b = ContinuousClock.now
            let c1 = cpu()
            _ = head(f)
            let c = ContinuousClock.now
            ce += c1 - c0; ch += cpu() - c1
            e.append((b - a) / .milliseconds(1)); h.append((c - b) / .milliseconds(1))
        }
        e.sort(); h.sort()
        print(
            "cpu/frame", ce / Double(frames), ch / Double(frames), "encoder", e[frames / 2], e[0], "head",
            h[frames / 2], h[0])
    }
}
