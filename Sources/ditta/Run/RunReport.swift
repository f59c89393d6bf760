import Compiled
import Foundation
import Methods

/// `report.json`: what ran, with which options, and how it went.
struct RunReport: Encodable {
    /// The video that was labelled.
    struct Source: Encodable {
        let path: String
        let width, height, frames: Int
        let averageFrameRate: Double
        let damagedPackets: Int
    }

    /// The network.
    struct Model: Encodable {
        let path: String
        let classes, inputWidth, inputHeight: Int
    }

    /// The warm-up: its first so many frames, of which every stride-th was adapted on.
    struct WarmUp: Encodable {
        let share: Double
        let frames, stride, adapted: Int
    }

    /// The share of pixels, in percent, whose label changes from one frame to the next.
    struct FlickerPercent: Encodable {
        let plain, adapted: Double?
    }

    /// Seconds of each stage.
    struct Seconds: Encodable {
        var warmUpFrames = 0.0
        var teacher = 0.0
        var adaptation = 0.0
        var labelling = 0.0
        var total = 0.0
    }

    /// Where it ran.
    struct Machine: Encodable {
        let cores, threads: Int
        /// What the frozen network computes with.
        let precision: Precision
        /// The processor OpenBLAS has chosen its kernels for.
        let blasCore: String
    }

    /// What it ran with.
    struct Versions: Encodable {
        let ditta, ffmpeg, openBLAS, oneDNN: String
    }

    let versions: Versions
    let arguments: [String]
    let method: MethodArguments.Method
    let preset: DiTTASchema.Preset
    let options: DiTTAOptions
    let source: Source
    let model: Model
    let warmUp: WarmUp
    let targets: Targets?
    let losses: [StepLosses]
    let flicker: FlickerPercent
    let seconds: Seconds
    /// Frames per second of the frozen phase: decoding, network, labels and files.
    let framesPerSecond: Double
    /// The most memory that was resident, in MiB.
    let peakMemoryMiB: Double
    let machine: Machine
}

/// The most memory the program had resident so far, in MiB.
func peakMemoryMiB() -> Double {
    var usage = rusage()
    // The constant is an enum on Linux and a number on macOS, which also counts in bytes.
    #if os(Linux)
        _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_maxrss) / 1024
    #else
        _ = unsafe getrusage(RUSAGE_SELF, &usage)
        return Double(usage.ru_maxrss) / 1_048_576
    #endif
}
