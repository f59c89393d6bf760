package import Compiled
import Foundation
package import Methods

/// `report.json`: what ran, with which options, and how it went.
package struct RunReport: Codable, Sendable {
    /// The name of the file.
    package static let name = "report.json"

    /// The video that was labelled.
    package struct Source: Codable, Sendable {
        package let path: String
        package let width, height, frames: Int
        package let averageFrameRate: Double
        package let damagedPackets: Int
        /// How many frames could not be decoded; `frames` are those that could.
        package let missing: Int
        /// About how many frames the file promises behind its last one.
        package let promised: Int

        package init(
            path: String, width: Int, height: Int, frames: Int, averageFrameRate: Double, damagedPackets: Int,
            missing: Int, promised: Int
        ) {
            (self.path, self.width, self.height, self.frames) = (path, width, height, frames)
            (self.averageFrameRate, self.damagedPackets) = (averageFrameRate, damagedPackets)
            (self.missing, self.promised) = (missing, promised)
        }
    }

    /// The network.
    package struct Model: Codable, Sendable {
        package let path: String
        package let classes, inputWidth, inputHeight: Int

        package init(path: String, classes: Int, inputWidth: Int, inputHeight: Int) {
            (self.path, self.classes) = (path, classes)
            (self.inputWidth, self.inputHeight) = (inputWidth, inputHeight)
        }
    }

    /// The warm-up: the first `frames` frames of the video, of which all or, where `stride` is above 1, pairs of
    /// neighbours so many frames apart, `adapted` in all, were adapted on.
    package struct WarmUp: Codable, Sendable {
        package let share: Double?
        package let frames, stride, adapted: Int
        /// The file with what an earlier warm-up found, where there was none of this video.
        package let from: String?

        package init(share: Double?, frames: Int, stride: Int, adapted: Int, from: String?) {
            (self.share, self.frames, self.stride, self.adapted) = (share, frames, stride, adapted)
            self.from = from
        }
    }

    /// How pictures were changed before the network saw them.
    package struct Picture: Codable, Sendable {
        /// The name of the change.
        package let transform: String
        /// How well two views of the warm-up's pictures agreed under each that was tried: Cohen's kappa, at most 1.
        package let agreement: [String: Double]

        /// Tells what was chosen, of what.
        package init(_ transform: PictureTransform, of candidates: [PictureChoice.Candidate]) {
            self.transform = transform.rawValue
            agreement = Dictionary(
                candidates.map { ($0.transform.rawValue, $0.agreement) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// How far the memory trusts matches.
    package struct Memory: Codable, Sendable {
        /// A factor of the distance up to which they are trusted.
        package let trust: Float
        /// How well the memory's labels of the warm-up agreed with what was taught under each factor that was tried: the mean
        /// of the classes' recalls, 0...1.
        package let agreement: [String: Double]

        /// Tells what was chosen, of what.
        package init(_ trust: Float, of candidates: [MemoryTrust.Candidate]) {
            self.trust = trust
            agreement = Dictionary(
                candidates.map { ("\($0.factor)", $0.agreement) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// How the adapted head did beside the published one on frames of the warm-up that were held out, and which of them labels.
    package struct HeldOut: Codable, Sendable {
        /// What is measured of a head, without labels.
        package struct Score: Codable, Sendable {
            /// How well two views of the frames agreed: Cohen's kappa, at most 1.
            package let agreement: Double
            /// How much of what was taught is found again: the mean of the classes' recalls, 0...1.
            package let recall: Double
        }

        package let frames: Int
        package let published, adapted: Score
        /// Whether the adapted head labels.
        package let isAdapted: Bool

        /// Writes down a verdict.
        package init(_ verdict: HeldOutFrames.Verdict) {
            func score(_ score: HeldOutFrames.Score) -> Score {
                .init(agreement: score.agreement, recall: score.recall)
            }
            (frames, isAdapted) = (verdict.frames, verdict.isAdapted)
            (published, adapted) = (score(verdict.published), score(verdict.adapted))
        }
    }

    /// A frame at which the last ones had become others than those of the warm-up.
    package struct Drift: Codable, Sendable {
        package let frame: Int
        /// How sure the model was of a cell in the warm-up, and is of late, 0...1.
        package let usualConfidence, confidence: Float
        /// The share of cells, 0...1, that have other classes than in the warm-up.
        package let otherClasses: Float

        /// Writes down a drift.
        package init(_ drift: DriftAlarm.Drift, at frame: Int) {
            (self.frame, otherClasses) = (frame, drift.otherClasses)
            (usualConfidence, confidence) = (drift.usualConfidence, drift.confidence)
        }
    }

    /// The share of pixels, in percent, whose label changes from one frame to the next.
    package struct FlickerPercent: Codable, Sendable {
        package let plain, adapted: Double?

        package init(plain: Double?, adapted: Double?) { (self.plain, self.adapted) = (plain, adapted) }
    }

    /// Seconds of each stage.
    package struct Seconds: Codable, Sendable {
        package var warmUpFrames = 0.0
        package var picture = 0.0
        package var teacher = 0.0
        package var targets = 0.0
        package var adaptation = 0.0
        package var heldOut = 0.0
        package var memory = 0.0
        package var labelling = 0.0
        package var total = 0.0

        package init() {}
    }

    /// Where it ran.
    package struct Machine: Codable, Sendable {
        package let cores, threads: Int
        /// What the frozen network computes with.
        package let precision: Precision
        /// The processor OpenBLAS has chosen its kernels for.
        package let blasCore: String

        package init(cores: Int, threads: Int, precision: Precision, blasCore: String) {
            (self.cores, self.threads, self.precision, self.blasCore) = (cores, threads, precision, blasCore)
        }
    }

    /// What it ran with.
    package struct Versions: Codable, Sendable {
        package let ditta, ffmpeg, openBLAS, oneDNN: String

        package init(ditta: String, ffmpeg: String, openBLAS: String, oneDNN: String) {
            (self.ditta, self.ffmpeg, self.openBLAS, self.oneDNN) = (ditta, ffmpeg, openBLAS, oneDNN)
        }
    }

    package let versions: Versions
    package let arguments: [String]
    /// What the method is called.
    package let method: String
    /// Where the options were taken from that were not given.
    package let preset: String
    package let options: DiTTAOptions
    package let source: Source
    package let model: Model
    package let warmUp: WarmUp
    /// Nothing where it was not chosen on the warm-up.
    package let picture: Picture?
    /// Nothing where no frames were held out.
    package let heldOut: HeldOut?
    /// Nothing where it was not chosen on the warm-up.
    package let memory: Memory?
    package let targets: Targets?
    /// The losses of each step, by name.
    package let losses: [[String: Double]]
    /// The frames that hard cuts were found before; nothing where they were not looked for.
    package let cuts: [Int]?
    /// Where frames were not like the warm-up's any more; nothing where that was not looked for.
    package let drifts: [Drift]?
    package let flicker: FlickerPercent
    package let seconds: Seconds
    /// Frames per second of the frozen phase: decoding, network, labels and files.
    package let framesPerSecond: Double
    /// The most memory that was resident, in MiB.
    package let peakMemoryMiB: Double
    package let machine: Machine

    package init(
        versions: Versions, arguments: [String], method: String, preset: String, options: DiTTAOptions, source: Source,
        model: Model, warmUp: WarmUp, picture: Picture?, heldOut: HeldOut?, memory: Memory?, targets: Targets?,
        losses: [[String: Double]], cuts: [Int]?, drifts: [Drift]?, flicker: FlickerPercent, seconds: Seconds,
        peakMemoryMiB: Double, machine: Machine
    ) {
        (self.versions, self.arguments, self.method, self.preset) = (versions, arguments, method, preset)
        (self.options, self.source, self.model, self.warmUp) = (options, source, model, warmUp)
        (self.picture, self.heldOut, self.memory) = (picture, heldOut, memory)
        (self.targets, self.losses, self.cuts, self.drifts) = (targets, losses, cuts, drifts)
        (self.flicker, self.seconds) = (flicker, seconds)
        framesPerSecond = Double(source.frames) / max(seconds.labelling, 1e-9)
        (self.peakMemoryMiB, self.machine) = (peakMemoryMiB, machine)
    }
}

extension RunReport {
    /// Reads the length of the warm-up, in frames, from a run's report, whatever else it may have.
    ///
    /// - Throws: a sentence, if the file does not tell it.
    package static func warmUpFrames(inReportAt path: String) throws(ReportError) -> Int {
        struct Part: Decodable {
            struct Length: Decodable {
                let frames: Int
            }
            let warmUp: Length
        }
        let frames: Int
        do {
            frames = try decodedJSON(Part.self, fromFileAt: path).warmUp.frames
        } catch let error as ReportError {
            throw error
        } catch {
            throw ReportError("\(path) does not tell the warm-up: expected {\"warmUp\": {\"frames\": a number}}")
        }
        guard frames >= 0 else {
            throw ReportError("\(path) tells a warm-up of \(frames) frames: expected 0 or more")
        }
        return frames
    }
}
